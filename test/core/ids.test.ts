import { describe, expect, it } from "vitest";
import { isJobId, newJobId } from "../../ts/core/ids.ts";
import { freshSeed, MAX_SEED } from "../../ts/core/random.ts";

describe("newJobId", () => {
  it("gives the time of the ULID specification's example", () => {
    expect(newJobId(1469918176385, new Uint8Array(16))).toBe("job_01ARYZ6S410000000000000000");
  });

  it("ascends within a millisecond too, without an id twice", () => {
    const ids = Array.from({ length: 5000 }, () => newJobId(1.7e12));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isJobId)).toBe(true);
  });

  it("sorts by time and is recognised", () => {
    const ids = [1, 31, 32, 1e12, 1.7e12].map((now) => newJobId(now));
    expect([...ids].sort()).toEqual(ids);
    expect(ids.every(isJobId)).toBe(true);
    expect(["job_", "job_01ARYZ6S41000000000000000U", "run_01ARYZ6S410000000000000000"].some(isJobId)).toBe(false);
  });
});

describe("freshSeed", () => {
  it("uses the whole range of safe integers", () => {
    const seeds = Array.from({ length: 2000 }, freshSeed);
    expect(seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0 && seed <= MAX_SEED)).toBe(true);
    // 2000 draws stay below 99 % of the range with probability 0.99^2000 < 2e-9; odd and even both occur likewise.
    expect(Math.max(...seeds)).toBeGreaterThan(0.99 * MAX_SEED);
    expect(new Set(seeds.map((seed) => seed % 2)).size).toBe(2);
  });
});
