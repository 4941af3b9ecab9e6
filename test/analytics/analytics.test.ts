import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAnalytics } from "../../ts/analytics/analytics.ts";
import { createSqliteAnalyticsStore } from "../../ts/analytics/store-sqlite.ts";
import type { TenantId } from "../../ts/core/ids.ts";
import { AnalyticsQuery, type AnalyticsSnapshot, type DriftAlert } from "../../ts/models/analytics.ts";
import { ORIGIN, openAccess } from "../identity/fixtures.ts";

const [ALPHA, BETA] = ["lab", "shop"] as TenantId[] as [TenantId, TenantId];
const MINUTE = 60_000;

async function world() {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-analytics-"));
  const access = await openAccess(folder);
  for (const id of [ALPHA, BETA]) await access.tenants.create({ id }, ORIGIN);
  const reported: unknown[] = [];
  const drifts: string[] = [];
  const store = createSqliteAnalyticsStore(access.database);
  const make = (given = store) =>
    createAnalytics({
      ...{ store: given, clock: access.clock, onDrift: (metric: string) => void drifts.push(metric) },
      ...{ experiments: async () => [], reportError: (error: unknown) => void reported.push(error) },
    });
  const analytics = make();
  onTestFinished(async () => {
    await analytics.close();
    await access.close();
    rmSync(folder, { recursive: true });
    expect(reported).toEqual([]);
  });
  const see = (
    change: { tenant?: TenantId; model?: string; latencyMs?: number; kind?: "error"; quality?: number } = {},
  ) => {
    const { tenant = ALPHA, model = "small", latencyMs = 100, kind, quality } = change;
    const series = { source: "chat", strategy: "learned", backend: "mock", model } as const;
    const end = { kind: kind ?? "succeeded", latencyMs, costMicroUsd: 10, regret: 0.25, runTime: undefined } as const;
    const told = quality === undefined ? undefined : { value: quality, predicted: 0.75 };
    analytics.observe({ tenant, at: access.time.now, series, observation: { end, quality: told } });
  };
  const query = (given: object = {}, tenant = ALPHA, by = analytics) => by.query(tenant, AnalyticsQuery.parse(given));
  return { ...access, make, analytics, see, query, store, drifts, reported };
}

describe("rows", () => {
  it("add up by time, and by what is asked for; another tenant's are not among them", async () => {
    const { see, query, time } = await world();
    for (const [model, latencyMs] of [
      ["small", 100],
      ["small", 300],
      ["large", 900],
    ] as const)
      see({ model, latencyMs });
    see({ kind: "error", quality: 0.5 });
    time.now += 61 * MINUTE;
    see({ model: "large", latencyMs: 50 });
    see({ tenant: BETA });
    const all = await query({ bucket: "all", by: "source" });
    expect(all.rows).toMatchObject([
      {
        ...{ at: "2026-01-01T04:00:00.000Z", source: "chat", strategy: null, backend: null, model: null, count: 5 },
        ...{ errors: 1, cancelled: 0, costMicroUsd: 50, quality: { n: 1, mean: 0.5 }, regret: { n: 5, mean: 0.25 } },
        latencyMs: { mean: 290, min: 50, max: 900 },
        calibration: { n: 1, error: 0.25, bins: [{ n: 1, predicted: 0.75, observed: 0.5 }] },
      },
    ]);
    const hours = await query();
    expect(hours.rows.map(({ at, model, count }) => [at.slice(11, 16), model, count])).toEqual([
      ["03:00", "large", 1],
      ["03:00", "small", 3],
      ["04:00", "large", 1],
    ]);
    expect(Math.abs((hours.rows[1]?.latencyMs?.p50 ?? 0) / 100 - 1)).toBeLessThan(0.0101);
    const fine = await query({ bucket: "5m", by: "model", from: "2026-01-02T04:00:00Z", to: "2026-01-02T05:00:00Z" });
    expect(fine.rows.map(({ at, model, count }) => [at, model, count])).toEqual([
      ["2026-01-02T04:05:00.000Z", "large", 1],
    ]);
    expect((await query({}, BETA)).rows.map(({ count }) => count)).toEqual([1]);
  });

  it("are there after a restart, and go on", async () => {
    const { see, query, analytics, make } = await world();
    see();
    await analytics.flush();
    const again = make();
    expect((await query({}, ALPHA, again)).rows).toMatchObject([{ count: 1, latencyMs: { p99: 100 } }]);
    see();
    await analytics.flush();
    expect((await query({}, ALPHA, again)).rows).toMatchObject([{ count: 2 }]);
    await again.close();
  });

  it("are of 256 series and one for the rest, whatever callers name", async () => {
    const { see, query } = await world();
    for (let k = 0; k < 400; k++) see({ model: `model-${k}` });
    const { rows } = await query({ bucket: "all" });
    expect(rows).toHaveLength(257);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(400);
    expect(rows.find(({ model }) => model === "others")?.count).toBe(144);
  });

  it("wait for the next second where the store cannot be written, and take no more memory than they may", async () => {
    const { make, store, time, query, reported } = await world();
    let isFull = true;
    let largest = 0;
    const analytics = make({
      ...store,
      add(deltas) {
        largest = Math.max(largest, deltas.length);
        return isFull ? Promise.reject(new Error("full")) : store.add(deltas);
      },
    });
    const series = { source: "chat", strategy: "named", backend: "mock" } as const;
    const end = { kind: "succeeded", latencyMs: 1, costMicroUsd: 1, regret: undefined, runTime: undefined } as const;
    const see = (k: number) =>
      analytics.observe({ tenant: ALPHA, at: time.now, series: { ...series, model: `m${k}` }, observation: { end } });
    for (let k = 0; k < 4000; k++) see(k);
    await expect(analytics.flush()).rejects.toThrow("full");
    for (let k = 4000; k < 4400; k++) see(k);
    isFull = false;
    await analytics.close();
    const { rows } = await query({ bucket: "all", by: "source" });
    expect(rows).toMatchObject([{ count: 4400, costMicroUsd: 4400 }]);
    expect(largest).toBeLessThanOrEqual(16);
    // By the write that began when memory was full.
    expect(reported.splice(0).map(String)).toEqual(["Error: full"]);
  });

  it("are forgotten when they are old: five minutes after two days, hours after a month", async () => {
    const { see, query, time, analytics } = await world();
    see();
    await analytics.flush();
    const span = { from: "2026-01-02T03:00:00Z", to: "2026-01-02T04:00:00Z" };
    for (const [days, fine, coarse] of [
      [1, 1, 1],
      [3, 0, 1],
      [32, 0, 0],
    ] as const) {
      time.now = Date.UTC(2026, 0, 2 + days, 4);
      see({ tenant: BETA });
      await analytics.flush();
      const counts = [await query({ ...span, bucket: "5m" }), await query(span)].map(({ rows }) => rows.length);
      expect([days, ...counts]).toEqual([days, fine, coarse]);
    }
  });

  it("of a span that ends where it begins there are none, and of too many cells none at once", async () => {
    const { see, query, make, store } = await world();
    see();
    expect((await query({ from: "2026-01-02T03:30:00Z", to: "2026-01-02T03:30:00Z" })).rows).toEqual([]);
    expect((await query({ from: "2026-01-02T03:30:00Z", to: "2026-01-02T03:30:01Z" })).rows).toHaveLength(1);
    const large = make({ ...store, count: async () => 20_001 });
    await expect(query({}, ALPHA, large)).rejects.toMatchObject({ code: "too-large" });
    await large.close();
  });
});

describe("drift", () => {
  it("of latency, quality and errors is told once, with both windows, and live to who follows", async () => {
    const { see, query, time, analytics, drifts } = await world();
    const [alerts, snapshots]: [DriftAlert[], AnalyticsSnapshot[]] = [[], []];
    const stop = analytics.follow(ALPHA, { alert: (each) => alerts.push(each), rows: (each) => snapshots.push(each) });
    const minutes = async (n: number, change: (k: number) => Parameters<typeof see>[0]) => {
      for (let k = 0; k < n; k++) {
        for (let call = 0; call < 10; call++) see(change(k * 10 + call));
        await analytics.flush();
        time.now += MINUTE;
      }
    };
    await minutes(120, (k) => ({ latencyMs: 100 + (k % 50), quality: 0.9 }));
    expect(alerts).toEqual([]);
    await minutes(40, (k) => ({
      latencyMs: 200 + (k % 50),
      quality: 0.5,
      ...(k % 3 === 0 && { kind: "error" as const }),
    }));
    const told = alerts.map(({ metric, test, model }) => [metric, test, model].join(" ")).sort();
    expect(new Set(told)).toEqual(
      new Set(["errors welch small", "latency kolmogorov-smirnov small", "quality welch small"]),
    );
    // Half an hour is quiet, then it is told again for as long as it lasts.
    expect(told.length).toBeLessThanOrEqual(6);
    const latency = alerts.find(({ metric }) => metric === "latency");
    expect(latency?.reference.p50).toBeLessThan(150);
    expect(latency?.recent.p95).toBeGreaterThan(200);
    expect(drifts).toEqual(alerts.map(({ metric }) => metric));
    expect((await query({ bucket: "all" })).alerts.length).toBe(alerts.length);
    expect((await query({ bucket: "all" }, BETA)).alerts).toEqual([]);
    expect(snapshots.at(-1)?.rows[0]?.count).toBeGreaterThan(0);
    stop();
    const [before] = [snapshots.length];
    see();
    await analytics.flush();
    expect(snapshots).toHaveLength(before);
  });
});
