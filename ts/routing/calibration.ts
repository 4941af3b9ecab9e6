import { Calibration, type Coefficients, type Rate } from "../models/calibration.ts";
import { checked } from "../models/check.ts";
import type { CircuitEstimate, CircuitOptions } from "../models/circuit.ts";
import { DEFAULT_SHOTS } from "../models/defaults.ts";
import type { HybridEstimate } from "../models/hybrid.ts";
import type { Work } from "../models/work.ts";
import type { TimeEstimate } from "../providers/provider.ts";
import { fitRelative } from "./fit.ts";

/** About three times slower than what was measured in 2026, so that a deadline is not promised and then missed. */
const CAUTIOUS: Coefficients = {
  fixedMs: 0.05,
  perPassMs: 0.0005,
  perUpdateMs: 1e-6,
  perUpdateOutsideCacheMs: 2e-6,
  perShotDigitMs: 8e-6,
  cacheBytes: 2 ** 20,
  relativeSpread: 1,
};

/** Half the bytes: half the time per update. */
const CAUTIOUS_F32: Coefficients = { ...CAUTIOUS, perUpdateMs: 5e-7, perUpdateOutsideCacheMs: 1e-6 };

/** For a machine that was never calibrated. */
export const DEFAULT_CALIBRATION: Calibration = {
  format: "ketflow-calibration/1",
  machine: "unknown",
  engine: "unknown",
  coefficients: { f32: CAUTIOUS_F32, f64: CAUTIOUS },
  rates: {
    anneal: { fixedMs: 0.05, perOperationMs: 3e-6, relativeSpread: 1 },
    schedule: { fixedMs: 0.1, perOperationMs: 5e-5, relativeSpread: 1 },
    infer: { fixedMs: 0.02, perOperationMs: 3e-6, relativeSpread: 1 },
  },
  madeAt: "1970-01-01T00:00:00.000Z",
};

/** @throws {AppError} `invalid-input` naming the first faulty field; calibrating again is the remedy */
export function parseCalibration(document: unknown): Calibration {
  return checked(Calibration, document, "calibration");
}

/** It speaks of another machine or of an engine with other sources. */
export function isStale(calibration: Calibration, machine: string, engineContentHash: string): boolean {
  return calibration.machine !== machine || calibration.engine !== engineContentHash;
}

/** One circuit and how long the engine took. */
export interface Timing {
  estimate: CircuitEstimate;
  options: CircuitOptions;
  engineMs: number;
}

/** The prediction that the embedded provider takes. */
export function predictorOf(calibration: Calibration): (work: Work) => TimeEstimate {
  return (work) => {
    const { type } = work;
    if (type === "circuit") return predictCircuit(calibration, work.estimate, work.options);
    if (type === "hybrid") return predictSearch(calibration, work.estimate);
    const predicted = predictByRate(calibration.rates[type], operationsOf(work));
    const limitMs = type === "infer" ? undefined : work.options.timeLimitMs;
    // A search that would take longer ends at its limit, as exactly as it can tell the time.
    return limitMs === undefined || predicted.meanMs <= limitMs ? predicted : { meanMs: limitMs, varianceMs2: 100 };
  };
}

function predictCircuit(calibration: Calibration, estimate: CircuitEstimate, options: CircuitOptions): TimeEstimate {
  const coefficients = calibration.coefficients[options.precision ?? "f64"];
  const terms = termsOf(estimate, options, coefficients.cacheBytes);
  const meanMs = termNames.reduce((sum, name, k) => sum + coefficients[name] * (terms[k] ?? 0), 0);
  return spread(meanMs, coefficients.relativeSpread);
}

/** Between two circuits of a search: the optimiser's step, and the result taken apart. */
const PER_CIRCUIT_MS = 0.03;

/** How much earlier than its last iteration a search may converge is not known before. */
const SEARCH_SPREAD = 0.5;

function predictSearch(calibration: Calibration, { circuit, expectedCircuits, options }: HybridEstimate): TimeEstimate {
  const { meanMs } = predictCircuit(calibration, circuit, options);
  return spread(expectedCircuits * (meanMs + PER_CIRCUIT_MS), SEARCH_SPREAD);
}

/** What the rate of a type counts. */
export function operationsOf(work: Exclude<Work, { type: "circuit" | "hybrid" }>): number {
  return work.type === "schedule" ? work.estimate.placements : work.estimate.operations;
}

function predictByRate({ fixedMs, perOperationMs, relativeSpread }: Rate, operations: number): TimeEstimate {
  return spread(fixedMs + perOperationMs * operations, relativeSpread);
}

function spread(meanMs: number, relativeSpread: number): TimeEstimate {
  const spreadMs = relativeSpread * meanMs;
  return { meanMs, varianceMs2: spreadMs * spreadMs };
}

const termNames = ["fixedMs", "perPassMs", "perUpdateMs", "perUpdateOutsideCacheMs", "perShotDigitMs"] as const;

function termsOf(estimate: CircuitEstimate, options: CircuitOptions, cacheBytes: number | null): number[] {
  const inside = cacheBytes === null || stateBytes(estimate, options) <= cacheBytes;
  const updates = estimate.amplitudeUpdates;
  const shots = options.shots ?? DEFAULT_SHOTS;
  const digits = 32 - Math.clz32(shots);
  return [1, estimate.passes, inside ? updates : 0, inside ? 0 : updates, shots * digits];
}

/** Of the amplitudes alone: lists of shots may be long, but are walked once. */
function stateBytes(estimate: CircuitEstimate, options: CircuitOptions): number {
  // Tableaus, frames and tensors are small, or walked in parts that are.
  if (estimate.method === "stabilizer" || estimate.method === "mps") return 0;
  return 2 ** estimate.qubits * (options.precision === "f32" ? 8 : 16);
}

/** Sizes of second- and third-level caches; the one that explains the timings best is taken. */
const CACHE_BYTES = [2 ** 18, 2 ** 19, 2 ** 20, 2 ** 21, 2 ** 22, 2 ** 23, 2 ** 24, 2 ** 25];

const LEAST_SPREAD = 0.1;

/** Fewer cannot tell five terms apart. */
const LEAST_TIMINGS = 8;

/** Standard deviation over median of the absolute value, for normal errors. */
const DEVIATION_PER_MEDIAN = 1.4826;

/**
 * The coefficients that explain the timings of one precision best. A cache size is taken only when at least three timings lie on
 * each side of it, an update costs more outside, and the sum of errors falls by a twentieth.
 */
export function fitCoefficients(timings: readonly Timing[]): Coefficients {
  const usable = timings.filter((timing) => timing.engineMs > 0);
  if (usable.length < LEAST_TIMINGS) return timings[0]?.options.precision === "f32" ? CAUTIOUS_F32 : CAUTIOUS;
  const truths = usable.map((timing) => timing.engineMs);
  const fitWith = (cacheBytes: number | null) => {
    const rows = usable.map((timing) => termsOf(timing.estimate, timing.options, cacheBytes));
    const { coefficients, errors } = fitRelative(rows, truths);
    return { cacheBytes, coefficients, errors, sum: errors.reduce((sum, error) => sum + error, 0) };
  };
  let best = fitWith(null);
  let goal = 0.95 * best.sum;
  for (const cacheBytes of CACHE_BYTES) {
    const outside = usable.filter((timing) => stateBytes(timing.estimate, timing.options) > cacheBytes).length;
    if (outside < 3 || usable.length - outside < 3) continue;
    const fit = fitWith(cacheBytes);
    const [, , inside = 0, beyond = 0] = fit.coefficients;
    if (fit.sum < goal && beyond > inside) {
      best = fit;
      goal = fit.sum;
    }
  }
  const [fixedMs = 0, perPassMs = 0, perUpdateMs = 0, outsideMs = 0, perShotDigitMs = 0] = best.coefficients;
  return {
    fixedMs,
    perPassMs,
    perUpdateMs,
    perUpdateOutsideCacheMs: best.cacheBytes === null ? perUpdateMs : outsideMs,
    perShotDigitMs,
    cacheBytes: best.cacheBytes,
    relativeSpread: Math.max(LEAST_SPREAD, DEVIATION_PER_MEDIAN * nearestRank(best.errors, 0.5)),
  };
}

/** How far predictions were off, |predicted − actual| ÷ actual. */
export interface PredictionError {
  cases: number;
  median: number;
  p95: number;
}

/** For circuits that the fit has not seen. Quantiles are the nearest ranks. */
export function predictionError(cases: readonly { predictedMs: number; actualMs: number }[]): PredictionError {
  const errors = cases.map((item) => Math.abs(item.predictedMs - item.actualMs) / item.actualMs);
  return { cases: cases.length, median: nearestRank(errors, 0.5), p95: nearestRank(errors, 0.95) };
}

function nearestRank(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
