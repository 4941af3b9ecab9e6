import type { TenantId } from "../core/ids.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { BUCKETS, type DriftAlert } from "../models/analytics.ts";
import { addCell, type Cell, type CellRecord, cellRecord, newCell } from "./cell.ts";
import type { Series } from "./observations.ts";

/** Cells are kept by both widths: the fine ones for two days, the others for a month. */
export const FINE_MS: number = BUCKETS["5m"];
export const COARSE_MS: number = BUCKETS["1h"];
const KEPT_MS: readonly (readonly [width: number, ms: number])[] = [
  [FINE_MS, 2 * 86_400_000],
  [COARSE_MS, 31 * 86_400_000],
];
const ALERTS_KEPT_MS = 31 * 86_400_000;

/** Of one tenant in one bucket; what comes to more goes into {@link OTHERS}. */
const MOST_SERIES = 256;
export const OTHERS = { strategy: "others", backend: "others", model: "others" } as const;

/** What was observed since the last write. */
export interface Delta {
  readonly tenant: TenantId;
  /** Begin of the fine bucket. */
  readonly at: number;
  readonly series: Series;
  readonly cell: Cell;
}

export interface StoredCell {
  readonly at: number;
  readonly series: Series;
  readonly record: CellRecord;
}

export interface AnalyticsStore {
  /** Adds the deltas to what is stored, in one transaction. */
  add(deltas: readonly Delta[]): Promise<void>;
  /** Number of cells of a width whose begin is in a span, `to` excluded. */
  count(tenant: TenantId, width: number, from: number, to: number): Promise<number>;
  /** By time. */
  cells(tenant: TenantId, width: number, from: number, to: number): Promise<readonly StoredCell[]>;
  /** Adds alerts unless one of their series and metric was added since `quietSince`. @returns those that were added */
  addAlerts(
    tenant: TenantId,
    alerts: readonly DriftAlert[],
    at: number,
    quietSince: number,
  ): Promise<readonly DriftAlert[]>;
  /** Newest first. */
  alerts(tenant: TenantId, from: number, to: number, limit: number): Promise<readonly DriftAlert[]>;
  /** Forgets what is older than it is kept for. */
  forget(now: number): Promise<void>;
}

export function createSqliteAnalyticsStore({ connection, group }: SqliteDatabase): AnalyticsStore {
  const find = connection.prepare(
    "select record from analytics_cells where tenant = ? and width = ? and at = ? and series = ?",
  );
  const countSeries = connection.prepare(
    "select count(*) as n from analytics_cells where tenant = ? and width = ? and at = ?",
  );
  const put = connection.prepare(`insert into analytics_cells (tenant, width, at, series, record) values (?, ?, ?, ?, ?)
    on conflict (tenant, width, at, series) do update set record = excluded.record`);
  const count = connection.prepare(
    "select count(*) as n from analytics_cells where tenant = ? and width = ? and at >= ? and at < ?",
  );
  const cells = connection.prepare(
    "select at, series, record from analytics_cells where tenant = ? and width = ? and at >= ? and at < ? order by at, series",
  );
  const forgetCells = connection.prepare("delete from analytics_cells where width = ? and at < ?");
  const isQuiet = connection.prepare("select 1 from drift_alerts where tenant = ? and at > ? and series = ? limit 1");
  const putAlert = connection.prepare("insert into drift_alerts (tenant, at, series, record) values (?, ?, ?, ?)");
  const alerts = connection.prepare(
    "select record from drift_alerts where tenant = ? and at >= ? and at < ? order by at desc, series limit ?",
  );
  const forgetAlerts = connection.prepare("delete from drift_alerts where at < ?");

  function addTo(tenant: TenantId, width: number, at: number, wanted: Series, cell: Cell): void {
    const rowOf = (series: Series) => find.get(tenant, width, at, JSON.stringify(series));
    let series = wanted;
    let row = rowOf(series);
    if (row === undefined && Number(countSeries.get(tenant, width, at)?.n) >= MOST_SERIES) {
      series = { source: wanted.source, ...OTHERS };
      row = rowOf(series);
    }
    const sum = newCell();
    addCell(sum, cellRecord(cell));
    if (row !== undefined) addCell(sum, JSON.parse(String(row.record)) as CellRecord);
    put.run(tenant, width, at, JSON.stringify(series), JSON.stringify(cellRecord(sum)));
  }

  return {
    add: (deltas) =>
      group.run(() => {
        for (const { tenant, at, series, cell } of deltas) {
          addTo(tenant, FINE_MS, at, series, cell);
          addTo(tenant, COARSE_MS, at - (at % COARSE_MS), series, cell);
        }
      }),
    count: (tenant, width, from, to) => group.read(() => Number(count.get(tenant, width, from, to)?.n)),
    cells: (tenant, width, from, to) =>
      group.read(() =>
        cells.all(tenant, width, from, to).map(({ at, series, record }) => ({
          at: Number(at),
          series: JSON.parse(String(series)) as Series,
          record: JSON.parse(String(record)) as CellRecord,
        })),
      ),
    addAlerts: (tenant, found, at, quietSince) =>
      group.run(() =>
        found.filter((alert) => {
          const { metric, source, backend, model } = alert;
          const key = JSON.stringify([metric, source, backend, model]);
          if (isQuiet.get(tenant, quietSince, key) !== undefined) return false;
          putAlert.run(tenant, at, key, JSON.stringify(alert));
          return true;
        }),
      ),
    alerts: (tenant, from, to, limit) =>
      group.read(() =>
        alerts.all(tenant, from, to, limit).map(({ record }) => JSON.parse(String(record)) as DriftAlert),
      ),
    forget: (now) =>
      group.run(() => {
        for (const [width, ms] of KEPT_MS) forgetCells.run(width, now - ms);
        forgetAlerts.run(now - ALERTS_KEPT_MS);
      }),
  };
}
