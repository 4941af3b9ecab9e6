import { canonicalHash } from "../core/canonical-json.ts";
import type { AnnealOptions } from "../models/anneal.ts";
import type { CircuitOptions } from "../models/circuit.ts";
import { withDefaults } from "../models/defaults.ts";
import type { JobOptions } from "../models/job-options.ts";
import type { Job } from "./job.ts";

/**
 * The name of a computation on an engine that gives the same bytes every time: jobs with equal keys have equal results, so the
 * later one is answered with the container of the earlier.
 *
 * @returns undefined for a computation that ends by the clock: it is another one each time
 * @param engineHash content hash of the engine that would run it
 */
export function contentKey(
  job: Pick<Job, "inputHash" | "request" | "seed" | "type">,
  engineHash: string,
): string | undefined {
  // Threads change the speed and never the bytes; defaults are written out, so that leaving one out is the same as giving it.
  const { threads: _, timeLimitMs, ...options } = job.request.options as CircuitOptions & AnnealOptions;
  if (timeLimitMs !== undefined) return undefined;
  return canonicalHash({
    type: job.type,
    format: job.request.format,
    input: job.inputHash,
    options: withDefaults(job.type, options as JobOptions),
    seed: job.seed,
    engine: engineHash,
  });
}
