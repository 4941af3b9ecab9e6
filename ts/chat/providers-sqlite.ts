import type { EventStore } from "../audit/event-store.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { ModelProvider, ProviderStore, StoredProvider } from "./providers.ts";

/** Providers in the table `model_providers`. */
export function createSqliteProviderStore({ connection, group }: SqliteDatabase, events: EventStore): ProviderStore {
  const list = connection.prepare("select record, secret from model_providers where tenant = ? order by name");
  const find = connection.prepare("select record, secret from model_providers where tenant = ? and name = ?");
  const remove = connection.prepare("delete from model_providers where tenant = ? and name = ?");
  const put = connection.prepare(`insert into model_providers (tenant, name, record, secret) values (?, ?, ?, ?)
    on conflict (tenant, name) do update set record = excluded.record, secret = excluded.secret`);
  return {
    list: (tenant) => list.all(tenant).map(toStored),
    change: (tenant, name, move) =>
      group.run(() => {
        const row = find.get(tenant, name);
        const { next, event } = move(row && toStored(row));
        if (next === undefined) remove.run(tenant, name);
        else put.run(tenant, name, JSON.stringify(next.provider), next.secret);
        events.record(event);
      }),
  };
}

function toStored({ record, secret }: SqlRow): StoredProvider {
  return {
    provider: JSON.parse(String(record)) as ModelProvider,
    secret: secret instanceof Uint8Array ? secret : null,
  };
}
