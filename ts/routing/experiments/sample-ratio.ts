/** Strength of the belief that the ratios are as configured, in units. */
const PRIOR_UNITS = 100;

/**
 * How much better a wrong assignment explains the counts than the configured shares: ln of the Bayes factor of a
 * Dirichlet-multinomial around the shares against the multinomial with them. Under the right shares the factor is a martingale of
 * mean 1, so it ever reaches 1/α with probability α at most, however often one looks.
 *
 * Source: Lindon, Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022.
 *
 * @param counts units seen per arm
 * @param shares as configured; they add up to 1
 */
export function sampleRatioEvidence(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let evidence = logGamma(PRIOR_UNITS) - logGamma(PRIOR_UNITS + total);
  counts.forEach((count, k) => {
    const share = shares[k] ?? 0;
    evidence += logGamma(PRIOR_UNITS * share + count) - logGamma(PRIOR_UNITS * share) - count * Math.log(share);
  });
  return evidence;
}

/** ln Γ(x) for x > 0 by Stirling's series from 8 on; absolute error below 1e-10 for moderate x. */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 8; x++) shift -= Math.log(x);
  const square = 1 / (x * x);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / x;
  return shift + (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
