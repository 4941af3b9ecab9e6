import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../bench/simulate-experiments.mjs";
import { addCell, cellRecord, newCell, observe } from "../../ts/analytics/cell.ts";
import { latencyDrift, meanDrift } from "../../ts/analytics/drift.ts";
import { addRecord, addTime, newSketch, type Sketch, sketchRecord } from "../../ts/analytics/sketch.ts";

const sketchOf = (values: readonly number[]): Sketch => {
  const sketch = newSketch();
  for (const value of values) addTime(sketch, value);
  return sketch;
};
/** Ten minutes and less, and now and then a week. */
const Latency = fc
  .oneof(fc.integer({ min: 0, max: 600_000_000 }), fc.integer({ min: 0, max: 6e11 }))
  .map((us) => us / 1000);

describe("a sketch", () => {
  it("of parts, stored and read again, is that of the whole, right to 1 % at every quantile", () => {
    fc.assert(
      fc.property(fc.array(Latency, { minLength: 1, maxLength: 200 }), fc.nat(200), (values, cut) => {
        const parts = newSketch();
        for (const part of [values.slice(0, cut), values.slice(cut)]) {
          addRecord(parts, JSON.parse(JSON.stringify(sketchRecord(sketchOf(part)))));
        }
        const whole = sketchOf(values);
        expect(parts.count).toBe(values.length);
        expect([parts.min, parts.max]).toEqual([Math.min(...values), Math.max(...values)]);
        const sorted = [...values].sort((a, b) => a - b);
        for (const q of [0, 0.1, 0.5, 0.9, 0.95, 0.99, 1]) {
          expect(parts.getValueAtQuantile(q)).toBe(whole.getValueAtQuantile(q));
          const exact = sorted[Math.floor(q * (values.length - 1))] ?? 0;
          if (exact === 0) expect(parts.getValueAtQuantile(q)).toBe(0);
          else expect(Math.abs(parts.getValueAtQuantile(q) - exact) / exact).toBeLessThan(0.0101);
        }
      }),
      { seed: 8, numRuns: 200, endOnFailure: true },
    );
  });
});

describe("a cell", () => {
  const Seen = fc.record({
    kind: fc.constantFrom("succeeded" as const, "error" as const, "cancelled" as const),
    ...{
      latencyMs: Latency,
      costMicroUsd: fc.nat(1000),
      regret: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    },
    quality: fc.option(
      fc.record({
        value: fc.double({ min: 0, max: 1, noNaN: true }),
        predicted: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    ),
  });

  it("of parts, stored and read again, is that of the whole", () => {
    fc.assert(
      fc.property(fc.array(Seen, { maxLength: 40 }), fc.nat(40), (all, cut) => {
        const cellOf = (part: typeof all) => {
          const cell = newCell();
          for (const { quality, regret, ...end } of part) {
            observe(cell, {
              end: { ...end, regret: regret ?? undefined, runTime: undefined },
              quality: quality ?? undefined,
            });
          }
          return cell;
        };
        const sum = newCell();
        for (const part of [all.slice(0, cut), all.slice(cut)])
          addCell(sum, JSON.parse(JSON.stringify(cellRecord(cellOf(part)))));
        const [parts, whole] = [sum, cellOf(all)].map((cell) => {
          const { counts, quality, calibration } = cellRecord(cell);
          return { counts, n: quality.n, bins: calibration.map(([key, { n }]) => [key, n]).sort() };
        });
        expect(parts).toEqual(whole);
        expect(sum.regret.sum).toBeCloseTo(cellOf(all).regret.sum, 9);
      }),
      { seed: 9, numRuns: 200, endOnFailure: true },
    );
  });
});

describe("drift", () => {
  const draw = (n: number, seed: number, scale = 1): Sketch => {
    const next = random(seed);
    return sketchOf(Array.from({ length: n }, () => scale * 100 * Math.exp(-Math.log(1 - next() * 0.999_999))));
  };

  it("of latency is the largest distance of the two distributions", () => {
    // Half of the recent ones are slower than all before: D = 1/2.
    const reference = sketchOf(Array.from({ length: 1000 }, (_, k) => 100 + k / 10));
    const recent = sketchOf(Array.from({ length: 1000 }, (_, k) => (k % 2 ? 500 : 100 + k / 10)));
    const drift = latencyDrift(reference, recent);
    expect(drift?.statistic).toBeCloseTo(0.5, 2);
    // √(ln(2e6)/2 · 2000/10⁶)
    expect(drift).toMatchObject({ test: "kolmogorov-smirnov", threshold: expect.closeTo(0.120_45, 4) });
    expect(latencyDrift(recent, recent)).toBeUndefined();
    expect(latencyDrift(draw(5000, 1), draw(500, 2, 1.6))?.test).toBe("kolmogorov-smirnov");
    expect(latencyDrift(draw(5000, 1), draw(99, 2, 10))).toBeUndefined();
  });

  it("of means is Welch's t, and small changes are no drift however sure", () => {
    const share = (n: number, sum: number) => ({ n, sum, sumOfSquares: sum });
    const drift = meanDrift(share(1000, 900), share(500, 350));
    // By hand: (0.7 − 0.9)/√(901·101/1002/1001/1000 + 351·151/502/501/500).
    const by = (n: number, sum: number) => ((sum + 1) * (1 - (sum + 1) / (n + 2))) / (n + 1) / n;
    expect(drift?.statistic).toBeCloseTo(-0.2 / Math.sqrt(by(1000, 900) + by(500, 350)), 9);
    expect(meanDrift(share(1e6, 500_000), share(1e6, 515_000))).toBeUndefined();
    expect(meanDrift(share(1000, 0), share(1000, 1000))?.test).toBe("welch");
    expect(meanDrift(share(1000, 900), share(99, 0))).toBeUndefined();
  });

  it("is found nowhere where nothing changes, in 4,000 pairs of windows of each metric", () => {
    let alarms = 0;
    for (let k = 0; k < 4000; k++) {
      if (latencyDrift(draw(400, 2 * k), draw(120, 2 * k + 1)) !== undefined) alarms++;
      const next = random(k + 3);
      const rates = [0, 0].map(() => {
        let sum = 0;
        for (let n = 0; n < 300; n++) if (next() < 0.9) sum++;
        return { n: 300, sum, sumOfSquares: sum };
      });
      if (rates[0] && rates[1] && meanDrift(rates[0], rates[1]) !== undefined) alarms++;
    }
    // 0.008 are expected.
    expect(alarms).toBe(0);
  });
});
