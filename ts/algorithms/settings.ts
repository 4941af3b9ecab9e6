import type { HybridOptions, Optimizer } from "../models/hybrid.ts";
import { HYBRID_DEFAULTS } from "../models/hybrid-defaults.ts";
import { Adam } from "./adam.ts";
import type { MinimizeOptions } from "./minimize.ts";
import type { Stepper } from "./objective.ts";
import { Spsa } from "./spsa.ts";

/** The options of a search with every default written out. */
export interface Settings extends MinimizeOptions {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly perturbation: number;
  /** 0: exact expectations. */
  readonly shots: number;
}

export function settingsOf(options: HybridOptions): Settings {
  const { shots = 0 } = options;
  return {
    optimizer: options.optimizer ?? HYBRID_DEFAULTS.optimizer,
    maxIterations: options.maxIterations ?? HYBRID_DEFAULTS.maxIterations,
    learningRate: options.learningRate ?? HYBRID_DEFAULTS.learningRate,
    perturbation: options.perturbation ?? HYBRID_DEFAULTS.perturbation,
    tolerance: options.tolerance ?? (shots === 0 ? HYBRID_DEFAULTS.tolerance : 0),
    shots,
    answer: shots === 0 ? "lowest" : "last",
  };
}

export function stepperOf({ optimizer, learningRate, maxIterations, perturbation }: Settings, seed: number): Stepper {
  if (optimizer === "adam") return new Adam(learningRate);
  return new Spsa({ seed, maxIterations, learningRate, perturbation });
}
