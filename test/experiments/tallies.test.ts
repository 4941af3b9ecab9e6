import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BODY, simulateCalls, simulateUsers } from "../../bench/simulate-experiments.mjs";
import { judgementOf } from "../../ts/experiments/judgement.ts";
import { type ArmRecord, count, countBefore, type UnitRecord, valuesOf } from "../../ts/experiments/tallies.ts";
import { ExperimentDocument } from "../../ts/models/experiment.ts";

const guardRails = { p95LatencyMs: 100 };

describe("values of a call", () => {
  it.each([
    ["succeeded", 100, { success: 1, errors: 0, slow: 0 }],
    ["failed", 101, { success: 0, errors: 1, slow: 1 }],
    ["broken", 1, { success: 0, errors: 1, slow: 0 }],
    ["cancelled", 1, { success: 0, errors: 0, slow: 0 }],
  ])("that %s after %i ms", (outcome, latencyMs, expected) => {
    const values = valuesOf({ guardRails }, { outcome, latencyMs, costMicroUsd: 7 });
    expect(values).toEqual({ ...expected, latency: latencyMs, cost: 7 });
    expect(valuesOf({ guardRails: {} }, { outcome, latencyMs, costMicroUsd: 7 })).not.toHaveProperty("slow");
  });
});

describe("tallies", () => {
  const Call = fc.record({ unit: fc.nat(4), value: fc.integer({ min: -50, max: 50 }), before: fc.boolean() });

  it("are at any time those of the units' means, and of their covariates", () => {
    fc.assert(
      fc.property(fc.array(Call, { minLength: 1, maxLength: 60 }), (calls) => {
        const units = new Map<number, UnitRecord>();
        let all: ArmRecord | undefined;
        let arm: ArmRecord | undefined;
        const [past, now] = [new Map<number, number[]>(), new Map<number, number[]>()];
        // The pre-period is over when arms are assigned.
        const ordered = [...calls.filter(({ before }) => before), ...calls.filter(({ before }) => !before)];
        const center = (): number | undefined => {
          const tally = all?.tallies.latency;
          return tally && tally.sum / tally.n;
        };
        for (const { unit, value, before } of ordered) {
          const values = { latency: value };
          if (before) {
            past.set(unit, [...(past.get(unit) ?? []), value]);
            const counted = countBefore("latency", units.get(unit), all, values);
            units.set(unit, counted.unit);
            all = counted.all;
          } else {
            now.set(unit, [...(now.get(unit) ?? []), value]);
            const counted = count({ index: 1, record: arm }, units.get(unit), values, true, center());
            units.set(unit, counted.unit);
            arm = counted.arm;
          }
        }
        const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;
        const centerOfPast = past.size === 0 ? 0 : mean([...past.values()].map(mean));
        const rows = [...now].map(([unit, list]) => {
          const known = past.get(unit);
          return { y: mean(list), x: known === undefined ? 0 : mean(known) - centerOfPast };
        });
        const sum = (f: (row: { x: number; y: number }) => number): number =>
          rows.reduce((total, row) => total + f(row), 0);
        const tally = arm?.tallies.latency;
        expect(tally === undefined).toBe(rows.length === 0);
        if (tally === undefined) return;
        expect(arm).toMatchObject({ assigned: rows.length, calls: [...now.values()].flat().length });
        expect(tally.n).toBe(rows.length);
        expect(tally.sum).toBeCloseTo(
          sum(({ y }) => y),
          6,
        );
        expect(tally.sumOfSquares).toBeCloseTo(
          sum(({ y }) => y * y),
          6,
        );
        expect(tally.deviation).toBeCloseTo(
          sum(({ x }) => x),
          6,
        );
        expect(tally.squaredDeviation).toBeCloseTo(
          sum(({ x }) => x * x),
          6,
        );
        expect(tally.product).toBeCloseTo(
          sum(({ x, y }) => x * y),
          6,
        );
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

// The whole of it: npm run bench:experiments; docs/experiments.md has its figures.
describe("what the service says of simulated experiments, looked at after every 100 calls", () => {
  const simulate = (experiments: number, lift: number) =>
    simulateCalls(judgementOf, ExperimentDocument.parse(BODY), experiments, lift);

  it("is false in 5 % without a difference at most, also of guard rails and sample ratio", () => {
    const { found, stopped } = simulate(400, 0);
    expect(found).toBeLessThanOrEqual(0.05);
    expect(stopped).toBeLessThanOrEqual(0.05);
  });

  it("finds +3 points in 95 %, +2 points in 60 % with 10,000 calls an arm", () => {
    expect(simulate(300, 0.03).found).toBeGreaterThanOrEqual(0.95);
    expect(simulate(300, 0.02).found).toBeGreaterThanOrEqual(0.6);
  });

  it("is false in 5 % of users at most, which it would not be if their calls were units", () => {
    const document = ExperimentDocument.parse({ ...BODY, unit: "user", guardRails: {} });
    expect(simulateUsers(judgementOf, count, document, 200, false).found).toBeLessThanOrEqual(0.05);
    expect(simulateUsers(judgementOf, count, document, 100, true).found).toBeGreaterThan(0.1);
  });
});
