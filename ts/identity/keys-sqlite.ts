import type { EventStore } from "../audit/event-store.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { ApiKey, KeyChange, KeyStore, StoredKey } from "./keys.ts";

/** Keys that were asked for stay in memory: every request brings one. */
const MOST_CACHED = 10_000;

/** Keys in the table `api_keys`. */
export function createSqliteKeyStore({ connection, group }: SqliteDatabase, events: EventStore): KeyStore {
  const find = connection.prepare("select hash, record from api_keys where id = ?");
  const list = connection.prepare("select hash, record from api_keys where tenant = ? order by id");
  const put = connection.prepare(
    "insert into api_keys (id, tenant, hash, record) values (?, ?, ?, ?) on conflict (id) do update set hash = excluded.hash, record = excluded.record",
  );
  const cached = new Map<string, StoredKey>();

  async function write(work: () => KeyChange | undefined): Promise<void> {
    let change: KeyChange | undefined;
    try {
      await group.run(() => {
        change = work();
        if (change === undefined) return;
        for (const { key, hash } of change.keys) put.run(key.id, key.tenant, hash, JSON.stringify(key));
        events.record(change.event);
      });
    } finally {
      // Also where the commit failed: a request may have read the row before that.
      for (const { key } of change?.keys ?? []) cached.delete(key.id);
    }
  }

  return {
    get(id) {
      const known = cached.get(id);
      if (known !== undefined) return known;
      const row = find.get(id);
      if (row === undefined) return undefined;
      if (cached.size >= MOST_CACHED) cached.clear();
      const stored = toStored(row);
      cached.set(id, stored);
      return stored;
    },
    list: (tenant) => list.all(tenant).map((row) => toStored(row).key),
    put: (keys, event) => write(() => ({ keys, event })),
    // Read from the table: a write of the same transaction is not in the cache yet.
    change: (id, move) =>
      write(() => {
        const row = find.get(id);
        return move(row && toStored(row));
      }),
  };
}

function toStored(row: SqlRow): StoredKey {
  return { key: JSON.parse(String(row.record)) as ApiKey, hash: row.hash as Uint8Array };
}
