import { describe, expect, it } from "vitest";
import type { Coefficients } from "../../ts/models/calibration.ts";
import type { CircuitEstimate } from "../../ts/models/circuit.ts";
import { calibrate, layeredCircuit } from "../../ts/routing/calibrate.ts";
import {
  DEFAULT_CALIBRATION,
  fitCoefficients,
  isStale,
  parseCalibration,
  predictionError,
  predictorOf,
  type Timing,
} from "../../ts/routing/calibration.ts";
import { fitRelative } from "../../ts/routing/fit.ts";
import { SHAPE } from "./cases.ts";

const TRUTH: Coefficients = {
  fixedMs: 0.02,
  perPassMs: 0.0015,
  perUpdateMs: 1.1e-6,
  perUpdateOutsideCacheMs: 2.6e-6,
  perShotDigitMs: 4e-6,
  cacheBytes: 2 ** 20,
  relativeSpread: 0.1,
};

const truth = predictorOf({ ...DEFAULT_CALIBRATION, coefficients: { f32: TRUTH, f64: TRUTH } });

/** Timings of circuits of 2 to 20 qubits by the truth, each off by a fixed pseudo-random factor of up to ± noise. */
function timings(count: number, noise: number, seed: number): Timing[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const qubits = 2 + Math.floor(random() * 19);
    const passes = 1 + Math.floor(random() * 100);
    const estimate: CircuitEstimate = {
      qubits,
      bytes: 16 * 2 ** qubits,
      passes,
      amplitudeUpdates: passes * 2 ** qubits,
      method: "statevector",
      shape: SHAPE,
    };
    const options = { shots: 2 ** Math.floor(random() * 16) };
    return {
      estimate,
      options,
      engineMs: truth({ type: "circuit", estimate, options }).meanMs * (1 + noise * (2 * random() - 1)),
    };
  });
}

describe("fit of the time model", () => {
  it("finds the coefficients and the cache again from exact timings", () => {
    const fitted = fitCoefficients(timings(60, 0, 1));
    for (const name of ["fixedMs", "perPassMs", "perUpdateMs", "perUpdateOutsideCacheMs", "perShotDigitMs"] as const) {
      expect(fitted[name] / TRUTH[name]).toBeCloseTo(1, 6);
    }
    expect(fitted).toMatchObject({ cacheBytes: 2 ** 20, relativeSpread: 0.1 });
  });

  it("predicts unseen circuits within the noise of the seen ones", () => {
    const coefficients = fitCoefficients(timings(40, 0.2, 2));
    const predict = predictorOf({ ...DEFAULT_CALIBRATION, coefficients: { f32: TRUTH, f64: coefficients } });
    const unseen = timings(200, 0.2, 3).map(({ estimate, options, engineMs }) => ({
      predictedMs: predict({ type: "circuit", estimate, options }).meanMs,
      actualMs: engineMs,
    }));
    const error = predictionError(unseen);
    expect(error.cases).toBe(200);
    expect(error.median).toBeLessThan(0.15);
    expect(error.p95).toBeLessThan(0.35);
  });

  it("is not pulled away by runs that other programs held up", () => {
    const heldUp = timings(60, 0.05, 5).map((timing, k) => ({
      ...timing,
      engineMs: timing.engineMs * (k % 6 ? 1 : 10),
    }));
    const fitted = fitCoefficients(heldUp);
    const plain = fitCoefficients(timings(60, 0.05, 5));
    for (const name of ["perUpdateMs", "perUpdateOutsideCacheMs"] as const) {
      expect(Math.abs(fitted[name] / plain[name] - 1)).toBeLessThan(0.1);
    }
  });

  it("takes no cache size without three timings on each side", () => {
    const small = timings(60, 0, 4).filter((timing) => timing.estimate.bytes <= 2 ** 17);
    const fitted = fitCoefficients(small);
    expect(fitted.cacheBytes).toBeNull();
    expect(fitted.perUpdateOutsideCacheMs).toBe(fitted.perUpdateMs);
  });

  it("never has a negative coefficient", () => {
    // Plain least squares would give the second term −1: times fall while it grows.
    const { coefficients } = fitRelative(
      [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
      [5, 4, 3],
    );
    expect(coefficients[1]).toBe(0);
    expect(coefficients[0]).toBeGreaterThan(3);
  });

  it("falls back to cautious values without timings", () => {
    expect(fitCoefficients([])).toEqual(DEFAULT_CALIBRATION.coefficients.f64);
  });
});

describe("prediction error", () => {
  it("is the nearest-rank quantile of |predicted − actual| ÷ actual", () => {
    const cases = Array.from({ length: 20 }, (_, k) => ({ predictedMs: k % 2 ? 100 + k : 100 - k, actualMs: 100 }));
    expect(predictionError(cases)).toEqual({ cases: 20, median: 0.09, p95: 0.18 });
  });
});

describe("calibration", () => {
  it("measures within its budget, reports progress and knows its machine and engine", async () => {
    let clock = 1_700_000_000_000;
    const sources = new Set<string>();
    const progress: number[] = [];
    const calibration = await calibrate({
      async run(source, options) {
        sources.add(source);
        const qubits = Number(/qubit\[(\d+)\]/.exec(source)?.[1]);
        const passes = source.split("\n").length - 6;
        const estimate: CircuitEstimate = {
          qubits,
          bytes: (options.precision === "f32" ? 8 : 16) * 2 ** qubits,
          passes,
          amplitudeUpdates: passes * 2 ** qubits,
          method: "statevector",
          shape: SHAPE,
        };
        const engineMs = truth({ type: "circuit", estimate, options }).meanMs;
        clock += engineMs;
        return { estimate, engineMs };
      },
      runRated: async (_type, source, { sweeps, iterations }) => {
        const size = sweeps ?? iterations ?? source.length;
        return { operations: 100 * size, engineMs: 0.5 + 0.01 * size };
      },
      machine: "test, 2 cores",
      engineContentHash: "abc",
      now: () => clock,
      onProgress: ({ done }) => progress.push(done),
    });
    expect(clock - 1_700_000_000_000).toBeLessThan(1100);
    expect(sources.size).toBeGreaterThan(15);
    expect(progress).toEqual(progress.map((_, k) => k + 1));
    expect(calibration.coefficients.f64.perUpdateMs / TRUTH.perUpdateMs).toBeCloseTo(1, 3);
    expect(calibration.rates.anneal.perOperationMs).toBeCloseTo(0.0001, 12);
    expect(calibration.rates.anneal.fixedMs).toBeCloseTo(0.5, 12);
    expect(parseCalibration(JSON.parse(JSON.stringify(calibration)))).toEqual(calibration);
    expect(isStale(calibration, "test, 2 cores", "abc")).toBe(false);
    expect(isStale(calibration, "test, 4 cores", "abc")).toBe(true);
    expect(isStale(calibration, "test, 2 cores", "abd")).toBe(true);
  });

  it("gives up after three budgets where nothing runs twice in one, and stays cautious", async () => {
    let clock = 0;
    let runs = 0;
    const calibration = await calibrate({
      async run() {
        runs++;
        clock += 400;
        return {
          estimate: { qubits: 2, bytes: 64, passes: 1, amplitudeUpdates: 4, method: "statevector", shape: SHAPE },
          engineMs: 400,
        };
      },
      runRated: async () => ({ operations: 1, engineMs: 1 }),
      machine: "slow",
      engineContentHash: "abc",
      now: () => clock,
    });
    expect(runs).toBe(8);
    expect(calibration.coefficients.f64).toEqual(DEFAULT_CALIBRATION.coefficients.f64);
  });

  it("of another format is refused", () => {
    expect(() => parseCalibration({ ...DEFAULT_CALIBRATION, format: "ketflow-calibration/0" })).toThrow(
      /^calibration\.format: /,
    );
  });

  it("measures circuits of the asked size", () => {
    expect(layeredCircuit(2, 1, "entangling")).toBe(
      [
        "OPENQASM 3.0;",
        'include "stdgates.inc";',
        "qubit[2] q;",
        "bit[2] c;",
        "ry(0.10) q[0];",
        "ry(0.21) q[1];",
        "cx q[0], q[1];",
        "c = measure q;",
        "",
      ].join("\n"),
    );
  });
});
