import { AppError } from "../core/errors.ts";
import { firstEventIdAt, isEventId, type TenantId } from "../core/ids.ts";
import { freshBytes } from "../core/random.ts";
import { createCounter } from "../database/buffered-connection.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { type AuditEvent, eventLeaf } from "./event.ts";
import { makesLeaf } from "./event-schema.ts";
import type { EventPage, EventQuery, EventStore, LoggedEvent, StoredEvent } from "./event-store.ts";

const MAX_PAGE = 1000;

/**
 * The events of a database whose schema is already that of `ts/migrations/sqlite`. One for a process: it counts them in memory, so that
 * new ones are written together.
 */
export function createSqliteEventStore({ connection, group, leaves }: SqliteDatabase): EventStore {
  const addLogged = connection.rows("audit_events", [
    ...["tenant", "sequence", "id", "at", "action", "actor", "subject", "record", "salt", "leaf_index"],
  ]);
  const lastSequence = connection.prepare(
    "select coalesce(max(sequence), 0) as sequence from audit_events where tenant = ?",
  );
  const nextSequence = createCounter(connection, (tenant) => Number(lastSequence.get(tenant)?.sequence));
  const addDeed = connection.rows("audit_deeds", ["tenant", "id", "subject", "record"]);
  const logged = connection.prepare("select record, salt, leaf_index from audit_events where tenant = ? and id = ?");
  const deed = connection.prepare("select record from audit_deeds where tenant = ? and id = ?");
  const after = connection.prepare(
    "select record, sequence, salt, leaf_index from audit_events where tenant = ? and sequence > ? order by sequence limit ?",
  );

  /** By their text: one for each set of conditions, 64 at most. */
  const searches = new Map<string, ReturnType<typeof connection.prepare>>();

  return {
    record(event) {
      if (!connection.inTransaction) throw new AppError("internal", `${event.action}: recorded outside a transaction`);
      const { tenant, id, at, action, actor, subject } = event;
      if (!makesLeaf(action)) {
        addDeed(tenant, id, subject, JSON.stringify(event));
        return null;
      }
      const salt = freshBytes(32);
      const leafIndex = leaves.add(eventLeaf(event, salt));
      const record = JSON.stringify(event);
      addLogged(tenant, nextSequence(tenant), id, at, action, actor.id, subject, record, salt, leafIndex);
      return leafIndex;
    },
    search: (tenant, query) =>
      group.read(() => {
        const { sql, values } = toSql(tenant, query);
        const limit = Math.max(1, Math.min(query.limit, MAX_PAGE));
        const statement = searches.get(sql) ?? connection.prepare(sql);
        searches.set(sql, statement);
        return toPage(statement.all(...values, limit + 1).map(toStored), limit);
      }),
    get: (tenant, id) =>
      group.read(() => {
        const row = logged.get(tenant, id) ?? deed.get(tenant, id);
        if (row === undefined) throw new AppError("not-found", `there is no audit event ${id}`);
        return toStored(row);
      }),
    range: (tenant, sequence, limit) => group.read(() => after.all(tenant, sequence, limit).map(toLogged)),
  };
}

/**
 * Both tables, newest first. Only what was asked for stands in the SQL, so that SQLite can take the index that fits; a deed's
 * action and actor have none, because deeds are as many as jobs and the newest of them are soon found.
 */
function toSql(tenant: TenantId, query: EventQuery): { sql: string; values: string[] } {
  const { action, actor, subject, from, to, cursor } = query;
  if (cursor !== undefined && !isEventId(cursor)) {
    throw new AppError("invalid-input", `cursor: '${cursor}' is not one that a page gave as next`);
  }
  const asked: [column: string, value: string | undefined][] = [
    ["tenant = ?", tenant],
    ["action = ?", action],
    ["actor = ?", actor],
    ["subject = ?", subject],
    // The id of an event begins with its time.
    ["id >= ?", from === undefined ? undefined : firstEventIdAt(from)],
    ["id < ?", to === undefined ? undefined : firstEventIdAt(to)],
    ["id < ?", cursor],
  ];
  const given = asked.filter((each): each is [string, string] => each[1] !== undefined);
  const where = given.map(([condition]) => condition).join(" and ");
  const deedWhere = where
    .replace("action = ?", "record ->> 'action' = ?")
    .replace("actor = ?", "record ->> '$.actor.id' = ?");
  const values = given.map(([, value]) => value);
  const events = `select id, record, salt, leaf_index from audit_events where ${where}`;
  const deeds = `select id, record, null, null from audit_deeds where ${deedWhere}`;
  if (action !== undefined) return { sql: `${makesLeaf(action) ? events : deeds} order by id desc limit ?`, values };
  return { sql: `${events} union all ${deeds} order by id desc limit ?`, values: [...values, ...values] };
}

function toPage(found: StoredEvent[], limit: number): EventPage {
  const events = found.slice(0, limit);
  const last = events.at(-1);
  return found.length > limit && last !== undefined ? { events, next: last.event.id } : { events };
}

function toStored({ record, salt, leaf_index }: SqlRow): StoredEvent {
  return {
    event: JSON.parse(String(record)) as AuditEvent,
    logged: salt instanceof Uint8Array ? { leafIndex: Number(leaf_index), salt } : null,
  };
}

function toLogged(row: SqlRow): LoggedEvent {
  return {
    event: JSON.parse(String(row.record)) as AuditEvent,
    sequence: Number(row.sequence),
    logged: { leafIndex: Number(row.leaf_index), salt: row.salt as Uint8Array },
  };
}
