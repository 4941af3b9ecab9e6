import { describe, expect, it } from "vitest";
import { strictExp, strictLn } from "../../ts/core/strict-log.ts";

describe("strictLn and strictExp", () => {
  it("are those of Math to the last few bits", () => {
    for (let x = 1e-6; x < 1e9; x *= 1.137) {
      expect(Math.abs(strictLn(x) - Math.log(x)), `ln ${x}`).toBeLessThan(4e-16 * Math.abs(Math.log(x)) + 2e-16);
    }
    for (let x = -700; x <= 700; x += 0.37) {
      expect(Math.abs(strictExp(x) / Math.exp(x) - 1), `exp ${x}`).toBeLessThan(1e-13);
    }
  });

  it("are exact where they can be", () => {
    expect([strictLn(1), strictExp(0), strictLn(2)]).toEqual([0, 1, Math.LN2]);
  });
});
