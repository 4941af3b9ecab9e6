import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { AnnealResult } from "../../ts/models/anneal.ts";
import { toAnnealResult } from "../../ts/models/anneal-result.ts";
import { annealWork } from "../../ts/models/anneal-work.ts";
import { InferResult } from "../../ts/models/infer.ts";
import { toInferResult } from "../../ts/models/infer-result.ts";

const vector = (file: string) => JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8"));

describe("an anneal result that the engine wrote", () => {
  const { hex, sha256: hash, meaning } = vector("anneal/container.json");
  const bytes = fromHex(hex);

  it("means what the vector says", () => {
    expect(toHex(sha256(bytes))).toBe(hash);
    expect(toAnnealResult(bytes)).toEqual(meaning);
    expect(AnnealResult.parse(toAnnealResult(bytes))).toEqual(meaning);
    expect(annealWork(bytes)).toEqual(meaning.work);
  });

  it("is refused when a byte of its structure is another one", () => {
    // The schema id, the name of the last section, and a label that would be no JSON.
    for (const at of [12, bytes.length - 24]) {
      const changed = bytes.slice();
      changed[at] = 0x7a;
      expect(() => toAnnealResult(changed)).toThrow(expect.objectContaining({ code: "integrity-violation" }));
    }
    expect(() => toInferResult(bytes)).toThrow(/not a infer-result\/1 container: its schema is "anneal-result\/1"/);
  });
});

interface Case {
  hex: string;
  sha256: string;
  objectives: number[];
  feasible: boolean[];
  solution: { problem: string };
}

describe("a solution that the engine wrote", () => {
  const { cases } = vector("anneal/solutions.json");

  it.each<Case>(cases)("of $solution.problem means what the vector says", (case_) => {
    const { hex, sha256: hash, objectives, feasible, solution } = case_;
    const bytes = fromHex(hex);
    expect(toHex(sha256(bytes))).toBe(hash);
    const result = toAnnealResult(bytes);
    expect(AnnealResult.parse(result)).toEqual(result);
    expect(result.solution).toEqual(solution);
    expect(result.samples.map((sample) => sample.objective)).toEqual(objectives);
    expect(result.samples.map((sample) => sample.feasible)).toEqual(feasible);
  });

  it("is refused when it is another one than that of its sample, or none", () => {
    const bytes = fromHex(cases[0].hex);
    const text = Buffer.from(bytes).toString("latin1");
    for (const [from, to] of [
      ['"feasible":true', '"feasible":null'],
      ['"objective":4', '"objective":5'],
      ['"problem":"knapsack"', '"problem":"knapsacc"'],
      ['{"capacity"', '["capacity"'],
    ] as const) {
      expect(text).toContain(from);
      const changed = new Uint8Array(Buffer.from(text.replace(from, to), "latin1"));
      expect(() => toAnnealResult(changed)).toThrow(expect.objectContaining({ code: "integrity-violation" }));
    }
  });
});

describe("an infer result that the engine wrote", () => {
  const { hex, sha256: hash, outputs, argmax } = vector("qnet/container.json");

  it("means what the vector says", () => {
    const bytes = fromHex(hex);
    expect(toHex(sha256(bytes))).toBe(hash);
    expect(toInferResult(bytes)).toEqual({ outputs, argmax });
    expect(InferResult.parse(toInferResult(bytes))).toEqual({ outputs, argmax });
  });
});
