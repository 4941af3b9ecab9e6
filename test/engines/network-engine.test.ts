import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ workerUrl, threads: 1 });
});
afterAll(() => engines.close());

interface Case {
  name: string;
  document: unknown;
  outputs: number[][];
  argmax: number[];
}

const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL("../vectors/qnet/numpy.json", import.meta.url), "utf8"),
);

/** Q = V + A − mean(A) by hand: V = x + y, A = (x, −y), so Q = (x + y) + (x, −y) − (x − y) / 2. */
const DUELING = JSON.stringify({
  ...{ format: "ketflow-net/1", dtype: "f32" },
  layers: [
    {
      kind: "dueling",
      value: { weights: [[1, 1]], bias: [0] },
      advantage: {
        weights: [
          [1, 0],
          [0, -1],
        ],
        bias: [0, 0],
      },
    },
  ],
});

describe("a network", () => {
  it.each(cases.map((item) => [item.name, item] as const))("%s gives what numpy gives", async (_, item) => {
    const { document, outputs, argmax } = item;
    const { result } = await engines.network.forward(JSON.stringify(document));
    expect(result.argmax).toEqual(argmax);
    for (const [row, expected] of outputs.entries()) {
      for (const [k, value] of expected.entries())
        expect(Math.abs((result.outputs[row]?.[k] ?? 9) - value)).toBeLessThan(1e-5);
    }
  });

  it("is loaded once and asked many times, and a state's outputs do not depend on the batch", async () => {
    const network = await engines.network.load(DUELING);
    expect(network.view).toEqual({ inputs: 2, actions: 2, parameters: 3 * 16 + 3, states: 0 });
    const rows = [
      [1, 2],
      [-3, 0.5],
    ];
    const both = await network.forward(rows);
    expect(both.result.outputs).toEqual([
      [4.5, 1.5],
      [-3.75, -1.25],
    ]);
    expect(both.result.argmax).toEqual([0, 1]);
    for (const [k, row] of rows.entries()) {
      expect((await network.forward([row])).result.outputs).toEqual([both.result.outputs[k]]);
    }
  });

  it.each([
    [DUELING, {}, /there are no states/],
    [DUELING, { states: [[1, 2], [3]] }, /states\[1\] has 1 numbers; give 2/],
    [DUELING, { states: [[1, Number.NaN]] }, /options\.states\[0\]\[1\]/],
    [DUELING.replace('"f32"', '"f64"'), { states: [[1, 2]] }, /dtype is 'f64'/],
    ['{"format":"ketflow-net/1",\n"layers":[]}', {}, /layers/],
  ])("%s with %j is refused with the reason", async (source, options, message) => {
    await expect(engines.network.forward(source, options)).rejects.toThrow(message);
  });

  it("says where the mistake is", async () => {
    const source = '{"format":"ketflow-net/1","dtype":"f32",\n "layers":[{"kind":"conv"}]}';
    await expect(engines.network.forward(source)).rejects.toMatchObject({ code: "invalid-input", line: 2 });
  });
});
