import { LogCollapsingLowestDenseDDSketch } from "@datadog/sketches-js";

/**
 * DDSketch: quantiles right to 1 % of their value, of any number of values in 2,048 counters at most; sketches of parts add up to the one of the
 * whole (Masson, Rim, Lee, VLDB 2019).
 */
export type Sketch = LogCollapsingLowestDenseDDSketch;

/** As it is stored: counters by key, and what lies outside of them. */
export interface SketchRecord {
  readonly bins: readonly (readonly [key: number, count: number])[];
  readonly zeros: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export function newSketch(): Sketch {
  return new LogCollapsingLowestDenseDDSketch({ relativeAccuracy: 0.01, binLimit: 2048 });
}

/** Below a microsecond a time is 0: then no counter is ever collapsed into another, up to 10¹⁴ ms. */
const LEAST_MS = 1e-3;

export function addTime(sketch: Sketch, ms: number): void {
  sketch.accept(ms < LEAST_MS ? 0 : ms);
}

/** Counters that are not 0, by ascending key. */
export function binsOf({ store }: Sketch): [key: number, count: number][] {
  const bins: [number, number][] = [];
  store.bins.forEach((count, k) => {
    if (count > 0) bins.push([k + store.offset, count]);
  });
  return bins;
}

/** @returns null for an empty one */
export function sketchRecord(sketch: Sketch): SketchRecord | null {
  const { count, zeroCount: zeros, sum, min, max } = sketch;
  return count === 0 ? null : { bins: binsOf(sketch), zeros, sum, min, max };
}

/** Adds a stored sketch to one. */
export function addRecord(sketch: Sketch, record: SketchRecord | null): void {
  if (record === null) return;
  const { bins, zeros, sum, min, max } = record;
  let count = zeros;
  for (const [key, n] of bins) {
    sketch.store.add(key, n);
    count += n;
  }
  sketch.zeroCount += zeros;
  sketch.count += count;
  sketch.sum += sum;
  sketch.min = Math.min(sketch.min, min);
  sketch.max = Math.max(sketch.max, max);
}
