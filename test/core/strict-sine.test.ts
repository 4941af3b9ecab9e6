import { describe, expect, it } from "vitest";
import { strictCosine, strictSine } from "../../ts/core/strict-sine.ts";

describe("the sine of exact operations", () => {
  it("is the sine to 1e-15 within two turns", () => {
    for (let k = -4000; k <= 4000; k++) {
      const x = (k * Math.PI) / 1001;
      expect(Math.abs(strictSine(x) - Math.sin(x)), `sin ${x}`).toBeLessThan(2e-15);
      expect(Math.abs(strictCosine(x) - Math.cos(x)), `cos ${x}`).toBeLessThan(2e-15);
    }
  });

  // Recorded on this implementation: any other order of operations shows.
  it("has these bits on every machine", () => {
    expect([0.1, 0.5, 1, Math.PI / 4, 2, -3, 5].map(strictSine)).toEqual([
      0.09983341664682815, 0.479425538604203, 0.8414709848078965, 0.7071067811865475, 0.9092974268256816,
      -0.1411200080598671, -0.9589242746631383,
    ]);
  });
});
