import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { newEvent } from "../../ts/audit/new-event.ts";
import { utf8 } from "../../ts/core/bytes.ts";
import { LOCAL_TENANT, type TenantId } from "../../ts/core/ids.ts";
import { outcomeLeaf } from "../../ts/jobs/receipt.ts";
import { createSqliteStore } from "../../ts/jobs/store-sqlite.ts";
import { type DataPlace, LOCAL_ORIGIN, openDataFolder, withLedger } from "../../ts/service/data-folder.ts";
import { fakeResult, fakeRoute, submission } from "../jobs/fixtures.ts";

export const AT = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A machine: a home for marks and trusted logs, and folders beside it. Gone after the test. */
export function machine(): { dataDir: string; environment: { HOME: string }; folder: (name: string) => string } {
  const root = mkdtempSync(join(tmpdir(), "ketflow-data-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const environment = { HOME: root };
  return { dataDir: join(root, "data"), environment, folder: (name) => join(root, name) };
}

/** Makes what is not there: a succeeded, a cancelled and a queued job, an audit event with and one without a leaf, a signed head. */
export async function fill(place: DataPlace, tenant: TenantId = LOCAL_TENANT, more = 0): Promise<void> {
  (await openDataFolder(place.dataDir)).close();
  await withLedger(place, async ({ database, events, log }) => {
    const store = createSqliteStore(database, outcomeLeaf);
    const { id } = await store.apply(submission(tenant, AT));
    const job = await store.apply({ kind: "lease", tenant, id, at: AT, worker: "w", leaseMs: 1000 });
    await store.apply({
      ...{ kind: "succeed", tenant, id, at: AT + 5, fence: job.fence, tries: [], costMicroUsd: 0 },
      ...{ ...fakeResult(), route: { ...fakeRoute(["embedded"]), snapshotHashes: HASHES } },
    });
    const { id: second } = await store.apply(submission(tenant, AT + 1));
    await store.apply({ kind: "cancel", tenant, id: second, at: AT + 6 });
    await store.apply(submission(tenant, AT + 2));
    const deed = { tenant, at: AT, subject: "policy_1", detail: { rules: 2 } } as const;
    await database.group.run(() => {
      events.record(newEvent(LOCAL_ORIGIN, { ...deed, action: "policy.set" }));
      events.record(newEvent(LOCAL_ORIGIN, { ...deed, action: "job.submit" }));
      for (let k = 0; k < more; k++) database.leaves.add(utf8(`entry of a deleted job ${k}`));
    });
    await log.force();
  });
}

const HASHES = { backends: "1".repeat(64), policy: "2".repeat(64), calibration: "3".repeat(64) };
