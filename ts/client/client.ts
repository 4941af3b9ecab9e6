import { type AdministrationCalls, administrationCalls } from "./administration.ts";
import { type ExperimentCalls, experimentCalls } from "./experiments.ts";
import { type JobCalls, jobCalls } from "./jobs.ts";
import { type ModelCalls, modelCalls } from "./models.ts";
import { type Patience, sleep } from "./retry.ts";
import { createTransport } from "./transport.ts";

export interface ClientOptions extends Partial<Patience> {
  /** Of the service: `http://127.0.0.1:8080`; a path before `/v1` is kept. */
  url: string;
  /** `kf_…`; what anyone may read needs none. */
  apiKey?: string | undefined;
  /** The platform's by default. */
  fetch?: typeof globalThis.fetch | undefined;
  /** For an answer, without what it waits for on purpose; 30 s by default. */
  timeoutMs?: number | undefined;
}

/** The service from afar, in Node and in the browser. Holds nothing open between calls. */
export interface Client extends JobCalls, AdministrationCalls, ModelCalls, ExperimentCalls {}

/**
 * A client of `ketflow serve`. What can be repeated – reading, replacing, submitting, by its Idempotency-Key – is tried again when
 * the network or the service fails in a way that may pass.
 *
 * Answers are believed: the service makes them from the schemas that the types come from.
 *
 * @throws {AppError} `invalid-input` for a URL that is none
 */
export function createClient(options: ClientOptions): Client {
  const { url, apiKey, timeoutMs = 30_000 } = options;
  const transport = createTransport({
    ...{ url, apiKey, timeoutMs },
    // A browser's fetch has to be called on its window.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    patience: { retries: options.retries ?? 3, random: options.random ?? Math.random, sleep: options.sleep ?? sleep },
  });
  return {
    ...jobCalls(transport),
    ...administrationCalls(transport),
    ...modelCalls(transport),
    ...experimentCalls(transport),
  };
}
