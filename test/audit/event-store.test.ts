import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../ts/audit/event.ts";
import { draftEvent } from "../../ts/audit/event.ts";
import type { EventStore } from "../../ts/audit/event-store.ts";
import { createSqliteEventStore } from "../../ts/audit/event-store-sqlite.ts";
import { issueEventFile } from "../../ts/audit/issue-event.ts";
import { LogWriter } from "../../ts/audit/log-writer.ts";
import { formatVerifierKey } from "../../ts/audit/note.ts";
import { verifyEventFile } from "../../ts/audit/verify-event.ts";
import { newEventId, type TenantId } from "../../ts/core/ids.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../ts/database/sqlite-database.ts";
import type { AuditAction } from "../../ts/models/audit.ts";
import { createFolders, openConnection } from "../jobs/fixtures.ts";
import { logOptions, NOW_MS } from "./log-fixture.ts";

const ALICE = "alice" as TenantId;
const BOB = "bob" as TenantId;
const folders = createFolders();
afterAll(() => folders.clean());

let folder: string;
let database: SqliteDatabase;
let store: EventStore;

beforeEach(async () => {
  folder = folders.next();
  database = createSqliteDatabase(await openConnection(folder));
  store = createSqliteEventStore(database);
  return () => database.close();
});

function event(action: AuditAction, change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    id: newEventId(change.at ?? NOW_MS),
    tenant: ALICE,
    at: NOW_MS,
    actor: { kind: "key", id: "key_1", role: "admin" },
    action,
    subject: "key_2",
    policyVersion: null,
    requestId: null,
    detail: {},
    ...change,
  };
}
const record = (...events: AuditEvent[]) => database.group.run(() => events.map((each) => store.record(each)));

describe("audit events in SQLite", () => {
  it("make a leaf where the action has one, numbered with all other leaves", async () => {
    await database.group.run(() => database.leaves.add(new Uint8Array(1)));
    expect(await record(event("key.create"), event("job.submit"), event("policy.set"))).toEqual([1, null, 2]);
    const [, first] = database.leaves.range(0, 2);
    const { events } = await store.search(ALICE, { limit: 9 });
    const created = events.at(-1);
    expect(created?.event.action).toBe("key.create");
    expect(draftEvent(created?.event as AuditEvent, created?.logged?.salt as Uint8Array).leaf).toEqual(first);
  });

  it("are read back as they were recorded, and only by their tenant", async () => {
    const told = event("key.revoke", {
      actor: { kind: "key", id: "key_1", role: "admin", name: "Ada" },
      requestId: "trace",
      policyVersion: "p",
      detail: { reason: "left", count: 2 },
    });
    await record(told);
    expect((await store.get(ALICE, told.id)).event).toEqual(told);
    await expect(store.get(BOB, told.id)).rejects.toMatchObject({ code: "not-found" });
    await expect(store.get(ALICE, newEventId(1))).rejects.toMatchObject({ code: "not-found" });
    expect((await store.search(BOB, { limit: 9 })).events).toEqual([]);
    expect(await store.range(BOB, 0, 9)).toEqual([]);
  });

  it("are counted per tenant without gaps, whatever was refused between them", async () => {
    await record(event("key.create"), event("key.create", { tenant: BOB }));
    await expect(
      database.group.run(() => {
        store.record(event("key.create"));
        throw new Error("refused");
      }),
    ).rejects.toThrow("refused");
    await record(event("key.create"));
    expect((await store.range(ALICE, 0, 9)).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect((await store.range(ALICE, 1, 9)).map(({ sequence }) => sequence)).toEqual([2]);
    expect((await store.range(BOB, 0, 9)).map(({ sequence }) => sequence)).toEqual([1]);
    expect(database.leaves.count()).toBe(3);
  });

  it("are found by what they tell, newest first, page by page", async () => {
    await record(
      event("key.create", { subject: "key_a", at: NOW_MS + 1 }),
      event("key.revoke", { subject: "key_a", at: NOW_MS + 2 }),
      event("key.create", { subject: "key_b", at: NOW_MS + 3, actor: { kind: "local", id: "local", role: "admin" } }),
      event("policy.set", { subject: "policy_1", at: NOW_MS + 4 }),
    );
    const found = async (query: object) =>
      (await store.search(ALICE, { limit: 9, ...query })).events.map((each) => each.event.at - NOW_MS);
    expect(await found({})).toEqual([4, 3, 2, 1]);
    expect(await found({ action: "key.create" })).toEqual([3, 1]);
    expect(await found({ subject: "key_a" })).toEqual([2, 1]);
    expect(await found({ subject: "key_a", action: "key.create" })).toEqual([1]);
    expect(await found({ actor: "local" })).toEqual([3]);
    expect(await found({ from: NOW_MS + 2, to: NOW_MS + 4 })).toEqual([3, 2]);
    const first = await store.search(ALICE, { limit: 3 });
    const second = await store.search(ALICE, { limit: 3, cursor: first.next });
    expect([first.events.length, second.events.length, second.next]).toEqual([3, 1, undefined]);
    await expect(store.search(ALICE, { limit: 3, cursor: "1 or 1=1" })).rejects.toMatchObject({
      code: "invalid-input",
    });
  });

  it("cannot be recorded outside a transaction, changed or removed", async () => {
    expect(() => store.record(event("key.create"))).toThrow("outside a transaction");
    await record(event("key.create"));
    for (const sql of ["update audit_events set action = 'key.revoke'", "delete from audit_events"]) {
      expect(() => database.connection.exec(sql), sql).toThrow("audit events are append-only");
    }
  });

  it("are handed out as files that verify", async () => {
    await record(event("key.create"), event("job.submit"), event("policy.set"));
    const options = await logOptions(folder, { size: database.leaves.count, leaves: database.leaves.range });
    const log = await LogWriter.open(options);
    for (const stored of await store.range(ALICE, 0, 9)) {
      if (stored.logged === null) {
        expect(() => issueEventFile(stored, new Uint8Array(), "")).toThrow("no log entry of its own");
        continue;
      }
      const { leafIndex } = stored.logged;
      const [leaf] = database.leaves.range(leafIndex, leafIndex + 1);
      const file = issueEventFile(stored, leaf as Uint8Array, await log.prove(leafIndex));
      const trustedKeys = options.keys.verifierKeys.map(formatVerifierKey);
      const report = await verifyEventFile(file, { trustedKeys, mldsa: options.mldsa, tenant: ALICE });
      expect(report).toMatchObject({ ok: true, event: { opening: { tenant: ALICE, subject: "key_2" } } });
    }
    await log.close();
  });
});
