import type { AuditEvent } from "../audit/event.ts";
import type { EventStore } from "../audit/event-store.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { ExperimentStore, ExperimentVersion, Outcome } from "./store.ts";
import type { ArmRecord, UnitRecord } from "./tallies.ts";

/** Before every experiment. */
const FIRST_PAGE = { createdAt: Number.MAX_SAFE_INTEGER, name: "" };

/** Experiments in the tables of their migration. */
export function createSqliteExperimentStore(
  { connection, group }: SqliteDatabase,
  events: EventStore,
): ExperimentStore {
  const newest = connection.prepare(
    "select record from experiments where tenant = ? and name = ? order by version desc limit 1",
  );
  const one = connection.prepare("select record from experiments where tenant = ? and name = ? and version = ?");
  const list = connection.prepare(`select record, record ->> 'createdAt' as created_at, max(version) from experiments
    where tenant = ? group by name having created_at < ? or (created_at = ? and name > ?)
    order by created_at desc, name limit ?`);
  const running = connection.prepare(
    "select record from experiments where tenant = ? and running = 1 order by name, version",
  );
  const put =
    connection.prepare(`insert into experiments (tenant, name, version, running, record) values (?, ?, ?, ?, ?)
    on conflict (tenant, name, version) do update set running = excluded.running, record = excluded.record`);
  const forgetUnits = connection.prepare("delete from experiment_units where tenant = ? and name = ? and version < ?");
  const arms = connection.prepare(
    "select arm, record from experiment_arms where tenant = ? and name = ? and version = ?",
  );
  const arm = connection.prepare(
    "select record from experiment_arms where tenant = ? and name = ? and version = ? and arm = ?",
  );
  const putArm =
    connection.prepare(`insert into experiment_arms (tenant, name, version, arm, record) values (?, ?, ?, ?, ?)
    on conflict (tenant, name, version, arm) do update set record = excluded.record`);
  const unit = connection.prepare(
    "select record from experiment_units where tenant = ? and name = ? and version = ? and unit = ?",
  );
  const putUnit =
    connection.prepare(`insert into experiment_units (tenant, name, version, unit, record) values (?, ?, ?, ?, ?)
    on conflict (tenant, name, version, unit) do update set record = excluded.record`);
  const outcome = connection.prepare("select record from outcomes where tenant = ? and decision = ?");
  const insertOutcome = connection.prepare("insert into outcomes (tenant, decision, record) values (?, ?, ?)");

  function write({ version, event }: { readonly version: ExperimentVersion; readonly event: AuditEvent }): void {
    const { tenant, name, version: number, stopped } = version;
    put.run(tenant, name, number, stopped === null ? 1 : 0, JSON.stringify(version));
    events.record(event);
  }

  function allRunning(tenant: string): ExperimentVersion[] {
    return running.all(tenant).map((row) => read(row));
  }

  return {
    find: (tenant, name, version) =>
      group.read(() => parsed(version === undefined ? newest.get(tenant, name) : one.get(tenant, name, version))),
    list: (tenant, limit, { createdAt, name } = FIRST_PAGE) =>
      group.read(() => list.all(tenant, createdAt, createdAt, name, limit).map((row) => read(row))),
    running: allRunning,
    arms: ({ tenant, name, version }) =>
      group.read(
        () => new Map(arms.all(tenant, name, version).map((row) => [Number(row.arm), read<ArmRecord>(row)] as const)),
      ),
    create: (tenant, name, make) =>
      group.run(() => {
        const made = make(parsed(newest.get(tenant, name)), allRunning(tenant));
        write(made);
        forgetUnits.run(tenant, name, made.version.version);
      }),
    change: ({ tenant, name, version }, move) =>
      group.run(() => {
        const moved = move(parsed(one.get(tenant, name, version)));
        if (moved !== undefined) write(moved);
      }),
    setOutcome: (kept, event, count) =>
      group.run(() => {
        const before = parsed<Outcome>(outcome.get(kept.tenant, kept.decision));
        if (before !== undefined) return before;
        insertOutcome.run(kept.tenant, kept.decision, JSON.stringify(kept));
        count();
        events.record(event);
        return kept;
      }),
    rows: {
      arm: ({ tenant, name, version }, index) => parsed<ArmRecord>(arm.get(tenant, name, version, index)),
      unit: ({ tenant, name, version }, key) => parsed<UnitRecord>(unit.get(tenant, name, version, key)),
      setArm: ({ tenant, name, version }, index, record) =>
        putArm.run(tenant, name, version, index, JSON.stringify(record)),
      setUnit: ({ tenant, name, version }, key, record) =>
        putUnit.run(tenant, name, version, key, JSON.stringify(record)),
    },
  };
}

function read<T = ExperimentVersion>({ record }: SqlRow): T {
  return JSON.parse(String(record)) as T;
}

function parsed<T = ExperimentVersion>(row: SqlRow | undefined): T | undefined {
  return row && read<T>(row);
}
