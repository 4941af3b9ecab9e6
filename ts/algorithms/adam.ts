import type { Objective, Place, Step, Stepper } from "./objective.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Gradient descent with running means of the gradient and of its square:
 *
 *   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − α · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
 *
 * with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸. The powers grow by one product per step, so every operation is exact IEEE arithmetic.
 *
 * Source: Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
export class Adam implements Stepper {
  /** With momentum it turns around more slowly than it stops. */
  readonly stillSteps = 10;
  readonly #learningRate: number;
  readonly #mean: number[] = [];
  readonly #square: number[] = [];
  #power1 = 1;
  #power2 = 1;

  /** @param learningRate α: about the length of a step per parameter */
  constructor(learningRate: number) {
    this.#learningRate = learningRate;
  }

  async next(objective: Objective, { point, energy }: Place): Promise<Step> {
    return { point: this.step(point, await objective.gradient(point, energy)) };
  }

  /** The point after one step along this gradient. */
  step(point: readonly number[], gradient: readonly number[]): number[] {
    this.#power1 *= BETA1;
    this.#power2 *= BETA2;
    return point.map((value, k) => {
      const slope = gradient[k] ?? 0;
      const mean = BETA1 * (this.#mean[k] ?? 0) + (1 - BETA1) * slope;
      const square = BETA2 * (this.#square[k] ?? 0) + (1 - BETA2) * (slope * slope);
      this.#mean[k] = mean;
      this.#square[k] = square;
      const size = Math.sqrt(square / (1 - this.#power2)) + EPSILON;
      return value - (this.#learningRate * (mean / (1 - this.#power1))) / size;
    });
  }
}
