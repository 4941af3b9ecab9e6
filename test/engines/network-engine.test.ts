import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { fromBase64 } from "../../ts/core/bytes.ts";
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

const Models = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      model: z.string(),
      states: z.array(z.array(z.number())),
      outputs: z.array(z.array(z.number())),
    }),
  ),
});
const { cases: models } = Models.parse(
  JSON.parse(readFileSync(new URL("../vectors/qnet/onnx/cases.json", import.meta.url), "utf8")),
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

  it("of ONNX gives what onnxruntime gives, also when it is loaded once", async () => {
    for (const { name, model, states, outputs } of models) {
      const input = { format: "onnx", source: fromBase64(model) } as const;
      const { result } = await engines.network.forward(input, { states });
      const errors = outputs.flatMap((row, k) => row.map((q, a) => Math.abs((result.outputs[k]?.[a] ?? 9) - q)));
      expect(Math.max(...errors), name).toBeLessThan(1e-5);
      const network = await engines.network.load({ format: "auto", source: fromBase64(model) });
      expect(network.view.states).toBe(0);
      expect((await network.forward(states)).result).toEqual(result);
    }
  });

  it("of ONNX with an operator that the engine has not is refused by the name of its node", async () => {
    const first = models.find(({ name }) => name === "matmul-add-relu");
    const bytes = fromBase64(first?.model ?? "");
    const text = new TextDecoder("latin1").decode(bytes).replace("Relu", "Relx");
    const source = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    await expect(engines.network.forward({ format: "onnx", source }, { states: [[1, 2, 3]] })).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/^node 2 \(Relx\) is no operator/),
    });
  });

  it("is loaded once and asked many times, and a state's outputs do not depend on the batch", async () => {
    const network = await engines.network.load(DUELING);
    expect(network.view).toEqual({ inputs: 2, actions: 2, parameters: 16 * (16 + 1), states: 0 });
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

  it("answers in the caller's own thread with the bytes of a run, into memory that the caller has", async () => {
    const network = await engines.network.load(JSON.stringify(cases.at(-1)?.document));
    const { inputs, actions } = network.view;
    const rows = Array.from({ length: 5 }, (_, k) => Array.from({ length: inputs }, (_, i) => Math.sin(k * 31 + i)));
    const { result } = await network.forward(rows);
    const evaluator = await network.evaluator(5);
    expect([evaluator.inputs, evaluator.actions]).toEqual([inputs, actions]);
    expect([...evaluator.evaluate(rows.flat())]).toEqual(result.outputs.flat());
    const outputs = new Float32Array(actions + 1).fill(7);
    // Others take memory meanwhile: it grows, and its old buffer is gone.
    const others = await Promise.all(Array.from({ length: 8 }, () => network.evaluator(20_000)));
    for (const [k, row] of rows.entries()) {
      expect(evaluator.evaluate(Float32Array.from(row), outputs)).toBe(outputs);
      expect([...outputs]).toEqual([...(result.outputs[k] ?? []), 7]);
    }
    expect(others[7]?.evaluate(rows[0] ?? [])).toEqual(Float32Array.from(result.outputs[0] ?? []));
  });

  it("in the caller's own thread refuses what is no batch", async () => {
    const network = await engines.network.load(DUELING);
    await expect(network.evaluator(0)).rejects.toThrow(/maxStates/);
    await expect(network.evaluator(2 ** 30)).rejects.toMatchObject({ code: "too-large" });
    const evaluator = await network.evaluator(2);
    for (const length of [0, 3, 6]) {
      const call = () => evaluator.evaluate(new Array(length).fill(1));
      expect(call).toThrow(`states has ${length} numbers; give 2 for each of 1 to 2 states`);
    }
    expect(() => evaluator.evaluate([1, 2], new Float32Array(1))).toThrow(
      "outputs has 1 numbers; give a Float32Array of 2",
    );
    expect(() => evaluator.evaluate([1, Number.NaN])).toThrow(expect.objectContaining({ code: "invalid-input" }));
    expect([...evaluator.evaluate([1, 2])]).toEqual([4.5, 1.5]);
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
