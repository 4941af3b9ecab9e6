// Apart from hybrid.ts, because workers and pages load this file without the library of schemas.
import type { HybridOptions, Optimizer } from "./hybrid.ts";

/** What decides about a hybrid run where its options are silent. */
export const HYBRID_DEFAULTS = {
  maxIterations: 200,
  learningRate: 0.1,
  perturbation: 0.1,
  shots: 0,
  layers: 1,
  samples: 1024,
} as const;

/** With shots, noise decides when energies look alike, so that the search then goes on to its last iteration. */
const EXACT_TOLERANCE = 1e-6;

interface Decided {
  optimizer: Optimizer;
  maxIterations: number;
  learningRate: number;
  perturbation: number;
  shots: number;
  tolerance: number;
}

/** The options of any hybrid job with every default written out; those of QAOA alone, `layers` and `samples`, stay as they are. */
export function withHybridDefaults(options: HybridOptions): HybridOptions & Decided {
  const shots = options.shots ?? HYBRID_DEFAULTS.shots;
  return {
    ...options,
    optimizer: options.optimizer ?? (shots === 0 ? "l-bfgs" : "spsa"),
    maxIterations: options.maxIterations ?? HYBRID_DEFAULTS.maxIterations,
    learningRate: options.learningRate ?? HYBRID_DEFAULTS.learningRate,
    perturbation: options.perturbation ?? HYBRID_DEFAULTS.perturbation,
    tolerance: options.tolerance ?? (shots === 0 ? EXACT_TOLERANCE : 0),
    shots,
  };
}
