import { formatTime } from "../core/clock.ts";
import type { DriftAlert } from "../models/analytics.ts";
import { addCell, type Cell, type Moments, newCell } from "./cell.ts";
import { type Drift, latencyDrift, meanDrift } from "./drift.ts";
import type { StoredCell } from "./store-sqlite.ts";

type Place = Pick<DriftAlert, "source" | "backend" | "model">;

/** What has drifted, back end by back end and model by model. */
export function driftOf(reference: readonly StoredCell[], recent: readonly StoredCell[], at: number): DriftAlert[] {
  const before = byPlace(reference);
  return [...byPlace(recent)].flatMap(([key, { place, cell }]) => {
    const past = before.get(key)?.cell;
    return past === undefined ? [] : driftsAt(place, past, cell, at);
  });
}

function byPlace(cells: readonly StoredCell[]): Map<string, { place: Place; cell: Cell }> {
  const places = new Map<string, { place: Place; cell: Cell }>();
  for (const { series, record } of cells) {
    const { source, backend, model } = series;
    const key = JSON.stringify([source, backend, model]);
    const found = places.get(key) ?? { place: { source, backend, model }, cell: newCell() };
    addCell(found.cell, record);
    places.set(key, found);
  }
  return places;
}

function driftsAt(place: Place, before: Cell, now: Cell, at: number): DriftAlert[] {
  const tests: [DriftAlert["metric"], Drift | undefined, (cell: Cell) => DriftAlert["recent"]][] = [
    ["latency", latencyDrift(before.latency, now.latency), windowOfLatency],
    ["quality", meanDrift(before.quality, now.quality), ({ quality }) => windowOf(quality)],
    ["errors", meanDrift(errorsOf(before), errorsOf(now)), (cell) => windowOf(errorsOf(cell))],
  ];
  return tests.flatMap(([metric, drift, view]) =>
    drift === undefined
      ? []
      : [{ at: formatTime(at), metric, ...drift, ...place, reference: view(before), recent: view(now) }],
  );
}

function errorsOf({ count, errors }: Cell): Moments {
  return { n: count, sum: errors, sumOfSquares: errors };
}

function windowOf({ n, sum }: Moments): DriftAlert["recent"] {
  return { n, mean: sum / n, p50: null, p95: null };
}

function windowOfLatency({ latency }: Cell): DriftAlert["recent"] {
  const [p50, p95] = [latency.getValueAtQuantile(0.5), latency.getValueAtQuantile(0.95)];
  return { n: latency.count, mean: latency.sum / latency.count, p50, p95 };
}
