import { equalBytes, fromUtf8 } from "../core/bytes.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { Check } from "./checkpoint.ts";
import { type AuditEvent, eventLeaf } from "./event.ts";
import { EventManifest, makesLeaf } from "./event-schema.ts";
import { Tally } from "./tally.ts";

const ROWS_PER_READ = 500;

/**
 * Reads every audit event: its columns say what its record says, and where it has an entry of the log, none before it is missing and
 * the entry opens with its salt.
 */
export function checkEvents(database: SqliteDatabase): Check {
  const tally = new Tally("events", "audit events");
  const logged = checkLogged(database, tally);
  checkDeeds(database, tally);
  checkLost(database, tally);
  return tally.result(`columns, sequence and, for ${logged} with a log entry, its commitments hold`);
}

/** Events are never removed, so each of their entries in the log has its row. In canonical JSON an event begins with its action. */
function checkLost({ connection }: SqliteDatabase, tally: Tally): void {
  const lost = connection.prepare(`select leaf_index, bytes from log_leaves
    where substr(bytes, 1, 10) = cast('{"action":' as blob)
    and not exists (select 1 from audit_events where audit_events.leaf_index = log_leaves.leaf_index)`);
  for (const { leaf_index, bytes } of lost.all()) {
    tally.count(`log entry ${leaf_index}`, () => {
      const { id } = EventManifest.parse(JSON.parse(fromUtf8(bytes as Uint8Array)));
      return `its event ${id} is missing`;
    });
  }
}

function checkDeeds({ connection }: SqliteDatabase, tally: Tally): void {
  const page = connection.prepare(`select tenant, id, subject, record from audit_deeds where (tenant, id) > (?, ?)
    order by tenant, id limit ${ROWS_PER_READ}`);
  let [tenant, id] = ["", ""];
  for (let rows = page.all("", ""); rows.length > 0; rows = page.all(tenant, id)) {
    for (const row of rows) {
      [tenant, id] = [String(row.tenant), String(row.id)];
      tally.count(`${id} (${tenant})`, () => {
        const event = JSON.parse(String(row.record)) as AuditEvent;
        return makesLeaf(event.action)
          ? `${event.action} has no log entry`
          : differenceOf(row, event, ["tenant", "id", "subject"]);
      });
    }
  }
}

/** @returns how many there are */
function checkLogged({ connection, leaves }: SqliteDatabase, tally: Tally): number {
  const page = connection.prepare(`select tenant, sequence, id, at, action, actor, subject, record, salt, leaf_index
    from audit_events where (tenant, sequence) > (?, ?) order by tenant, sequence limit ${ROWS_PER_READ}`);
  let [tenant, sequence, count] = ["", 0, 0];
  for (let rows = page.all("", 0); rows.length > 0; rows = page.all(tenant, sequence)) {
    for (const row of rows) {
      const expected = row.tenant === tenant ? sequence + 1 : 1;
      [tenant, sequence] = [String(row.tenant), Number(row.sequence)];
      tally.count(`${row.id} (${tenant} ${sequence})`, () =>
        sequence === expected ? faultOf(row, leaves.range) : `the events before it are missing from ${expected} on`,
      );
      count++;
    }
  }
  return count;
}

function faultOf(row: SqlRow, range: (from: number, to: number) => Uint8Array[]): string | undefined {
  const event = JSON.parse(String(row.record)) as AuditEvent;
  const difference = differenceOf(row, event, ["tenant", "id", "at", "action", "actor", "subject"]);
  if (difference !== undefined) return difference;
  if (!makesLeaf(event.action)) return `${event.action} has a log entry, which it never gets`;
  const index = Number(row.leaf_index);
  const [leaf] = range(index, index + 1);
  if (leaf === undefined) return `its log entry ${index} is not there`;
  return equalBytes(leaf, eventLeaf(event, row.salt as Uint8Array))
    ? undefined
    : `log entry ${index} does not commit to it`;
}

type Column = "tenant" | "id" | "at" | "action" | "actor" | "subject";

function differenceOf(row: SqlRow, event: AuditEvent, columns: readonly Column[]): string | undefined {
  const values = { ...event, actor: event.actor.id };
  const differing = columns.find((column) => row[column] !== values[column]);
  return differing && `column ${differing} is not what the record says`;
}
