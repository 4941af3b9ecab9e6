// Apart from the schemas, because workers load this file: their library would be most of a worker's start.
import { withHybridDefaults } from "./hybrid-defaults.ts";
import type { OptionsOf } from "./job-options.ts";
import type { JobType } from "./job-type.ts";

export const DEFAULT_SHOTS = 1024;
export const DEFAULT_READS = 64;

/** What decides about the bytes of a result where the options do not say it. */
const WITH_DEFAULTS: { readonly [T in JobType]: (options: OptionsOf<T>) => OptionsOf<T> } = {
  circuit: (options) => ({ shots: DEFAULT_SHOTS, precision: "f64", method: "auto", ...options }),
  anneal: (options) => ({ reads: DEFAULT_READS, sweeps: 1000, method: "auto", maxSamples: 100, ...options }),
  schedule: (options) => ({ method: "auto", ...options }),
  infer: (options) => options,
  hybrid: withHybridDefaults,
};

/** The options with every default that decides about the bytes of the result written out. */
export function withDefaults<T extends JobType>(type: T, options: OptionsOf<T>): OptionsOf<T> {
  return WITH_DEFAULTS[type](options);
}
