// Apart from the schemas, because workers load this file: their library would be most of a worker's start.
import type { OptionsOf } from "./job-options.ts";
import type { JobType } from "./job-type.ts";

export const DEFAULT_SHOTS = 1024;
export const DEFAULT_READS = 64;

/** What decides about the bytes of a result where the options do not say it. */
const DEFAULTS: { readonly [T in JobType]: OptionsOf<T> } = {
  circuit: { shots: DEFAULT_SHOTS, precision: "f64", method: "auto" },
  anneal: { reads: DEFAULT_READS, sweeps: 1000, method: "auto", maxSamples: 100 },
  schedule: { method: "auto" },
  infer: {},
};

/** The options with every default that decides about the bytes of the result written out. */
export function withDefaults<T extends JobType>(type: T, options: OptionsOf<T>): OptionsOf<T> {
  return { ...DEFAULTS[type], ...options };
}
