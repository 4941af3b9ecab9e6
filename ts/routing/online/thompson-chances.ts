import { strictExp } from "../../core/strict-log.ts";

const CELLS = 32;
/** Standard deviations; what lies farther out has a chance below 1e-4. */
const REACH = 4;

/**
 * How likely each arm has the highest of independent normal draws: what Thompson sampling does, as a distribution. Whoever then draws
 * from these chances knows the chance of the drawn arm exactly, which evaluation off-line needs.
 *
 * By 32 cells of equal width over where the highest draw can lie: an arm's mass in a cell times the others' below its middle, scaled to
 * sum 1.
 *
 * @param means of the draws, at least one
 * @param sds > 0, one for each
 */
export function thompsonChances(means: Float64Array, sds: Float64Array): Float64Array {
  const arms = means.length;
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < arms; k++) {
    low = Math.max(low, (means[k] ?? 0) - REACH * (sds[k] ?? 0));
    high = Math.max(high, (means[k] ?? 0) + REACH * (sds[k] ?? 0));
  }
  const width = (high - low) / CELLS;
  const chances = new Float64Array(arms);
  const below = Float64Array.from(means, (mean, k) => normalBelow((low - mean) / (sds[k] ?? 1)));
  const middle = new Float64Array(arms);
  const mass = new Float64Array(arms);
  for (let cell = 1; cell <= CELLS; cell++) {
    const edge = low + cell * width;
    let all = 1;
    for (let k = 0; k < arms; k++) {
      const next = normalBelow((edge - (means[k] ?? 0)) / (sds[k] ?? 1));
      mass[k] = next - (below[k] ?? 0);
      const half = (next + (below[k] ?? 0)) / 2;
      middle[k] = half;
      all *= half;
      below[k] = next;
    }
    for (let k = 0; k < arms; k++) {
      const own = middle[k] ?? 0;
      if (own > 0) chances[k] = (chances[k] ?? 0) + ((mass[k] ?? 0) * all) / own;
    }
  }
  let total = 0;
  for (const chance of chances) total += chance;
  return total > 0 ? chances.map((chance) => chance / total) : chances.fill(1 / arms);
}

/** The table below ends there: what is beyond has a chance below 1e-9. */
const FARTHEST = 6;
const STEPS_PER_SD = 128;

/**
 * The normal distribution function at every 128th part of a standard deviation, by Simpson's rule from the left. A formula with an
 * exponential would take most of the time of a decision.
 */
const NORMAL_BELOW = (() => {
  const density = (x: number): number => 0.3989422804014327 * strictExp((-x * x) / 2);
  const table = new Float64Array(2 * FARTHEST * STEPS_PER_SD + 1);
  for (let k = 1; k < table.length; k++) {
    const left = (k - 1) / STEPS_PER_SD - FARTHEST;
    const right = k / STEPS_PER_SD - FARTHEST;
    const area = (density(left) + 4 * density((left + right) / 2) + density(right)) / (6 * STEPS_PER_SD);
    table[k] = (table[k - 1] ?? 0) + area;
  }
  return table;
})();

/** Between the entries of the table a line: error below 2e-6. */
function normalBelow(x: number): number {
  if (x >= FARTHEST) return 1;
  if (x <= -FARTHEST) return 0;
  const at = (x + FARTHEST) * STEPS_PER_SD;
  const below = Math.floor(at);
  const left = NORMAL_BELOW[below] ?? 0;
  return left + (at - below) * ((NORMAL_BELOW[below + 1] ?? 1) - left);
}
