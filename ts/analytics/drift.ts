import type { Moments } from "./cell.ts";
import { binsOf, type Sketch } from "./sketch.ts";

/** A two-window test: whether recent values are from another distribution than those before. */
export interface Drift {
  readonly test: "kolmogorov-smirnov" | "welch";
  readonly statistic: number;
  readonly threshold: number;
}

/** Chance of a false alarm of one test. One is made for each series, metric and five minutes: 288 a day. */
const ALPHA = 1e-6;
/** z of a normal distribution that is passed on either side with probability {@link ALPHA}. */
const Z = 4.891638475715;
/** Windows of less say nothing. */
const LEAST = 100;
/** A smaller change is no matter for people, however sure it is: D, and points of 1. */
const LEAST_DISTANCE = 0.1;
const LEAST_DIFFERENCE = 0.02;

/**
 * Two-sample Kolmogorov-Smirnov over two sketches: D is the largest distance of their distribution functions, to the 1 % of a value to which a
 * sketch tells values apart. Beyond √(−ln(α/2)/2 · (n + m)/(n m)) with probability α at most in the limit (Smirnov 1948).
 *
 * @returns undefined where nothing has drifted
 */
export function latencyDrift(reference: Sketch, recent: Sketch): Drift | undefined {
  const [n, m] = [reference.count, recent.count];
  if (Math.min(n, m) < LEAST) return undefined;
  const threshold = Math.max(LEAST_DISTANCE, Math.sqrt(((-Math.log(ALPHA / 2) / 2) * (n + m)) / (n * m)));
  const statistic = distanceOf(reference, recent);
  return statistic > threshold ? { test: "kolmogorov-smirnov", statistic, threshold } : undefined;
}

function distanceOf(a: Sketch, b: Sketch): number {
  const steps = new Map<number, number>();
  const add = (key: number, by: number): void => void steps.set(key, (steps.get(key) ?? 0) + by);
  for (const [sketch, sign] of [
    [a, 1],
    [b, -1],
  ] as const) {
    add(Number.NEGATIVE_INFINITY, (sign * sketch.zeroCount) / sketch.count);
    for (const [key, count] of binsOf(sketch)) add(key, (sign * count) / sketch.count);
  }
  let [difference, largest] = [0, 0];
  for (const [, step] of [...steps].sort(([x], [y]) => (x < y ? -1 : 1))) {
    difference += step;
    largest = Math.max(largest, Math.abs(difference));
  }
  return largest;
}

/**
 * Welch's test of two means of values in 0 to 1, such as qualities and shares of errors (Welch 1947), with the normal distribution in place of t,
 * which windows of 100 and more allow. Each variance counts one more value at each end.
 *
 * @returns undefined where nothing has drifted
 */
export function meanDrift(reference: Moments, recent: Moments): Drift | undefined {
  if (Math.min(reference.n, recent.n) < LEAST) return undefined;
  const difference = recent.sum / recent.n - reference.sum / reference.n;
  const statistic = difference / Math.sqrt(varianceOf(reference) / reference.n + varianceOf(recent) / recent.n);
  const hasDrifted = Math.abs(statistic) > Z && Math.abs(difference) > LEAST_DIFFERENCE;
  return hasDrifted ? { test: "welch", statistic, threshold: Z } : undefined;
}

function varianceOf({ n, sum, sumOfSquares }: Moments): number {
  return Math.max(0, sumOfSquares + 1 - (sum + 1) ** 2 / (n + 2)) / (n + 1);
}
