import { AppError } from "../core/errors.ts";
import type { JobEventView, JobProgressView, StreamEndView } from "../models/job-event.ts";
import { type Frame, readFrames } from "./event-stream.ts";
import { backOffMs, canBeRetried } from "./retry.ts";
import { type CallOptions, failureOf, segment, type Transport } from "./transport.ts";

/** What happens to jobs, live: changes are stored and resumed from, progress is told while it happens. */
export type LiveEvent =
  | ({ kind: "change" /** Per tenant, in the order of commits. */; id: number } & JobEventView)
  | ({ kind: "progress" } & JobProgressView);

export interface WatchOptions extends CallOptions {
  /** Begin after this event; without it a job's stream begins with its first event, that of all jobs now. */
  after?: number | undefined;
}

/**
 * Follows one job to its end, or all jobs of the tenant for as long as the caller reads. A lost connection is made again and goes
 * on after the last event, however long the service is away; only a first connection that fails is given up after the usual tries.
 *
 * @param jobId `undefined`: all jobs
 * @throws {AppError} `not-found`, `unauthenticated` also when the key expires or is revoked, `provider-unavailable`, `cancelled`
 */
export async function* watch(
  transport: Transport,
  jobId: string | undefined,
  { signal, after }: WatchOptions,
): AsyncGenerator<LiveEvent> {
  const { retries, random, sleep } = transport.patience;
  const path = jobId === undefined ? "v1/events" : `v1/jobs/${segment(jobId)}/events`;
  let lastId = after === undefined ? undefined : String(after);
  let hasConnected = false;
  let askedDelayMs = 0;
  for (let failures = 0; ; ) {
    try {
      const headers = { accept: "text/event-stream", "last-event-id": lastId };
      const response = await transport.open({ path, headers, signal });
      if (response.status === 204 || response.body === null) return;
      hasConnected = true;
      for await (const frame of readFrames(response.body, transport.timeoutMs)) {
        if (frame.lastEventId !== undefined) lastId = frame.lastEventId;
        if (frame.retryMs !== undefined) askedDelayMs = frame.retryMs;
        if (frame.data === "") continue;
        failures = 0;
        if (frame.event === "end") {
          if (isLast(frame)) return;
          break;
        }
        yield liveEvent(frame);
      }
    } catch (cause) {
      const error = failureOf(cause, signal, path);
      if (!canBeRetried(error) || (!hasConnected && failures >= retries)) throw error;
    }
    failures++;
    await sleep(Math.max(askedDelayMs, backOffMs(failures, random())), signal);
  }
}

/** @throws {AppError} `unauthenticated` when the stream ended because the key is no longer valid */
function isLast({ data }: Frame): boolean {
  const { reason } = JSON.parse(data) as StreamEndView;
  if (reason !== "key-not-valid") return reason === "final";
  throw new AppError("unauthenticated", "the API key is no longer valid: expired, revoked, or its tenant is suspended");
}

function liveEvent({ event, data, lastEventId }: Frame): LiveEvent {
  if (event === "progress") return { kind: "progress", ...(JSON.parse(data) as JobProgressView) };
  return { kind: "change", id: Number(lastEventId), ...(JSON.parse(data) as JobEventView) };
}
