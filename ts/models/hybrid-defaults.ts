// Apart from hybrid.ts, because workers and pages load this file without the library of schemas.

/** What decides about a hybrid run where its options are silent. */
export const HYBRID_DEFAULTS = {
  optimizer: "adam",
  maxIterations: 200,
  learningRate: 0.1,
  /** With exact expectations; with shots, noise decides when energies look alike, so that the default is 0: never. */
  tolerance: 1e-6,
  perturbation: 0.1,
  layers: 1,
  samples: 1024,
} as const;
