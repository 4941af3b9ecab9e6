import type { EventStore } from "../audit/event-store.ts";
import type { TenantId } from "../core/ids.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { type PolicyStore, type PolicyVersion, versionTaken } from "./policies.ts";

/** Policies in the table `policies`, which is append-only. */
export function createSqlitePolicyStore({ connection, group }: SqliteDatabase, events: EventStore): PolicyStore {
  const list = connection.prepare("select record from policies where tenant = ? order by version desc limit ?");
  const find = connection.prepare("select version from policies where tenant = ? and version = ?");
  const insert = connection.prepare("insert into policies (tenant, version, record) values (?, ?, ?)");
  const versions = (tenant: TenantId, limit: number): PolicyVersion[] => list.all(tenant, limit).map(toVersion);
  return {
    newest: (tenant) => versions(tenant, 1)[0],
    list: versions,
    insert: (version, event) =>
      group.run(() => {
        if (find.get(version.tenant, version.version) !== undefined) throw versionTaken(version.version);
        insert.run(version.tenant, version.version, JSON.stringify(version));
        events.record(event);
      }),
  };
}

function toVersion(row: SqlRow): PolicyVersion {
  return JSON.parse(String(row.record)) as PolicyVersion;
}
