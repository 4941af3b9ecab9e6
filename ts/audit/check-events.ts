import { equalBytes } from "../core/bytes.ts";
import type { SqlRow } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { Check } from "./checkpoint.ts";
import { type AuditEvent, draftEvent } from "./event.ts";
import { makesLeaf } from "./event-schema.ts";
import { Tally } from "./tally.ts";

const ROWS_PER_READ = 500;

/** Reads every audit event: its columns say what its record says, none is missing, and its log entry opens with its salt. */
export function checkEvents({ connection, leaves }: SqliteDatabase): Check {
  const page = connection.prepare(`select tenant, sequence, id, at, action, actor, subject, record, salt, leaf_index
    from audit_events where (tenant, sequence) > (?, ?) order by tenant, sequence limit ${ROWS_PER_READ}`);
  const tally = new Tally("events", "audit events");
  let [tenant, sequence, logged] = ["", 0, 0];
  for (let rows = page.all("", 0); rows.length > 0; rows = page.all(tenant, sequence)) {
    for (const row of rows) {
      const expected = row.tenant === tenant ? sequence + 1 : 1;
      [tenant, sequence] = [String(row.tenant), Number(row.sequence)];
      tally.count(`${row.id} (${tenant} ${sequence})`, () =>
        sequence === expected ? faultOf(row, leaves.range) : `the events before it are missing from ${expected} on`,
      );
      if (row.leaf_index !== null) logged++;
    }
  }
  return tally.result(`columns, sequence and, for ${logged} with a log entry, its commitments hold`);
}

function faultOf(row: SqlRow, range: (from: number, to: number) => Uint8Array[]): string | undefined {
  const event = JSON.parse(String(row.record)) as AuditEvent;
  const { tenant, id, at, action, actor, subject } = event;
  const columns = { tenant, id, at, action, actor: actor.id, subject };
  const differing = Object.entries(columns).find(([column, value]) => row[column] !== value);
  if (differing !== undefined) return `column ${differing[0]} is not what the record says`;
  if (!makesLeaf(action)) return row.leaf_index === null ? undefined : `${action} has a log entry, which it never gets`;
  if (!(row.salt instanceof Uint8Array)) return "it has no log entry";
  const index = Number(row.leaf_index);
  const [leaf] = range(index, index + 1);
  if (leaf === undefined) return `its log entry ${index} is not there`;
  return equalBytes(leaf, draftEvent(event, row.salt).leaf) ? undefined : `log entry ${index} does not commit to it`;
}
