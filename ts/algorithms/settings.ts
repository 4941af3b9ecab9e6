import type { HybridOptions, Optimizer } from "../models/hybrid.ts";
import { withHybridDefaults } from "../models/hybrid-defaults.ts";
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
  const { optimizer, maxIterations, learningRate, perturbation, tolerance, shots } = withHybridDefaults(options);
  const answer = shots === 0 ? "lowest" : "last";
  return { optimizer, maxIterations, learningRate, perturbation, tolerance, shots, answer };
}

export function stepperOf({ optimizer, learningRate, maxIterations, perturbation }: Settings, seed: number): Stepper {
  if (optimizer === "adam") return new Adam(learningRate);
  return new Spsa({ seed, maxIterations, learningRate, perturbation });
}
