import { eventWords, uniform } from "../../core/philox.ts";

/** Top word of Philox's counter: which splits are tried; index = draw, event = tree. Never used for anything else. */
const SPLIT_PURPOSE = 51;

/** The feature of a node that asks nothing. */
export const LEAF = 255;
/** Chosen on the development data; docs/model-routing.md. */
const TREES = 100;
const LEAST_ROWS = 20;
/** Share of the features that are tried at a node, and the most of them: with 64 models a fit would take minutes otherwise. */
const [TRIED_SHARE, MOST_TRIED] = [0.3, 20];

/** Regression trees of several outputs, all nodes behind each other: a tree's nodes in preorder, so the left child is the next node. */
export interface ExtraTrees {
  /** First node of each tree. */
  readonly roots: Int32Array;
  /** Which value a node asks; {@link LEAF}: none. */
  readonly features: Uint8Array;
  /** At most this: left. */
  readonly thresholds: Float32Array;
  /** The right child; of a leaf, its row of `values`. */
  readonly next: Int32Array;
  /** A row of one value per output for each leaf. */
  readonly values: Float32Array;
}

/**
 * Extremely randomized trees: at a node, a random cut of each of a few random features is tried, and the one is taken that leaves the
 * least squared error over all outputs. Every tree sees all rows.
 *
 * Source: Geurts, Ernst, Wehenkel, "Extremely randomized trees" (2006).
 *
 * @param columns one array per feature, at most 254
 * @param targets row-major, `outputs` values per row
 */
export function fitExtraTrees(
  columns: readonly Float64Array[],
  targets: Float64Array,
  outputs: number,
  seed: number,
): ExtraTrees {
  const grower = new Grower(columns, targets, outputs, seed);
  const roots = Int32Array.from({ length: TREES }, (_, tree) => grower.grow(tree));
  return { roots, ...grower.nodes() };
}

/** `out` += the mean of the trees' values at `input`. */
export function addTrees(
  { roots, features, thresholds, next, values }: ExtraTrees,
  input: Float64Array,
  out: Float64Array,
): void {
  const outputs = out.length;
  const share = 1 / roots.length;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree] as number;
    let feature = features[node] as number;
    while (feature !== LEAF) {
      node = (input[feature] as number) <= (thresholds[node] as number) ? node + 1 : (next[node] as number);
      feature = features[node] as number;
    }
    const start = (next[node] as number) * outputs;
    for (let k = 0; k < outputs; k++) out[k] = (out[k] as number) + share * (values[start + k] as number);
  }
}

interface Split {
  feature: number;
  threshold: number;
}

class Grower {
  readonly #columns: readonly Float64Array[];
  readonly #targets: Float64Array;
  readonly #outputs: number;
  readonly #seed: number;
  readonly #tried: number;
  readonly #rows: Int32Array;
  readonly #candidates: Int32Array;
  readonly #sums: Float64Array;
  readonly #left: Float64Array;
  readonly #features: number[] = [];
  readonly #thresholds: number[] = [];
  readonly #next: number[] = [];
  readonly #values: number[] = [];
  #tree = 0;
  #draws = 0;

  constructor(columns: readonly Float64Array[], targets: Float64Array, outputs: number, seed: number) {
    this.#columns = columns;
    this.#targets = targets;
    this.#outputs = outputs;
    this.#seed = seed;
    this.#tried = Math.min(MOST_TRIED, Math.ceil(TRIED_SHARE * columns.length));
    this.#rows = new Int32Array(targets.length / outputs);
    this.#candidates = Int32Array.from(columns, (_, k) => k);
    this.#sums = new Float64Array(outputs);
    this.#left = new Float64Array(outputs);
  }

  /** @returns the tree's first node */
  grow(tree: number): number {
    [this.#tree, this.#draws] = [tree, 0];
    this.#rows.forEach((_, k, rows) => {
      rows[k] = k;
    });
    const root = this.#features.length;
    this.#node(0, this.#rows.length);
    return root;
  }

  nodes(): Omit<ExtraTrees, "roots"> {
    return {
      features: Uint8Array.from(this.#features),
      thresholds: Float32Array.from(this.#thresholds),
      next: Int32Array.from(this.#next),
      values: Float32Array.from(this.#values),
    };
  }

  #draw(): number {
    return uniform(eventWords(this.#seed, SPLIT_PURPOSE, this.#draws++, this.#tree));
  }

  #node(from: number, to: number): void {
    const node = this.#features.length;
    const split = to - from < 2 * LEAST_ROWS ? undefined : this.#bestSplit(from, to);
    this.#features.push(split?.feature ?? LEAF);
    this.#thresholds.push(split?.threshold ?? 0);
    if (split === undefined) {
      this.#next.push(this.#values.length / this.#outputs);
      this.#addUp(from, to);
      for (const sum of this.#sums) this.#values.push(sum / (to - from));
      return;
    }
    this.#next.push(0);
    const middle = this.#partition(from, to, split);
    this.#node(from, middle);
    this.#next[node] = this.#features.length;
    this.#node(middle, to);
  }

  #addUp(from: number, to: number): void {
    const [sums, outputs] = [this.#sums.fill(0), this.#outputs];
    for (let at = from; at < to; at++) {
      const start = (this.#rows[at] ?? 0) * outputs;
      for (let k = 0; k < outputs; k++) sums[k] = (sums[k] ?? 0) + (this.#targets[start + k] ?? 0);
    }
  }

  #bestSplit(from: number, to: number): Split | undefined {
    this.#addUp(from, to);
    const [sums, candidates] = [this.#sums, this.#candidates];
    let best: Split | undefined;
    let most = sums.reduce((total, sum) => total + (sum * sum) / (to - from), 1e-9);
    // Features that are all one value here do not count as tried.
    for (let tried = 0, at = 0; tried < this.#tried && at < candidates.length; at++) {
      const other = at + Math.floor(this.#draw() * (candidates.length - at));
      [candidates[at], candidates[other]] = [candidates[other] ?? 0, candidates[at] ?? 0];
      const feature = candidates[at] ?? 0;
      const threshold = this.#cut(this.#columns[feature] as Float64Array, from, to);
      if (threshold === undefined) continue;
      tried++;
      const explained = this.#explained(this.#columns[feature] as Float64Array, threshold, from, to);
      if (explained > most) [best, most] = [{ feature, threshold }, explained];
    }
    return best;
  }

  /** Anywhere between the least and the largest value. */
  #cut(column: Float64Array, from: number, to: number): number | undefined {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = from; at < to; at++) {
      const value = column[this.#rows[at] ?? 0] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return high > low ? Math.fround(low + this.#draw() * (high - low)) : undefined;
  }

  /** Σ over outputs of S²/n of either side: what is left of the squared error is less by that. */
  #explained(column: Float64Array, threshold: number, from: number, to: number): number {
    const [rows, targets, outputs, sums, left] = [this.#rows, this.#targets, this.#outputs, this.#sums, this.#left];
    left.fill(0);
    let count = 0;
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      if ((column[row] ?? 0) > threshold) continue;
      count++;
      const start = row * outputs;
      for (let k = 0; k < outputs; k++) left[k] = (left[k] ?? 0) + (targets[start + k] ?? 0);
    }
    const rest = to - from - count;
    if (count < LEAST_ROWS || rest < LEAST_ROWS) return 0;
    let explained = 0;
    for (let k = 0; k < outputs; k++) {
      const [own, other] = [left[k] ?? 0, (sums[k] ?? 0) - (left[k] ?? 0)];
      explained += (own * own) / count + (other * other) / rest;
    }
    return explained;
  }

  #partition(from: number, to: number, { feature, threshold }: Split): number {
    const [rows, column] = [this.#rows, this.#columns[feature] as Float64Array];
    let middle = from;
    for (let at = from; at < to; at++) {
      const row = rows[at] ?? 0;
      if ((column[row] ?? 0) > threshold) continue;
      rows[at] = rows[middle] ?? 0;
      rows[middle++] = row;
    }
    return middle;
  }
}
