import { addRecord, addTime, newSketch, type Sketch, type SketchRecord, sketchRecord } from "./sketch.ts";

/** One thing that was observed. */
export interface Observation {
  /** Undefined for what is only told of an earlier one. */
  readonly end?:
    | {
        readonly kind: "succeeded" | "error" | "cancelled";
        readonly latencyMs: number;
        readonly costMicroUsd: number;
        /** Undefined where the router said nothing. */
        readonly regret: number | undefined;
        readonly runTime: { readonly predictedMs: number; readonly measuredMs: number } | undefined;
      }
    | undefined;
  readonly quality?: { readonly value: number; readonly predicted: number | undefined } | undefined;
}

export interface Moments {
  n: number;
  sum: number;
  sumOfSquares: number;
}

interface Bin {
  n: number;
  predicted: number;
  observed: number;
}

/** What is known of one series in one time bucket. Cells of parts add up to the one of the whole. */
export interface Cell {
  count: number;
  errors: number;
  cancelled: number;
  costMicroUsd: number;
  readonly latency: Sketch;
  readonly quality: Moments;
  readonly regret: Moments;
  /** Quality by tenths of predicted quality. */
  readonly calibration: Map<number, Bin>;
  /** Run time by decades of predicted run time. */
  readonly runTime: Map<number, Bin>;
}

export interface CellRecord {
  readonly counts: readonly [count: number, errors: number, cancelled: number, costMicroUsd: number];
  readonly latency: SketchRecord | null;
  readonly quality: Moments;
  readonly regret: Moments;
  readonly calibration: readonly (readonly [number, Bin])[];
  readonly runTime: readonly (readonly [number, Bin])[];
}

export function newCell(): Cell {
  return {
    ...{ count: 0, errors: 0, cancelled: 0, costMicroUsd: 0, latency: newSketch() },
    ...{ quality: noMoments(), regret: noMoments(), calibration: new Map(), runTime: new Map() },
  };
}

const noMoments = (): Moments => ({ n: 0, sum: 0, sumOfSquares: 0 });

export function observe(cell: Cell, { end, quality }: Observation): void {
  if (end !== undefined) {
    const { kind, latencyMs, costMicroUsd, regret, runTime } = end;
    cell.count++;
    if (kind === "error") cell.errors++;
    if (kind === "cancelled") cell.cancelled++;
    cell.costMicroUsd += costMicroUsd;
    addTime(cell.latency, latencyMs);
    if (regret !== undefined) addValue(cell.regret, regret);
    if (runTime !== undefined) {
      const { predictedMs, measuredMs } = runTime;
      addToBin(cell.runTime, decadeOf(predictedMs), { n: 1, predicted: predictedMs, observed: measuredMs });
    }
  }
  if (quality !== undefined) {
    const { value, predicted } = quality;
    addValue(cell.quality, value);
    if (predicted !== undefined) addToBin(cell.calibration, tenthOf(predicted), { n: 1, predicted, observed: value });
  }
}

/** Adds a stored cell to one. */
export function addCell(cell: Cell, record: CellRecord): void {
  const [count, errors, cancelled, costMicroUsd] = record.counts;
  cell.count += count;
  cell.errors += errors;
  cell.cancelled += cancelled;
  cell.costMicroUsd += costMicroUsd;
  addRecord(cell.latency, record.latency);
  addMoments(cell.quality, record.quality);
  addMoments(cell.regret, record.regret);
  for (const [key, bin] of record.calibration) addToBin(cell.calibration, key, bin);
  for (const [key, bin] of record.runTime) addToBin(cell.runTime, key, bin);
}

export function cellRecord(cell: Cell): CellRecord {
  const { count, errors, cancelled, costMicroUsd, latency, quality, regret, calibration, runTime } = cell;
  return {
    counts: [count, errors, cancelled, costMicroUsd],
    latency: sketchRecord(latency),
    ...{ quality, regret, calibration: [...calibration], runTime: [...runTime] },
  };
}

function addValue(moments: Moments, value: number): void {
  addMoments(moments, { n: 1, sum: value, sumOfSquares: value * value });
}

function addMoments(moments: Moments, { n, sum, sumOfSquares }: Moments): void {
  moments.n += n;
  moments.sum += sum;
  moments.sumOfSquares += sumOfSquares;
}

function addToBin(bins: Map<number, Bin>, key: number, { n, predicted, observed }: Bin): void {
  const bin = bins.get(key) ?? { n: 0, predicted: 0, observed: 0 };
  bins.set(key, { n: bin.n + n, predicted: bin.predicted + predicted, observed: bin.observed + observed });
}

function tenthOf(share: number): number {
  return Math.min(9, Math.max(0, Math.floor(share * 10)));
}

/** From microseconds to days. */
function decadeOf(ms: number): number {
  return Math.min(9, Math.max(-3, Math.floor(Math.log10(Math.max(ms, 1e-3)))));
}
