import type { EventStore } from "../audit/event-store.ts";
import { AppError } from "../core/errors.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { RouterInForce, RouterStore } from "./routers.ts";

/** Snapshots in the table `model_routers`; the one in force in `model_router_of`. */
export function createSqliteRouterStore({ connection, group }: SqliteDatabase, events: EventStore): RouterStore {
  const current = connection.prepare("select record from model_router_of where tenant = ?");
  const find = connection.prepare("select snapshot from model_routers where tenant = ? and hash = ?");
  const insert = connection.prepare(
    "insert into model_routers (tenant, hash, snapshot) values (?, ?, ?) on conflict do nothing",
  );
  const put = connection.prepare(`insert into model_router_of (tenant, record) values (?, ?)
    on conflict (tenant) do update set record = excluded.record`);
  const remove = connection.prepare("delete from model_router_of where tenant = ?");
  return {
    current(tenant) {
      const row = current.get(tenant);
      return row && (JSON.parse(String(row.record)) as RouterInForce);
    },
    snapshot(tenant, hash) {
      const row = find.get(tenant, hash);
      return row && String(row.snapshot);
    },
    set: (inForce, snapshot, event) =>
      group.run(() => {
        insert.run(inForce.tenant, inForce.hash, snapshot);
        put.run(inForce.tenant, JSON.stringify(inForce));
        events.record(event);
      }),
    remove: (tenant, event) =>
      group.run(() => {
        if (current.get(tenant) === undefined) throw new AppError("not-found", "there is no model router");
        remove.run(tenant);
        events.record(event);
      }),
  };
}
