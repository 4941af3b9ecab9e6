import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INSTANCES, isAsGood, loadInstance, targetEnergy, worth } from "../../bench/searches/instances.mjs";
import { secondsToTarget } from "../../bench/searches/measure.mjs";
import { searchTables } from "../../bench/searches/table.mjs";

const base = { name: "by-hand", file: "", sha256: "", measure: "target" as const };

describe("what a sample is worth", () => {
  const graph = {
    ...base,
    format: "rudy" as const,
    sense: "min" as const,
    best: 5,
    size: 3,
    source: "3 3\n1 2 2\n2 3 3\n1 3 -1\n",
  };
  const program = {
    ...graph,
    format: "bqp" as const,
    sense: "max" as const,
    best: 12,
    source: "3 3\n1 1 2\n1 2 5\n3 3 -1\n",
  };

  it("is the weight of the cut", () => {
    expect(["000", "010", "001", "110"].map((sample) => worth(graph, sample))).toEqual([0, 5, 2, 2]);
    // W = 4, and the energy of a cut of 5 is 4 − 10.
    expect(targetEnergy(graph)).toBe(-6);
  });

  it("is the quadratic form, what is off the diagonal counted twice", () => {
    expect(["100", "110", "111"].map((sample) => worth(program, sample))).toEqual([2, 12, 11]);
    expect(targetEnergy(program)).toBe(12);
  });

  it("is refused for a sample of another length or with other values", () => {
    for (const sample of ["11", "1111", "1-1"]) expect(() => worth(graph, sample)).toThrow("3 times 0 or 1");
  });

  it("is better upward for cuts and for programs that are maximised", () => {
    expect([isAsGood(graph, 6, 5), isAsGood(program, 4, 5), isAsGood({ ...program, sense: "min" }, 4, 5)]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe("the time to the best known value", () => {
  const call = (cpuMs: number, hits: number, samples = 1) => ({ cpuMs, hits, samples, best: 0 });

  it("repeats reads until 99 %", () => {
    // p = 1/2 in reads of 10 ms: ln 0.01 / ln 0.5 = 6.64 of them.
    expect(secondsToTarget({ trial: "read", calls: [call(80, 4, 8)] })).toBeCloseTo(0.0664, 4);
    expect(secondsToTarget({ trial: "read", calls: [call(80, 8, 8)] })).toBeCloseTo(0.01, 12);
    expect(secondsToTarget({ trial: "read", calls: [call(80, 0, 8)] })).toBeUndefined();
  });

  it("counts a call as a whole where its reads cannot be had alone", () => {
    expect(secondsToTarget({ trial: "call", calls: [call(80, 4, 8), call(80, 1, 8)] })).toBeCloseTo(0.08, 12);
    expect(secondsToTarget({ trial: "call", calls: [call(80, 4, 8), call(80, 0, 8)] })).toBeCloseTo(0.08 * 6.6439, 4);
  });

  it("is a quantile of the times of runs that end with the target", () => {
    // All the same: that time. Otherwise a least time, and an exponential one of mean μ: least − μ/n + μ ln 100.
    expect(secondsToTarget({ trial: "target", calls: [call(50, 1), call(50, 1)] })).toBeCloseTo(0.05, 12);
    const spread = [call(10, 1), call(20, 1), call(30, 1)];
    expect(secondsToTarget({ trial: "target", calls: spread })).toBeCloseTo(0.01 - 0.005 + 0.015 * Math.log(100), 6);
    // A run that missed is time without a hit.
    const missed = secondsToTarget({ trial: "target", calls: [...spread, call(30, 0)] });
    expect(missed).toBeGreaterThan(0.1);
  });
});

describe("the files", () => {
  it("are refused where they are not the ones of the values, with what is wrong", () => {
    const [first] = INSTANCES;
    if (first === undefined) throw new Error("no instances");
    const folder = mkdtempSync(join(tmpdir(), "ketflow-instances-"));
    expect(loadInstance(folder, first)).toMatch(/G1\.txt is not there: give the folder/);
    writeFileSync(join(folder, "G1.txt"), "3 1\n1 2 1\n");
    expect(loadInstance(folder, { ...first, file: "G1.txt" })).toMatch(
      /is another file: its SHA-256 is [0-9a-f]{64}, not e29951b2/,
    );
  });
});

describe("the tables", () => {
  it("show what is lost, and peers with their best setting", () => {
    const row = (sampler: string, setting: string, cpuMs: number, isPeer: boolean) => ({
      ...{
        type: "search",
        instance: "G1",
        measure: "target",
        bestKnown: 11624,
        sampler,
        setting,
        isPeer,
        trial: "call",
      },
      calls: [{ cpuMs, hits: 1, samples: 1, best: 11624 }],
    });
    const lines = [row("wasm", "auto", 80, false), row("other", "slow", 200, true), row("other", "fast", 40, true)];
    expect(searchTables(lines)[1]).toContain("| G1 | 0.50× | 80.0 ms | 40.0 ms (fast) |");
    expect(searchTables([{ type: "searchSkipped", reason: "no file" }])).toEqual(["Not searched: no file."]);
  });
});
