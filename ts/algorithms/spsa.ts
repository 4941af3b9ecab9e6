import { drawSigns } from "./draws.ts";
import type { Objective, Place, Step, Stepper } from "./objective.ts";

/** Directions in which the start is tried before the first step, with two energies each. */
export const CALIBRATIONS = 10;

export interface SpsaOptions {
  readonly seed: number;
  readonly maxIterations: number;
  /** About the length of the first step per parameter, in radians. */
  readonly learningRate: number;
  /** c: how far around a point it tries at first, in radians. */
  readonly perturbation: number;
}

/**
 * Simultaneous perturbation: two energies on both sides of the point along a random direction Δ of signs give a step,
 *
 *   θ ← θ − aₖ · (E(θ + cₖΔ) − E(θ − cₖΔ)) / (2cₖ) · Δ,   aₖ = a ((1 + A)/(k + 1 + A))^{5/8},   cₖ = c / (k + 1)^{1/8}
 *
 * with A a tenth of the iterations. a makes the first step `learningRate` long: it is that length over the mean size of the slope in
 * ten random directions at the start (Kandala et al., Nature 549, 242 (2017), supplement).
 *
 * The exponents are not Spall's 0.602 and 0.101, because powers differ between JavaScript engines while square roots do not. They
 * hold his conditions α ≤ 1, α − 2γ > 0 and 3γ − α/2 ≥ 0: 5/8 − 2/8 = 3/8 and 3/8 − 5/16 = 1/16.
 *
 * Source: Spall, "Implementation of the simultaneous perturbation algorithm for stochastic optimization", IEEE Transactions on
 * Aerospace and Electronic Systems 34, 817 (1998).
 */
export class Spsa implements Stepper {
  readonly stillSteps = 10;
  readonly #options: SpsaOptions;
  #firstGain: number | undefined;

  constructor(options: SpsaOptions) {
    this.#options = options;
  }

  async next(objective: Objective, { point, iteration }: Place): Promise<Step> {
    const { seed, maxIterations, perturbation } = this.#options;
    this.#firstGain ??= await this.#calibrate(objective, point);
    const delay = maxIterations / 10;
    const gain = this.#firstGain * powerFiveEighths((1 + delay) / (iteration + 1 + delay));
    const reach = perturbation / eighthRoot(iteration + 1);
    const signs = drawSigns(seed, "direction", iteration, point.length);
    const slope = await slopeAlong(objective, point, signs, reach);
    return { point: point.map((value, k) => value - gain * slope * (signs[k] ?? 1)) };
  }

  async #calibrate(objective: Objective, point: readonly number[]): Promise<number> {
    const { seed, learningRate, perturbation } = this.#options;
    let sum = 0;
    for (let k = 0; k < CALIBRATIONS; k++) {
      const signs = drawSigns(seed, "calibration", k, point.length);
      sum += Math.abs(await slopeAlong(objective, point, signs, perturbation));
    }
    // Where the start is flat, nothing says how long a step is: the slope counts as it is.
    return sum > 0 ? learningRate / (sum / CALIBRATIONS) : learningRate;
  }
}

/** The central difference along a direction of signs, over `reach` on both sides. */
async function slopeAlong(
  objective: Objective,
  point: readonly number[],
  signs: readonly number[],
  reach: number,
): Promise<number> {
  const moved = (side: 1 | -1) => point.map((value, k) => value + side * reach * (signs[k] ?? 1));
  const [above = 0, below = 0] = await objective.energies([moved(1), moved(-1)]);
  return (above - below) / (2 * reach);
}

function eighthRoot(x: number): number {
  return Math.sqrt(Math.sqrt(Math.sqrt(x)));
}

/** x^{1/2} · x^{1/8} */
function powerFiveEighths(x: number): number {
  return Math.sqrt(x) * eighthRoot(x);
}
