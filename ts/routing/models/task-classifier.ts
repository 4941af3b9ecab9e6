import { eventWords, uniform } from "../../core/philox.ts";
import { strictExp } from "../../core/strict-log.ts";
import { FEATURES, type SparseVector } from "./prompt-features.ts";
import { ScoreTable } from "./score-table.ts";

/** Top word of Philox's counter: the order of the examples; index = position, event = epoch. Never used for anything else. */
const ORDER_PURPOSE = 48;

/** Chosen on the development data; docs/model-routing.md has the table. */
const EPOCHS = 8;
const STEP = 1;
/** Classes whose error is smaller move nothing that matters; skipping them makes an epoch three times faster. */
const SMALLEST_ERROR = 1e-3;

/** Multinomial logistic regression: which task family a prompt belongs to. Scores before softmax. */
interface TaskScores {
  /** Per feature a row of `stride` weights, the first of them those of the classes. */
  readonly weights: Float32Array | Float64Array;
  readonly stride: number;
  readonly bias: Float64Array;
}

/**
 * Learns from the tags of the examples; prompts to be routed need none.
 *
 * Stochastic gradient descent with one AdaGrad step size per feature (Duchi, Hazan, Singer 2011), whose early end is the only
 * regularisation. Examples come in an order that `seed` decides, so the same examples give the same bits.
 *
 * @param labels class of each row, 0…classes−1
 */
export function fitTasks(rows: readonly SparseVector[], labels: Int32Array, classes: number, seed: number): TaskScores {
  const table = new ScoreTable(FEATURES, classes, 8);
  const { weights, stride } = table;
  const bias = new Float64Array(classes);
  const seen = new Float64Array(FEATURES);
  const chance = new Float64Array(classes);
  const active = new Int32Array(classes);
  let biasSeen = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const row of shuffled(rows.length, seed, epoch)) {
      const features = rows[row] as SparseVector;
      const { indices, values } = features;
      table.addScores(features, bias, chance);
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
          const at = feature * stride + k;
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
  return { weights, stride, bias };
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
