import { newEvent } from "../audit/new-event.ts";
import type { TenantId } from "../core/ids.ts";
import { exportLeaves } from "../jobs/export-leaves.ts";
import { outcomeLeaf } from "../jobs/receipt.ts";
import { createSqliteStore } from "../jobs/store-sqlite.ts";
import { type DataPlace, LOCAL_ORIGIN, withLedger } from "./data-folder.ts";

/**
 * Hands every log entry of a tenant in a data folder that no process has open to `write`, with its opening and proof: one NDJSON line
 * each. That it was exported is an event of that tenant, and the last line.
 *
 * @returns the number of lines
 */
export function exportData(
  place: DataPlace,
  tenant: TenantId,
  write: (line: string) => void | Promise<void>,
): Promise<number> {
  return withLedger(place, async ({ database, events, log, now }) => {
    const facts = { tenant, at: now(), action: "audit.export", subject: tenant } as const;
    await database.group.run(() => events.record(newEvent(LOCAL_ORIGIN, facts)));
    let lines = 0;
    for await (const line of exportLeaves({ store: createSqliteStore(database, outcomeLeaf), events, log }, tenant)) {
      await write(line);
      lines++;
    }
    return lines;
  });
}
