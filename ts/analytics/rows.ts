import { formatTime } from "../core/clock.ts";
import type { AnalyticsRow, Dimension } from "../models/analytics.ts";
import { addCell, type Cell, newCell } from "./cell.ts";
import type { Series } from "./observations.ts";
import type { StoredCell } from "./store-sqlite.ts";

/**
 * Adds cells up to rows.
 *
 * @param cells by time
 * @param bucketOf begin of the row's time bucket
 * @param by what rows are told apart by besides
 */
export function rowsOf(
  cells: readonly StoredCell[],
  bucketOf: (at: number) => number,
  by: readonly Dimension[],
): AnalyticsRow[] {
  const sums = new Map<string, { at: number; series: Partial<Series>; cell: Cell }>();
  for (const { at, series, record } of cells) {
    const bucket = bucketOf(at);
    const kept = Object.fromEntries(by.map((name) => [name, series[name]]));
    const key = JSON.stringify([bucket, kept]);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { at: bucket, series: kept, cell: newCell() };
      sums.set(key, sum);
    }
    addCell(sum.cell, record);
  }
  return [...sums.values()].map(({ at, series, cell }) => rowOf(at, series, cell));
}

function rowOf(at: number, series: Partial<Series>, cell: Cell): AnalyticsRow {
  const { source = null, strategy = null, backend = null, model = null } = series;
  const { count, errors, cancelled, latency, costMicroUsd, quality, regret, runTime } = cell;
  const quantile = (q: number): number => Math.min(latency.max, Math.max(latency.min, latency.getValueAtQuantile(q)));
  return {
    ...{ at: formatTime(at), source, strategy, backend, model, count, errors, cancelled },
    latencyMs:
      latency.count === 0
        ? null
        : {
            ...{ mean: latency.sum / latency.count, min: latency.min },
            ...{ p50: quantile(0.5), p90: quantile(0.9), p95: quantile(0.95), p99: quantile(0.99), max: latency.max },
          },
    costMicroUsd,
    quality: quality.n === 0 ? null : { n: quality.n, mean: quality.sum / quality.n },
    regret: regret.n === 0 ? null : { n: regret.n, mean: regret.sum / regret.n },
    calibration: calibrationOf(cell),
    runTime: runTime.size === 0 ? null : binsOf(runTime),
  };
}

function calibrationOf({ calibration }: Cell): AnalyticsRow["calibration"] {
  if (calibration.size === 0) return null;
  const bins = binsOf(calibration);
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  const error = bins.reduce((sum, bin) => sum + (bin.n / n) * Math.abs(bin.predicted - bin.observed), 0);
  return { n, error, bins };
}

/** Means, by ascending prediction. */
function binsOf(bins: Cell["calibration"]): { n: number; predicted: number; observed: number }[] {
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([, { n, predicted, observed }]) => ({ n, predicted: predicted / n, observed: observed / n }));
}
