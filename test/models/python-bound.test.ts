import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fromHex } from "../../ts/core/bytes.ts";
import type { AnnealResult } from "../../ts/models/anneal.ts";
import { toAnnealResult } from "../../ts/models/anneal-result.ts";
import { scratch } from "../cli/scratch.ts";

interface Case {
  source: string;
  hex: string;
  options: { sense: "min" | "max" };
  best: { energy: number; cut: number | null };
  bound: { energy: number; witness: number[] };
}

const { cases } = JSON.parse(readFileSync(new URL("../vectors/anneal/bounds.json", import.meta.url), "utf8"));
const script = fileURLToPath(new URL("../python/check_bound.py", import.meta.url));
// Its standard library is enough.
const hasPython = spawnSync("python3", ["--version"]).status === 0;

function check({ source, options }: Case, result: object) {
  const folder = scratch({ model: source });
  const file = join(folder, "result.json");
  writeFileSync(file, JSON.stringify(result));
  const high = options.sense === "max" ? ["--max"] : [];
  return spawnSync("python3", [script, join(folder, "model"), file, ...high], { encoding: "utf8" });
}

describe.each<Case>(cases)("the bound $bound.energy", (each) => {
  const result = toAnnealResult(fromHex(each.hex)) as AnnealResult & { bound: NonNullable<AnnealResult["bound"]> };

  it("is as the vector says, with the cut that it means", () => {
    expect(result.bound).toMatchObject(each.bound);
    const { best, bound } = result;
    if (each.best.cut === null) return expect(bound).toEqual(each.bound);
    expect(bound.cut).toBe((best.cut ?? Number.NaN) + (best.energy - bound.energy) / 2);
    expect(bound.gap).toBe(((bound.cut ?? 0) - (best.cut ?? 0)) / (bound.cut ?? 1));
  });

  it.skipIf(!hasPython)(
    "is accepted by the checker in Python, and refused when it or its witness is better than it is",
    () => {
      expect(check(each, result)).toMatchObject({
        stderr: "",
        status: 0,
        stdout: expect.stringContaining("proved: no energy"),
      });
      const step = each.options.sense === "max" ? -1 : 1;
      const claims = { ...result, bound: { ...result.bound, energy: result.bound.energy + step } };
      expect(check(each, claims)).toMatchObject({ status: 1, stderr: expect.stringMatching(/REFUSED: .* is claimed/) });
      const witness = result.bound.witness.map((value, k) => (k === 0 ? value - 0.01 : value));
      const weak = { ...result, bound: { ...result.bound, witness } };
      expect(check(each, weak)).toMatchObject({ status: 1, stderr: expect.stringContaining("proves nothing") });
      const short = { ...result, bound: { ...result.bound, witness: witness.slice(1) } };
      expect(check(each, short)).toMatchObject({ status: 1, stderr: expect.stringContaining("proves nothing") });
    },
  );
});
