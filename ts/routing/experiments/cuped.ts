import type { Tally } from "./difference.ts";

/**
 * A tally with what was known of the same units before the experiment. A unit of which nothing was known counts with the mean of the
 * others, so its deviation is 0.
 */
export interface CovariateTally extends Tally {
  /** Of each unit's covariate from the mean before the experiment, which is one number for all arms. */
  readonly deviation: number;
  readonly squaredDeviation: number;
  /** Deviation times value. */
  readonly product: number;
}

export interface Adjusted {
  /** Of value − θ · deviation, in the order of the arms. */
  readonly tallies: readonly Tally[];
  readonly theta: number;
  /** Share of the variance within arms that the covariate explains, 0 to 1: what is left needs so much fewer units. */
  readonly explained: number;
}

/**
 * CUPED: takes out of a metric what a covariate from before the experiment explains, θ = Σ cov / Σ var over all arms, each around its own
 * means. Arms were assigned after the covariate was known, so the difference of the means stays what it estimates, and its variance is
 * (1 − ρ²) times as large.
 *
 * Source: Deng, Xu, Kohavi, Walker, "Improving the sensitivity of online controlled experiments by utilizing pre-experiment data",
 * WSDM 2013.
 */
export function cuped(arms: readonly CovariateTally[]): Adjusted {
  let [covariance, variance, total] = [0, 0, 0];
  for (const { n, sum, sumOfSquares, deviation, squaredDeviation, product } of arms) {
    if (n === 0) continue;
    covariance += product - (deviation * sum) / n;
    variance += squaredDeviation - (deviation * deviation) / n;
    total += sumOfSquares - (sum * sum) / n;
  }
  const theta = variance > 0 ? covariance / variance : 0;
  return {
    theta,
    explained: total > 0 ? Math.min(1, (theta * covariance) / total) : 0,
    tallies: arms.map(({ n, sum, sumOfSquares, deviation, squaredDeviation, product, range }) => ({
      n,
      sum: sum - theta * deviation,
      sumOfSquares: sumOfSquares - 2 * theta * product + theta * theta * squaredDeviation,
      range,
    })),
  };
}
