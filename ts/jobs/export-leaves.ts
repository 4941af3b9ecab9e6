import type { EventStore } from "../audit/event-store.ts";
import { issueEventFile } from "../audit/issue-event.ts";
import type { LogWriter } from "../audit/log-writer.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { FINAL_STATES } from "../models/job.ts";
import type { Job } from "./job.ts";
import { issueReceipt } from "./receipt.ts";
import type { Store } from "./store.ts";

const ROWS_PER_READ = 100;

export interface ExportServices {
  readonly store: Store;
  readonly events: EventStore;
  readonly log: LogWriter;
}

/**
 * Every entry of the log that is this tenant's, all under one head that is signed when the export begins: the receipts of its jobs,
 * newest first, then the files of its audit events, oldest first. What is logged later is left out; jobs that were deleted are no
 * longer there to be shown, only the events of their deletion.
 *
 * @returns lines of NDJSON: each is, with its newline, a receipt or event file of its own
 */
export async function* exportLeaves({ store, events, log }: ExportServices, tenant: TenantId): AsyncGenerator<string> {
  const head = await log.proveAll();
  const isLogged = (index: number | undefined): boolean => index !== undefined && index < head.size;

  for (let cursor: string | undefined, more = true; more; ) {
    const page = await store.list(tenant, { limit: ROWS_PER_READ, cursor });
    for (const job of page.jobs) {
      if (FINAL_STATES.has(job.status) && isLogged(job.leafIndex))
        yield issueReceipt(job, await resultOf(store, job), store, head);
    }
    cursor = page.next;
    more = cursor !== undefined;
  }

  let page = await events.range(tenant, 0, ROWS_PER_READ);
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    for (const stored of page) {
      const index = stored.logged.leafIndex;
      if (!isLogged(index)) continue;
      const [leaf] = await store.log.leaves(index, index + 1);
      if (leaf === undefined) throw new AppError("integrity-violation", `log entry ${index} is missing from the store`);
      yield issueEventFile(stored, leaf, await head.prove(index));
    }
    page = await events.range(tenant, last.sequence, ROWS_PER_READ);
  }
}

async function resultOf(store: Store, job: Job): Promise<Uint8Array | undefined> {
  return job.result === undefined ? undefined : store.result(job);
}
