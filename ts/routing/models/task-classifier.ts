import { eventWords, uniform } from "../../core/philox.ts";
import { strictExp } from "../../core/strict-log.ts";
import { FEATURES, type SparseVector } from "./prompt-features.ts";

/** Top word of Philox's counter: the order of the examples; index = position, event = epoch. Never used for anything else. */
const ORDER_PURPOSE = 48;

/** Chosen on the development data; docs/model-routing.md has the table. */
const EPOCHS = 8;
const STEP = 1;
/** Classes whose error is smaller move nothing that matters; skipping them makes an epoch three times faster. */
const SMALLEST_ERROR = 1e-3;

/** Multinomial logistic regression: which task family a prompt belongs to. */
export interface LinearScores {
  /** Scores before softmax: one row of `columns` values per feature, rows behind each other. */
  readonly weights: Float32Array;
  readonly bias: Float64Array;
  readonly columns: number;
}

/**
 * Learns from the tags of the examples; prompts to be routed need none.
 *
 * Stochastic gradient descent with one AdaGrad step size per feature (Duchi, Hazan, Singer 2011), whose early end is the only
 * regularisation. Examples come in an order that `seed` decides, so the same examples give the same bits.
 *
 * @param labels class of each row, 0…classes−1
 */
export function fitTasks(
  rows: readonly SparseVector[],
  labels: Int32Array,
  classes: number,
  seed: number,
): LinearScores {
  const weights = new Float64Array(FEATURES * classes);
  const bias = new Float64Array(classes);
  const seen = new Float64Array(FEATURES);
  const chance = new Float64Array(classes);
  const active = new Int32Array(classes);
  let biasSeen = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const row of shuffled(rows.length, seed, epoch)) {
      const { indices, values } = rows[row] as SparseVector;
      addScores(indices, values, weights, classes, chance, bias);
      softmax(chance);
      const label = labels[row] ?? 0;
      let square = 0;
      let moving = 0;
      for (let k = 0; k < classes; k++) {
        const error = (chance[k] ?? 0) - (k === label ? 1 : 0);
        chance[k] = error;
        if (Math.abs(error) < SMALLEST_ERROR) continue;
        active[moving++] = k;
        square += error * error;
      }
      if (moving === 0) continue;
      for (let n = 0; n < indices.length; n++) {
        const feature = indices[n] ?? 0;
        const value = values[n] ?? 0;
        const total = (seen[feature] ?? 0) + value * value * square;
        seen[feature] = total;
        if (total === 0) continue;
        const step = (STEP * value) / Math.sqrt(total + 1);
        for (let m = 0; m < moving; m++) {
          const k = active[m] ?? 0;
          const at = feature * classes + k;
          weights[at] = (weights[at] ?? 0) - step * (chance[k] ?? 0);
        }
      }
      biasSeen += square;
      for (let m = 0; m < moving; m++) {
        const k = active[m] ?? 0;
        bias[k] = (bias[k] ?? 0) - (chance[k] ?? 0) / Math.sqrt(biasSeen + 1);
      }
    }
  }
  return { weights: Float32Array.from(weights), bias, columns: classes };
}

/** Sums that are kept out of memory at a time. */
const LANES = 8;

/**
 * `out` = bias + Σ value · weights of that feature, of which each column is added up in the order of the features.
 *
 * Eight columns at a time: as one walk over rows of `columns`, every sum went through `out` for every product (430 features, 23 and 60
 * columns: 10.4 → 6.8 and 27.5 → 15.8 µs). The last eight take some columns a second time, to the same sums: one by one, those that are left
 * over took as long as eight each (under load, in turns: 11.4 → 7.0 and 22.4 → 19.6 µs of processor time).
 *
 * @param out may not be `bias`
 */
export function addScores(
  indices: Uint16Array,
  values: Float64Array,
  weights: Float32Array | Float64Array,
  columns: number,
  out: Float64Array,
  bias: Float64Array,
): void {
  if (columns < LANES) {
    addFewScores(indices, values, weights, columns, out, bias);
    return;
  }
  for (let block = 0; block < columns; block += LANES) {
    const k = Math.min(block, columns - LANES);
    let [a, b, c, d] = [bias[k] as number, bias[k + 1] as number, bias[k + 2] as number, bias[k + 3] as number];
    let [e, f, g, h] = [bias[k + 4] as number, bias[k + 5] as number, bias[k + 6] as number, bias[k + 7] as number];
    for (let n = 0; n < indices.length; n++) {
      const at = (indices[n] as number) * columns + k;
      const value = values[n] as number;
      a += value * (weights[at] as number);
      b += value * (weights[at + 1] as number);
      c += value * (weights[at + 2] as number);
      d += value * (weights[at + 3] as number);
      e += value * (weights[at + 4] as number);
      f += value * (weights[at + 5] as number);
      g += value * (weights[at + 6] as number);
      h += value * (weights[at + 7] as number);
    }
    out[k] = a;
    out[k + 1] = b;
    out[k + 2] = c;
    out[k + 3] = d;
    out[k + 4] = e;
    out[k + 5] = f;
    out[k + 6] = g;
    out[k + 7] = h;
  }
}

function addFewScores(
  indices: Uint16Array,
  values: Float64Array,
  weights: Float32Array | Float64Array,
  columns: number,
  out: Float64Array,
  bias: Float64Array,
): void {
  for (let k = 0; k < columns; k++) {
    let sum = bias[k] as number;
    for (let n = 0; n < indices.length; n++) {
      sum += (values[n] as number) * (weights[(indices[n] as number) * columns + k] as number);
    }
    out[k] = sum;
  }
}

/** In place; a score 700 below the largest has chance 0. */
export function softmax(scores: Float64Array, count = scores.length): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < count; k++) largest = Math.max(largest, scores[k] ?? 0);
  let total = 0;
  for (let k = 0; k < count; k++) {
    const below = (scores[k] ?? 0) - largest;
    const weight = below < -700 ? 0 : strictExp(below);
    scores[k] = weight;
    total += weight;
  }
  for (let k = 0; k < count; k++) scores[k] = (scores[k] ?? 0) / total;
}

/** Fisher–Yates with the words of Philox. */
export function shuffled(count: number, seed: number, event: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(uniform(eventWords(seed, ORDER_PURPOSE, k, event)) * (k + 1));
    [order[k], order[other]] = [order[other] ?? 0, order[k] ?? 0];
  }
  return order;
}
