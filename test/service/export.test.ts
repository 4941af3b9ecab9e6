import { expect, it } from "vitest";
import { loadMldsa } from "../../ts/audit/mldsa.ts";
import { isExport, verifyExport } from "../../ts/audit/verify-export.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { utf8 } from "../../ts/core/bytes.ts";
import { LOCAL_TENANT, type TenantId } from "../../ts/core/ids.ts";
import { exportLeaves } from "../../ts/jobs/export-leaves.ts";
import { outcomeLeaf } from "../../ts/jobs/receipt.ts";
import { createSqliteStore } from "../../ts/jobs/store-sqlite.ts";
import { type DataPlace, withLedger } from "../../ts/service/data-folder.ts";
import { exportData } from "../../ts/service/export.ts";
import { fill, machine } from "./data-fixture.ts";

const ALICE = "alice" as TenantId;
const mldsa = await loadMldsa();

async function exported(place: DataPlace, tenant: TenantId): Promise<string[]> {
  const lines: string[] = [];
  expect(await exportData(place, tenant, (line) => void lines.push(line))).toBe(lines.length);
  return lines;
}

const trustedKeys = (place: DataPlace) => withLedger(place, async ({ logKeys }) => logKeys.verifierKeys);

it("gives every entry of one tenant, with what opens it, under one head", async () => {
  const place = machine();
  await fill(place, LOCAL_TENANT, 300);
  await fill(place, ALICE);
  const options = { trustedKeys: await trustedKeys(place), mldsa, tenant: ALICE };
  const lines = await exported(place, ALICE);
  const kinds = lines.map((line) => JSON.parse(line).manifest).map(({ outcome, action }) => outcome ?? action);
  expect(kinds).toEqual(["cancelled", "succeeded", "policy.set", "audit.export"]);
  const report = await verifyExport(utf8(lines.join("")), options);
  expect(report).toMatchObject({ ok: true, receipts: 2, events: 2, failures: [], log: { size: 307 } });
  // A line is a file of its own.
  expect((await verifyReceipt(lines[1] ?? "", options)).ok).toBe(true);
  const mine = await exported(place, LOCAL_TENANT);
  expect(mine.join("")).not.toContain("alice");
  expect((await verifyExport(utf8(mine.join("")), options)).failures).toHaveLength(mine.length);
  expect(await exported(place, "nobody" as TenantId)).toHaveLength(1); // that it was asked for
});

it("keeps to its head while more is logged", async () => {
  const place = machine();
  await fill(place);
  const lines = await withLedger(place, async ({ database, events, log }) => {
    const store = createSqliteStore(database, outcomeLeaf);
    const seen: string[] = [];
    for await (const line of exportLeaves({ store, events, log }, LOCAL_TENANT)) {
      seen.push(line);
      const [queued] = (await store.list(LOCAL_TENANT, { limit: 1, status: "queued" })).jobs;
      if (queued !== undefined)
        await store.apply({ kind: "cancel", tenant: LOCAL_TENANT, id: queued.id, at: queued.createdAt });
      await log.force();
    }
    return seen;
  });
  const report = await verifyExport(utf8(lines.join("")), { trustedKeys: await trustedKeys(place), mldsa });
  expect(report).toMatchObject({ ok: true, receipts: 2, events: 1 });
});

it("is refused where a line was altered, repeated, cut or taken from another export", async () => {
  const place = machine();
  await fill(place);
  const options = { trustedKeys: await trustedKeys(place), mldsa };
  const [first = "", second = "", ...rest] = await exported(place, LOCAL_TENANT);
  const later = await exported(place, LOCAL_TENANT);
  const failures = async (...lines: string[]) =>
    (await verifyExport(utf8(lines.join("")), options)).failures.map(({ line, check }) => [line, check.name]);
  expect(await failures(first, second, ...rest)).toEqual([]);
  expect(await failures(first, second.replace('"seed":7', '"seed":8'))).toEqual([[2, "inclusion"]]);
  expect(await failures(first, first)).toEqual([[2, "once"]]);
  expect(await failures(first, second.slice(0, -9))).toEqual([[2, "form"]]);
  expect(await failures(first, "\n", second)).toEqual([[2, "form"]]);
  expect(await failures(first, later[1] ?? "")).toEqual([[2, "one-head"]]);
  expect((await verifyExport(new Uint8Array(), options)).ok).toBe(false);
  expect([first, first + second, ""].map((text) => isExport(utf8(text)))).toEqual([false, true, false]);
});
