import type { Objective, Place, Step, Stepper } from "./objective.ts";

/** Pairs of steps and changes of the gradient that are remembered. */
const MEMORY = 10;
/** Armijo's condition: a step has to gain this share of what the slope promises. */
const SUFFICIENT = 1e-4;
/** Energies that one line search may take; the step is then a thousandth of the first one. */
export const LINE_SEARCH = 10;
/** Radians: energies are waves in each angle, so that a longer step lands somewhere else altogether. */
const LONGEST = 1;

interface Pair {
  readonly step: readonly number[];
  readonly change: readonly number[];
  /** 1 / (step · change) */
  readonly scale: number;
}

/**
 * A quasi-Newton method: the last ten steps and what they changed in the gradient stand for the curvature, a backtracking line
 * search shortens the step until it gains enough. It needs exact energies: the noise of shots would be taken for curvature.
 *
 * Source: Nocedal & Wright, "Numerical optimization" (2006), algorithms 7.4 and 3.1.
 */
export class Lbfgs implements Stepper {
  readonly stillSteps = 1;
  readonly #learningRate: number;
  #pairs: Pair[] = [];
  #last: { point: readonly number[]; gradient: readonly number[] } | undefined;

  /** @param learningRate how far the first step goes in the steepest parameter, in radians */
  constructor(learningRate: number) {
    this.#learningRate = learningRate;
  }

  async next(objective: Objective, { point, energy }: Place): Promise<Step> {
    const gradient = await objective.gradient(point, energy);
    this.#remember(point, gradient);
    let direction = this.#direction(gradient);
    if (!(dot(direction, gradient) < 0)) {
      // Memories of another valley.
      this.#pairs = [];
      direction = this.#direction(gradient);
    }
    const slope = dot(direction, gradient);
    if (!(slope < 0)) return { point: [...point], energy }; // The ground is flat.
    let length = Math.min(1, LONGEST / largest(direction));
    for (let k = 0; k < LINE_SEARCH; k++, length /= 2) {
      const tried = point.map((value, i) => value + length * (direction[i] ?? 0));
      const found = await objective.energy(tried);
      if (found <= energy + SUFFICIENT * length * slope) return { point: tried, energy: found };
    }
    // Rounding is all that is left to gain.
    return { point: [...point], energy };
  }

  #remember(point: readonly number[], gradient: readonly number[]): void {
    if (this.#last !== undefined) {
      const { point: from, gradient: before } = this.#last;
      const step = minus(point, from);
      const change = minus(gradient, before);
      const curvature = dot(step, change);
      // Where the ground bends the other way it tells nothing about the bottom.
      if (curvature > 1e-10 * dot(change, change)) this.#pairs.push({ step, change, scale: 1 / curvature });
      if (this.#pairs.length > MEMORY) this.#pairs.shift();
    }
    this.#last = { point, gradient };
  }

  /** −H g by the two loops over the pairs. */
  #direction(gradient: readonly number[]): number[] {
    const newest = this.#pairs.at(-1);
    const size = largest(gradient);
    const scale =
      newest !== undefined
        ? 1 / (newest.scale * dot(newest.change, newest.change))
        : size > 0
          ? this.#learningRate / size
          : 0;
    let rest = [...gradient];
    const shares: number[] = [];
    for (const { step, change, scale: inverse } of this.#pairs.toReversed()) {
      const share = inverse * dot(step, rest);
      shares.unshift(share);
      rest = rest.map((value, k) => value - share * (change[k] ?? 0));
    }
    let direction = rest.map((value) => scale * value);
    for (const [at, { step, change, scale: inverse }] of this.#pairs.entries()) {
      const weight = (shares[at] ?? 0) - inverse * dot(change, direction);
      direction = direction.map((value, k) => value + weight * (step[k] ?? 0));
    }
    return direction.map((value) => -value);
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}

function minus(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, k) => value - (b[k] ?? 0));
}

function largest(vector: readonly number[]): number {
  return vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
