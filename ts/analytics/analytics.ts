import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import {
  type AnalyticsQuery,
  type AnalyticsSnapshot,
  type AnalyticsView,
  BUCKETS,
  DIMENSIONS,
  type Dimension,
  type DriftAlert,
  type ExperimentState,
} from "../models/analytics.ts";
import type { ExperimentView } from "../models/experiment.ts";
import { driftOf } from "./alerts.ts";
import { addCell, type Cell, cellRecord, newCell, observe } from "./cell.ts";
import type { Observed, Series } from "./observations.ts";
import { rowsOf } from "./rows.ts";
import { type AnalyticsStore, COARSE_MS, type Delta, FINE_MS, OTHERS } from "./store-sqlite.ts";

/** Who follows a tenant's analytics. Its methods return at once and do not throw. */
interface AnalyticsFollower {
  rows(snapshot: AnalyticsSnapshot): void;
  alert(alert: DriftAlert): void;
}

/** What became of a tenant's calls and jobs, over time. */
export interface Analytics {
  /** Costs microseconds: what was observed is written with all else of a second. */
  observe(observed: Observed): void;
  /** @throws {AppError} `too-large` for a span of too many cells */
  query(tenant: TenantId, query: AnalyticsQuery): Promise<AnalyticsView>;
  /** The rows of these five minutes, now. */
  snapshot(tenant: TenantId): Promise<AnalyticsSnapshot>;
  /** Gives the way to stop. */
  follow(tenant: TenantId, follower: AnalyticsFollower): () => void;
  /** Writes what was observed until now. */
  flush(): Promise<void>;
  /** Writes what was observed and stops. */
  close(): Promise<void>;
}

export interface AnalyticsServices {
  readonly store: AnalyticsStore;
  readonly clock: Clock;
  experiments(tenant: TenantId): Promise<readonly ExperimentView[]>;
  reportError(error: unknown): void;
  /** Counts it, for metrics. */
  onDrift(metric: DriftAlert["metric"]): void;
}

const FLUSH_MS = 1_000;
/** Series of all tenants in memory; a write begins when they are as many. */
const MOST_DELTAS = 4_096;
/** In one transaction: calls do not wait behind all of them. */
const DELTAS_AT_ONCE = 16;
/** Of one answer: an hour cell takes about 20 µs. */
const MOST_CELLS = 20_000;
const DAY_MS = 86_400_000;
/** The windows of drift: the last 30 minutes that are over, and the 24 full hours before them. */
const RECENT_MS = 6 * FINE_MS;
const TOLD_ALERTS = 100;

export function createAnalytics({ store, clock, experiments, reportError, onDrift }: AnalyticsServices): Analytics {
  let pending = new Map<string, Delta>();
  let flushing: Promise<void> | undefined;
  const followers = new Map<TenantId, Set<AnalyticsFollower>>();
  /** The five minutes in which a tenant's drift was last looked for. */
  const checked = new Map<TenantId, number>();
  let forgotAt = 0;

  /** Where it is added to; a new series counts with the others where memory holds as many as it may. */
  function pendingCell(tenant: TenantId, at: number, series: Series): Cell {
    const key = JSON.stringify([tenant, at, series]);
    const known = pending.get(key);
    if (known !== undefined) return known.cell;
    if (pending.size >= MOST_DELTAS && series.model !== OTHERS.model)
      return pendingCell(tenant, at, { source: series.source, ...OTHERS });
    const cell = newCell();
    pending.set(key, { tenant, at, series, cell });
    if (pending.size === MOST_DELTAS && flushing === undefined) void flush().catch(reportError);
    return cell;
  }

  async function write(): Promise<void> {
    const deltas = [...pending.values()];
    if (deltas.length === 0) return;
    pending = new Map();
    for (let at = 0; at < deltas.length; at += DELTAS_AT_ONCE) {
      try {
        await store.add(deltas.slice(at, at + DELTAS_AT_ONCE));
      } catch (error) {
        for (const { tenant, at: begin, series, cell } of deltas.slice(at))
          addCell(pendingCell(tenant, begin, series), cellRecord(cell));
        throw error;
      }
    }
    const now = clock();
    for (const tenant of new Set(deltas.map((delta) => delta.tenant))) {
      await lookForDrift(tenant, now - (now % FINE_MS));
      await tell(tenant);
    }
    if (now - forgotAt >= COARSE_MS) {
      forgotAt = now;
      await store.forget(now);
    }
  }

  async function flush(): Promise<void> {
    // Whoever began it is told what became of it.
    while (flushing !== undefined) await flushing.catch(() => undefined);
    flushing = write().finally(() => {
      flushing = undefined;
    });
    await flushing;
  }

  const timer = setInterval(() => {
    if (flushing === undefined && pending.size > 0) void flush().catch(reportError);
  }, FLUSH_MS);
  timer.unref();

  async function lookForDrift(tenant: TenantId, until: number): Promise<void> {
    if (checked.get(tenant) === until) return;
    checked.set(tenant, until);
    const from = until - RECENT_MS;
    const hour = from - (from % COARSE_MS);
    const [recent, reference] = await Promise.all([
      store.cells(tenant, FINE_MS, from, until),
      store.cells(tenant, COARSE_MS, hour - DAY_MS, hour),
    ]);
    const found = driftOf(reference, recent, until);
    if (found.length === 0) return;
    const fresh = await store.addAlerts(tenant, found, until, from);
    for (const { metric } of fresh) onDrift(metric);
    for (const follower of followers.get(tenant) ?? []) for (const alert of fresh) follower.alert(alert);
  }

  async function tell(tenant: TenantId): Promise<void> {
    const all = followers.get(tenant);
    if (all === undefined) return;
    const told = await snapshot(tenant);
    for (const follower of all) follower.rows(told);
  }

  async function snapshot(tenant: TenantId): Promise<AnalyticsSnapshot> {
    const now = clock();
    const at = now - (now % FINE_MS);
    const cells = await store.cells(tenant, FINE_MS, at, at + FINE_MS);
    return { at: formatTime(now), rows: rowsOf(cells, () => at, DIMENSIONS) };
  }

  async function running(tenant: TenantId): Promise<ExperimentState[]> {
    return (await experiments(tenant)).map(({ name, version, status, state, results }) => ({
      ...{ name, version, status, state },
      arms: results.map((arm) => ({ name: arm.name, assigned: arm.assigned, verdict: arm.verdict })),
    }));
  }

  return {
    observe({ tenant, at, series, observation }) {
      observe(pendingCell(tenant, at - (at % FINE_MS), series), observation);
    },
    async query(tenant, query) {
      const { from, to, width, bucketMs } = spanOf(query, clock());
      await flush();
      if ((await store.count(tenant, width, from, to)) > MOST_CELLS) {
        const remedy = "ask for a shorter span, or a wider bucket";
        throw new AppError("too-large", `query: more than ${MOST_CELLS} cells between from and to; ${remedy}`);
      }
      const cells = await store.cells(tenant, width, from, to);
      const bucketOf = (at: number): number => (Number.isFinite(bucketMs) ? at - (at % bucketMs) : from);
      return {
        ...{ from: formatTime(from), to: formatTime(to), bucket: query.bucket },
        rows: rowsOf(cells, bucketOf, query.by.split(",") as Dimension[]),
        experiments: await running(tenant),
        alerts: [...(await store.alerts(tenant, from, to, TOLD_ALERTS))],
      };
    },
    snapshot,
    follow(tenant, follower) {
      const all = followers.get(tenant) ?? new Set();
      followers.set(tenant, all.add(follower));
      return () => {
        all.delete(follower);
        if (all.size === 0 && followers.get(tenant) === all) followers.delete(tenant);
      };
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** `from` is rounded down to a cell; a span that ends before it begins has none. */
function spanOf(query: AnalyticsQuery, now: number): { from: number; to: number; width: number; bucketMs: number } {
  const width = query.bucket === "5m" ? FINE_MS : COARSE_MS;
  const to = query.to === undefined ? now + 1 : Date.parse(query.to);
  const given = query.from === undefined ? to - DAY_MS : Date.parse(query.from);
  const from = given - (((given % width) + width) % width);
  return { from, to: given < to ? to : from, width, bucketMs: BUCKETS[query.bucket] };
}
