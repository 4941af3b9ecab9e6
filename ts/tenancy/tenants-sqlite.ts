import type { EventStore } from "../audit/event-store.ts";
import { AppError } from "../core/errors.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { Tenant, TenantStore } from "./tenants.ts";

/** Tenants in the table `tenants`; the few there are stay in memory, since every request reads its own. */
export function createSqliteTenantStore({ connection, group }: SqliteDatabase, events: EventStore): TenantStore {
  const insert = connection.prepare("insert into tenants (id, record) values (?, ?)");
  const find = connection.prepare("select record from tenants where id = ?");
  const update = connection.prepare("update tenants set record = ? where id = ?");
  const tenants = new Map<string, Tenant>();
  for (const row of connection.prepare("select record from tenants order by id").all()) {
    const tenant = JSON.parse(String(row.record)) as Tenant;
    tenants.set(tenant.id, tenant);
  }
  return {
    get: (id) => tenants.get(id),
    list: () => [...tenants.values()],
    async insert(tenant, event) {
      await group.run(() => {
        if (find.get(tenant.id) !== undefined) {
          throw new AppError("conflict", `id: '${tenant.id}' was given before; ids of tenants are never reused`);
        }
        insert.run(tenant.id, JSON.stringify(tenant));
        events.record(event);
      });
      tenants.set(tenant.id, tenant);
    },
    async change(id, move) {
      const changed = await group.run(() => {
        // From the table: a write of the same transaction is not in the map yet.
        const row = find.get(id);
        const { tenant, event } = move(row && (JSON.parse(String(row.record)) as Tenant));
        update.run(JSON.stringify(tenant), tenant.id);
        events.record(event);
        return tenant;
      });
      tenants.set(id, changed);
      return changed;
    },
  };
}
