import { describe, expect, it } from "vitest";
import type { AppError } from "../../../ts/core/errors.ts";
import { readRoutingData } from "../../../ts/routing/models/read-routing-data.ts";
import { dataFile } from "./synthetic.ts";

const PAIR = { models: ["weak", "strong"] };

function refusal(text: string): Partial<AppError> {
  try {
    readRoutingData(text);
  } catch (error) {
    const { code, line, column, message } = error as AppError;
    return { code, line, column, message };
  }
  throw new Error("was read");
}

describe("readRoutingData", () => {
  it("takes calls of the second model as the cost of a pair", () => {
    const data = readRoutingData(dataFile([{ prompt: "p", q: [0, 1], task: "t" }], PAIR));
    expect(data.costUnit).toBe("strong-calls");
    expect(data.examples[0]).toMatchObject({ task: "t", quality: Float64Array.of(0, 1), cost: Float64Array.of(0, 1) });
  });

  it("takes the costs of the rows where they have them", () => {
    const data = readRoutingData(dataFile([{ prompt: "p", q: [0, 1], cost: [0.5, 3] }], PAIR));
    expect([data.costUnit, data.examples[0]?.cost]).toEqual(["given", Float64Array.of(0.5, 3)]);
  });

  it("assumes tokens where there are prices alone", () => {
    const meta = {
      models: ["a", "b", "c"],
      price_in_out_per_1M: [
        [1, 2],
        [0, 1],
        [4, 4],
      ],
    };
    const data = readRoutingData(dataFile([{ prompt: "x".repeat(400), q: [0, 1, 0.5] }], meta));
    // 100 tokens in, 200 out: (100 · 1 + 200 · 2) / 10⁶ and so on.
    expect([...(data.examples[0]?.cost ?? [])]).toEqual([500e-6, 200e-6, 1200e-6]);
    expect(data.costUnit).toBe("assumed-tokens");
  });

  const good = { prompt: "p", q: [0, 1] };
  it.each([
    ["", 1, 1, "is empty"],
    ["[]\n", 1, 1, "no JSON object"],
    ["{}\n", 1, 1, "meta: is missing"],
    [dataFile([good], { models: ["a"] }), 1, 1, "meta.models: has 1 models"],
    [dataFile([good], { models: ["a", "a"] }), 1, 1, "names a model twice"],
    [dataFile([], PAIR), 1, 1, "has no prompts"],
    [`${dataFile([good], PAIR)}\n{"prompt": "p", "q": [0, 1}\n`, 4, 27, "not JSON"],
    [dataFile([good, { q: [0, 1] }], PAIR), 3, 1, "prompt: must be a text"],
    [dataFile([good, { prompt: "p", q: [0, 1.5] }], PAIR), 3, 1, "q[1]: 1.5 must be a number, 0 to 1"],
    [dataFile([good, { prompt: "p", q: [1] }], PAIR), 3, 1, "q: has 1 values; there are 2 models"],
    [dataFile([good, { prompt: "p", q: [1, null] }], PAIR), 3, 1, "q[1]: null must be"],
    [dataFile([good, { ...good, task: 7 }], PAIR), 3, 1, "task: must be a name"],
    [dataFile([good, { ...good, cost: [1, 2] }], PAIR), 3, 1, "cost: stands in some rows only"],
    [dataFile([{ ...good, cost: [1, -2] }], PAIR), 2, 1, "cost[1]: -2 must be a number, 0 or more"],
    [dataFile([{ prompt: "p", q: [0, 1, 1] }]), 2, 1, "cost: is missing"],
  ])("refuses %j", (text, line, column, message) => {
    const found = refusal(text);
    expect(found).toMatchObject({ code: "invalid-input", line, column });
    expect(found.message).toContain(message);
  });
});
