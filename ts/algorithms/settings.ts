import { AppError } from "../core/errors.ts";
import type { HybridOptions, Optimizer } from "../models/hybrid.ts";
import { withHybridDefaults } from "../models/hybrid-defaults.ts";
import { Adam } from "./adam.ts";
import { Lbfgs } from "./lbfgs.ts";
import type { MinimizeOptions } from "./minimize.ts";
import { NelderMead } from "./nelder-mead.ts";
import type { Gradients, Stepper } from "./objective.ts";
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
  if (optimizer === "l-bfgs" && shots > 0) {
    const message = "options.optimizer: l-bfgs takes the noise of shots for curvature; leave out shots, or use spsa";
    throw new AppError("invalid-input", message);
  }
  const answer = shots === 0 ? "lowest" : "last";
  return { optimizer, maxIterations, learningRate, perturbation, tolerance, shots, answer };
}

export function stepperOf(settings: Settings, seed: number): Stepper {
  const { optimizer, learningRate, maxIterations, perturbation, shots } = settings;
  switch (optimizer) {
    case "adam":
      return new Adam(learningRate);
    case "l-bfgs":
      return new Lbfgs(learningRate);
    case "nelder-mead":
      return new NelderMead(learningRate, shots === 0);
    case "spsa":
      return new Spsa({ seed, maxIterations, learningRate, perturbation });
  }
}

/** @param isUnitary whether the circuit is made of gates alone, but for measurements at its end */
export function gradientsOf(
  { optimizer, shots }: Pick<Settings, "optimizer" | "shots">,
  isUnitary: boolean,
): Gradients {
  if (optimizer !== "adam" && optimizer !== "l-bfgs") return "none";
  return shots === 0 && isUnitary ? "adjoint" : "shifts";
}
