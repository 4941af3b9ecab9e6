/** What is known of one metric in one arm: sums that can be added up over machines. A success rate counts 0 and 1. */
export interface Tally {
  readonly n: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /**
   * The least and the most that a value can be. The variance then counts one more value at each end, since a thousand equal ones do not
   * say that no other can come: without that, an arm that always fails could never be told from one that never does.
   */
  readonly range?: readonly [least: number, most: number] | undefined;
}

/** A value with bounds that hold at all times together. */
export interface Difference {
  /** Of two means: second arm less first. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Below, the normal approximation is too far off: nothing is said yet. */
const LEAST_UNITS = 100;

/**
 * A confidence sequence for the difference of two means: with probability 1 − α the true difference lies between the bounds of *every*
 * look, so one may look as often as one likes and stop when it pleases. The bounds are those of the mixture sequential
 * probability ratio test with a normal mixture over the difference,
 *
 *     value ± √( v (v + τ²) / τ² · ln((v + τ²) / (v α²)) ),   v = s₁²/n₁ + s₂²/n₂
 *
 * Asymptotic in n, as every normal bound is. Source: Johari, Pekelis, Walsh, "Always valid inference", Operations Research 2022.
 *
 * @param tau size of a difference that would matter, in the metric's unit: there the bounds are tightest
 * @returns undefined before each arm has 100 units
 */
export function differenceOf(first: Tally, second: Tally, alpha: number, tau: number): Difference | undefined {
  if (first.n < LEAST_UNITS || second.n < LEAST_UNITS) return undefined;
  const v = varianceOf(first) / first.n + varianceOf(second) / second.n;
  return bounded(second.sum / second.n - first.sum / first.n, v, alpha, tau);
}

/** As {@link differenceOf}, for one mean. */
export function meanOf(tally: Tally, alpha: number, tau: number): Difference | undefined {
  if (tally.n < LEAST_UNITS) return undefined;
  return bounded(tally.sum / tally.n, varianceOf(tally) / tally.n, alpha, tau);
}

/** @param v variance of the value */
function bounded(value: number, v: number, alpha: number, tau: number): Difference {
  const tau2 = tau * tau;
  // Nothing has varied yet: nobody knows by how much it can.
  const half =
    v === 0
      ? Number.POSITIVE_INFINITY
      : Math.sqrt(((v * (v + tau2)) / tau2) * Math.log((v + tau2) / (v * alpha * alpha)));
  return { value, low: value - half, high: value + half };
}

function varianceOf({ n, sum, sumOfSquares, range }: Tally): number {
  if (range === undefined) return Math.max(0, sumOfSquares - (sum * sum) / n) / (n - 1);
  const [least, most] = range;
  const ends = sum + least + most;
  return Math.max(0, sumOfSquares + least * least + most * most - (ends * ends) / (n + 2)) / (n + 1);
}
