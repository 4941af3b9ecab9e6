import { describe, expect, it } from "vitest";
import { eventWords, uniform } from "../../../ts/core/philox.ts";
import { addTrees, type ExtraTrees, fitExtraTrees, LEAF } from "../../../ts/routing/models/extra-trees.ts";
import { readTrees, writeTrees } from "../../../ts/routing/models/saved-trees.ts";

const ROWS = 1000;
const draw = (row: number, event: number): number => uniform(eventWords(3, 60, row, event));
/** Four features, of which the first two decide: output 0 is their exclusive or, output 1 the first alone; the last is constant. */
const columns = [0, 1, 2, 3].map((k) => Float64Array.from({ length: ROWS }, (_, row) => (k === 3 ? 7 : draw(row, k))));
const targets = new Float64Array(2 * ROWS);
for (let row = 0; row < ROWS; row++) {
  const [a, b] = [draw(row, 0) > 0.5, draw(row, 1) > 0.5];
  targets[2 * row] = a !== b ? 1 : 0;
  targets[2 * row + 1] = a ? 1 : 0;
}
const trees = fitExtraTrees(columns, targets, 2, 5);

function valuesAt(of: ExtraTrees, ...input: number[]): number[] {
  const out = new Float64Array(2);
  addTrees(of, Float64Array.from(input), out);
  return [...out];
}

describe("fitExtraTrees", () => {
  it("finds what no sum over single features can say", () => {
    for (const [a, b] of [
      [0.2, 0.2],
      [0.2, 0.8],
      [0.8, 0.2],
      [0.8, 0.8],
    ] as const) {
      const [either = 0, first = 0] = valuesAt(trees, a, b, 0.5, 7);
      expect(Math.abs(either - (a > 0.5 !== b > 0.5 ? 1 : 0))).toBeLessThan(0.25);
      expect(Math.abs(first - (a > 0.5 ? 1 : 0))).toBeLessThan(0.1);
    }
  });

  it("keeps the mean of the targets, with 20 rows and more in every leaf", () => {
    const sums = [0, 0];
    const inLeaf = new Map<number, number>();
    for (let row = 0; row < ROWS; row++) {
      const input = columns.map((column) => column[row] ?? 0);
      valuesAt(trees, ...input).forEach((value, k) => {
        sums[k] = (sums[k] ?? 0) + value;
      });
      for (const root of trees.roots) {
        let node = root;
        while (trees.features[node] !== LEAF) {
          const left = (input[trees.features[node] ?? 0] ?? 0) <= (trees.thresholds[node] ?? 0);
          node = left ? node + 1 : (trees.next[node] ?? 0);
        }
        inLeaf.set(node, (inLeaf.get(node) ?? 0) + 1);
      }
    }
    expect(Math.min(...inLeaf.values())).toBeGreaterThanOrEqual(20);
    // Leaves are kept as f32.
    for (const k of [0, 1]) {
      const mean = targets.filter((_, at) => at % 2 === k).reduce((sum, value) => sum + value, 0) / ROWS;
      expect(Math.abs((sums[k] ?? 0) / ROWS - mean)).toBeLessThan(1e-6);
    }
  });

  it("never asks a value that is the same everywhere, and gives the same trees for the same seed alone", () => {
    expect([...trees.features]).not.toContain(3);
    expect(fitExtraTrees(columns, targets, 2, 5)).toEqual(trees);
    expect(fitExtraTrees(columns, targets, 2, 6)).not.toEqual(trees);
  });

  it("gives the mean alone where there are too few rows to split", () => {
    const few = fitExtraTrees(
      columns.map((column) => column.subarray(0, 39)),
      targets.subarray(0, 78),
      2,
      0,
    );
    expect(new Set(few.features)).toEqual(new Set([LEAF]));
  });
});

describe("readTrees", () => {
  const saved = writeTrees(trees);

  it("gives back what was written", () => {
    expect(readTrees(saved, 4, 2)).toEqual(trees);
  });

  it("refuses what would not end, ask what is not there, or answer from outside", () => {
    const back = writeTrees({ ...trees, next: trees.next.map((at, node) => (trees.features[node] === LEAF ? at : 0)) });
    const outside = writeTrees({ ...trees, next: trees.next.map((at) => at + 1_000_000) });
    for (const wrong of [back, outside, writeTrees({ ...trees, roots: Int32Array.of(1_000_000) })]) {
      expect(() => readTrees(wrong, 4, 2)).toThrow(/router\.trees: is no set of trees/);
    }
    expect(() => readTrees(saved, 1, 2)).toThrow(/no set of trees/);
    expect(() => readTrees({ ...saved, thresholds: "AAAA" }, 4, 2)).toThrow(/trees\.thresholds: has 3 bytes/);
    expect(() => readTrees({ ...saved, values: "not base64!" }, 4, 2)).toThrow(/trees\.values: not base64/);
  });
});
