/** A score as a random variable on [0, 1]. */
export interface Distribution {
  mean: number;
  variance: number;
}

/** The largest variance that a variable on [0, 1] can have is mean × (1 − mean) (Bhatia and Davis, 2000). */
export function onUnitInterval(mean: number, variance: number): Distribution {
  const inside = Math.min(1, Math.max(0, mean));
  return { mean: inside, variance: Math.min(variance, inside * (1 - inside)) };
}

/**
 * Weighted mean of a candidate's scores. They all come from the same time and the same fidelity, so they are taken to err
 * together: standard deviations add, which bounds the true variance from above.
 */
export function combine(scores: readonly Distribution[], weights: readonly number[]): Distribution {
  let mean = 0;
  let deviation = 0;
  let total = 0;
  scores.forEach((score, k) => {
    const weight = weights[k] ?? 1;
    mean += weight * score.mean;
    deviation += weight * Math.sqrt(score.variance);
    total += weight;
  });
  deviation /= total;
  return { mean: mean / total, variance: deviation * deviation };
}
