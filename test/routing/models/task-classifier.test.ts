import { describe, expect, it } from "vitest";
import { eventWords, uniform } from "../../../ts/core/philox.ts";
import { addScores } from "../../../ts/routing/models/task-classifier.ts";

describe("addScores", () => {
  it.each(Array.from({ length: 26 }, (_, columns) => columns))(
    "adds up %i columns in the order of the features",
    (columns) => {
      const draw = (n: number): number => uniform(eventWords(columns, 1, n, 0)) - 0.5;
      const [features, n] = [40, 25];
      const weights = Float32Array.from({ length: features * columns }, (_, k) => draw(k));
      const bias = Float64Array.from({ length: columns }, (_, k) => draw(10_000 + k));
      const indices = Uint16Array.from({ length: n }, (_, k) => Math.floor((draw(20_000 + k) + 0.5) * features));
      const values = Float64Array.from({ length: n }, (_, k) => draw(30_000 + k));
      const naive = bias.map((start, k) =>
        values.reduce((sum, value, at) => sum + value * (weights[(indices[at] ?? 0) * columns + k] ?? 0), start),
      );
      const out = new Float64Array(columns).fill(Number.NaN);
      addScores(indices, values, weights, columns, out, bias);
      expect(out).toEqual(naive);
    },
  );
});
