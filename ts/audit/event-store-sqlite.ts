import { AppError } from "../core/errors.ts";
import { firstEventIdAt, isEventId, type TenantId } from "../core/ids.ts";
import { freshBytes } from "../core/random.ts";
import { toAppError } from "../database/group-commit.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { type AuditEvent, draftEvent } from "./event.ts";
import { makesLeaf } from "./event-schema.ts";
import type { EventPage, EventQuery, EventStore, StoredEvent } from "./event-store.ts";

const MAX_PAGE = 1000;
const COLUMNS = "record, sequence, salt, leaf_index";

/** The events of a database whose schema is already that of `ts/migrations/sqlite`. */
export function createSqliteEventStore({ connection, leaves }: SqliteDatabase): EventStore {
  const insert = connection.prepare(`insert into audit_events
    (tenant, sequence, id, at, action, actor, subject, record, salt, leaf_index)
    values (?, (select coalesce(max(sequence), 0) + 1 from audit_events where tenant = ?), ?, ?, ?, ?, ?, ?, ?, ?)`);
  const byId = connection.prepare(`select ${COLUMNS} from audit_events where tenant = ? and id = ?`);
  const after = connection.prepare(
    `select ${COLUMNS} from audit_events where tenant = ? and sequence > ? order by sequence limit ?`,
  );

  /** By their text: one for each set of conditions, 64 at most. */
  const searches = new Map<string, ReturnType<typeof connection.prepare>>();

  async function read<T>(query: () => T): Promise<T> {
    try {
      return query();
    } catch (error) {
      throw toAppError(error);
    }
  }

  return {
    record(event) {
      if (!connection.inTransaction) throw new AppError("internal", `${event.action}: recorded outside a transaction`);
      const { tenant, id, at, action, actor, subject } = event;
      const salt = makesLeaf(action) ? freshBytes(32) : null;
      const leafIndex = salt === null ? null : leaves.add(draftEvent(event, salt).leaf);
      insert.run(tenant, tenant, id, at, action, actor.id, subject, JSON.stringify(event), salt, leafIndex);
      return leafIndex;
    },
    search: (tenant, query) =>
      read(() => {
        const { where, values } = conditions(tenant, query);
        const limit = Math.max(1, Math.min(query.limit, MAX_PAGE));
        const sql = `select ${COLUMNS} from audit_events where ${where} order by id desc limit ?`;
        const statement = searches.get(sql) ?? connection.prepare(sql);
        searches.set(sql, statement);
        return toPage(statement.all(...values, limit + 1).map(toEvent), limit);
      }),
    get: (tenant, id) =>
      read(() => {
        const row = byId.get(tenant, id);
        if (row === undefined) throw new AppError("not-found", `there is no audit event ${id}`);
        return toEvent(row);
      }),
    range: (tenant, sequence, limit) => read(() => after.all(tenant, sequence, limit).map(toEvent)),
  };
}

/** Only what was asked for stands in the SQL, so that SQLite can take the index that fits. */
function conditions(tenant: TenantId, query: EventQuery): { where: string; values: string[] } {
  const { action, actor, subject, from, to, cursor } = query;
  if (cursor !== undefined && !isEventId(cursor)) {
    throw new AppError("invalid-input", `cursor: '${cursor}' is not one that a page gave as next`);
  }
  const asked: [condition: string, value: string | undefined][] = [
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
  const where = given.map(([condition]) => condition);
  // Said again for the index of rare actions, which holds only these.
  if (action !== undefined && makesLeaf(action)) where.push("leaf_index is not null");
  return { where: where.join(" and "), values: given.map(([, value]) => value) };
}

function toPage(found: StoredEvent[], limit: number): EventPage {
  const events = found.slice(0, limit);
  const last = events.at(-1);
  return found.length > limit && last !== undefined ? { events, next: last.event.id } : { events };
}

function toEvent({ record, sequence, salt, leaf_index }: SqlRow): StoredEvent {
  return {
    event: JSON.parse(String(record)) as AuditEvent,
    sequence: Number(sequence),
    logged: salt instanceof Uint8Array ? { leafIndex: Number(leaf_index), salt } : null,
  };
}
