import { canonicalHash } from "../core/canonical-json.ts";
import { withDefaults } from "../models/circuit-defaults.ts";
import type { Job } from "./job.ts";

/**
 * The name of a computation on an engine that gives the same bytes every time: jobs with equal keys have equal results, so the
 * later one is answered with the container of the earlier.
 *
 * @param engineHash content hash of the engine that would run it
 */
export function contentKey(job: Pick<Job, "inputHash" | "request" | "seed" | "type">, engineHash: string): string {
  // Threads change the speed and never the bytes; defaults are written out, so that leaving one out is the same as giving it.
  const { threads: _, ...options } = job.request.options;
  return canonicalHash({
    type: job.type,
    format: job.request.format,
    input: job.inputHash,
    options: withDefaults(options),
    seed: job.seed,
    engine: engineHash,
  });
}
