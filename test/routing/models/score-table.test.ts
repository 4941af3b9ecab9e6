import { describe, expect, it } from "vitest";
import { eventWords, uniform } from "../../../ts/core/philox.ts";
import { ScoreTable } from "../../../ts/routing/models/score-table.ts";

describe.each([4, 8] as const)("a table of weights of %i bytes", (bytesOfWeight) => {
  // Up to four blocks of columns, the last of each length; and the columns of the largest router.
  it.each([...Array.from({ length: 62 }, (_, columns) => columns), 1064])(
    "adds up %i columns in the order of the features",
    (columns) => {
      const draw = (n: number): number => uniform(eventWords(columns, 1, n, 0)) - 0.5;
      const [features, n] = [40, 25];
      const table = new ScoreTable(features, columns, bytesOfWeight);
      table.weights.forEach((_, at) => {
        table.weights[at] = at % table.stride < columns ? draw(at) : 0;
      });
      const { weights, stride } = table;
      const bias = Float64Array.from({ length: columns }, (_, k) => draw(10_000 + k));
      const indices = Uint16Array.from({ length: n }, (_, k) => Math.floor((draw(20_000 + k) + 0.5) * features));
      const values = Float64Array.from({ length: n }, (_, k) => draw(30_000 + k));
      const naive = bias.map((start, k) =>
        values.reduce((sum, value, at) => sum + value * (weights[(indices[at] ?? 0) * stride + k] ?? 0), start),
      );
      for (let call = 0; call < 2; call++) {
        const out = new Float64Array(columns).fill(Number.NaN);
        table.addScores({ indices, values }, bias, out);
        expect(out).toEqual(naive);
      }
    },
  );
});

it("takes as many values as rows, and refuses more", () => {
  const table = new ScoreTable(3, 2, 4);
  table.weights.set([1, 2, 3, 4, 5, 6]);
  const all = { indices: Uint16Array.of(2, 0, 1), values: Float64Array.of(1, 10, 100) };
  const out = new Float64Array(2);
  table.addScores(all, Float64Array.of(0.5, 0), out);
  expect(out).toEqual(Float64Array.of(315.5, 426));
  const tooMany = { indices: new Uint16Array(4), values: new Float64Array(4) };
  expect(() => table.addScores(tooMany, Float64Array.of(0, 0), out)).toThrow(RangeError);
});
