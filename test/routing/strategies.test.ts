import { describe, expect, it } from "vitest";
import { type Prospect, SCORERS } from "../../ts/routing/strategies.ts";
import { FEATURES } from "./cases.ts";

/** T = 1000 ms ± 100, cost 50,000 µUSD, F = 0.8 with 0.25 expected errors: deviations 100 ms and 0.2 · 0.8 · 0.25 = 0.04. */
const prospect: Prospect = {
  job: { type: "circuit" },
  features: { ...FEATURES, qubits: 10, twoQubitGates: 30, shots: 400 },
  predicted: { queueMs: 600, executionMs: 400, variance: 10_000, costMicroUsd: 50_000, fidelity: 0.8 },
  errors: 0.25,
  references: { timeMs: 1000, costMicroUsd: 100_000 },
  remainingMs: undefined,
};

/** By hand from the formulas of docs/routing.md: L = 1/2 with deviation 0.025, P = 2/3. */
const EXPECTED = {
  "task-optimized": [0.75 * 0.8 + 0.25 * 0.5, (0.75 * 0.04) ** 2 + (0.25 * 0.025) ** 2],
  "cost-efficient": [1 / (1 + 0.625), ((1 / 1.625) ** 2 * (0.625 / 0.8) * 0.04) ** 2],
  "latency-optimized": [0.5, 0.025 ** 2],
  "quality-first": [256 / 356, (((2 * 0.8 * 400 * 100) / 356 ** 2) * 0.04) ** 2],
  "fidelity-aware": [0.6, (0.75 * 0.04) ** 2 + (0.4 * 0.025) ** 2],
  balanced: [3 / (1.25 + 2 + 1.5), ((0.04 / 0.64) ** 2 + (0.025 / 0.25) ** 2) * (3 / 4.75 ** 2) ** 2],
} as const;

describe("strategies", () => {
  it.each(Object.entries(EXPECTED))("%s follows its formula", (name, [mean, variance]) => {
    const score = SCORERS[name as keyof typeof EXPECTED](prospect);
    expect(score.mean).toBeCloseTo(mean, 12);
    expect(score.variance).toBeCloseTo(variance, 12);
  });

  it("multiply by Cantelli's bound where there is a deadline", () => {
    // 200 ms of slack at a deviation of 100 ms: at least 1 / (1 + 1/4).
    const urgent = { ...prospect, remainingMs: 1200 };
    expect(SCORERS["latency-optimized"](urgent).mean).toBeCloseTo(0.5 * 0.8, 12);
    expect(SCORERS["task-optimized"](urgent).mean).toBeCloseTo(0.725 * 0.8, 12);
    expect(SCORERS["latency-optimized"]({ ...prospect, remainingMs: 1000 }).mean).toBe(0);
  });

  it("judge quality by the fidelity alone where exact answers are asked for", () => {
    const exact = { ...prospect, job: { ...prospect.job, options: { probabilities: true } } };
    expect(SCORERS["quality-first"](exact).mean).toBe(0.8);
  });

  it("stay finite for a program without qubits", () => {
    const empty = { ...prospect, features: { ...prospect.features, qubits: 0, twoQubitGates: 0, shots: 1 } };
    for (const scorer of Object.values(SCORERS)) {
      const { mean, variance } = scorer(empty);
      expect(Number.isFinite(mean) && Number.isFinite(variance)).toBe(true);
    }
    expect(SCORERS["task-optimized"](empty).mean).toBe(SCORERS["latency-optimized"](empty).mean);
  });

  it("stay finite where no shot can be free of error", () => {
    const hopeless = { ...prospect, predicted: { ...prospect.predicted, fidelity: 0 }, errors: 1000 };
    for (const scorer of Object.values(SCORERS)) {
      const { mean, variance } = scorer(hopeless);
      expect(Number.isFinite(mean) && Number.isFinite(variance)).toBe(true);
    }
    expect(SCORERS["fidelity-aware"](hopeless)).toEqual({ mean: 0, variance: 0 });
  });
});
