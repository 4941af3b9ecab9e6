import { linkSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { verifyCheckpoint } from "../../ts/audit/checkpoint.ts";
import type { EventStore } from "../../ts/audit/event-store.ts";
import { createSqliteEventStore } from "../../ts/audit/event-store-sqlite.ts";
import { issueEventFile } from "../../ts/audit/issue-event.ts";
import { type LogKeys, openLogKeys } from "../../ts/audit/keys.ts";
import { auditLog, readCheckpoint } from "../../ts/audit/log-reader.ts";
import { LogWriter, type LogWriterOptions } from "../../ts/audit/log-writer.ts";
import { loadMldsa, type MlDsa44 } from "../../ts/audit/mldsa.ts";
import { formatNote, formatVerifierKey, parseNote, type VerifierKey } from "../../ts/audit/note.ts";
import { parseProof } from "../../ts/audit/proof.ts";
import { buildReceipt, draftReceipt } from "../../ts/audit/receipt.ts";
import type { Receipt } from "../../ts/audit/receipt-schema.ts";
import { finishRotation, type RotationServices, rotateLogKeys } from "../../ts/audit/rotate-log-keys.ts";
import { verifyEventFile } from "../../ts/audit/verify-event.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../ts/database/sqlite-database.ts";
import { createFolders, openConnection } from "../jobs/fixtures.ts";
import { bellOutcome, logOptions, NOW_MS } from "./log-fixture.ts";

const DAY = 86_400_000;
const BY = { actor: { kind: "local", id: "local", role: "admin" }, policyVersion: null, requestId: null } as const;
const folders = createFolders();
afterAll(() => folders.clean());

let mldsa: MlDsa44;
beforeAll(async () => {
  mldsa = await loadMldsa();
});

const open = new Set<SqliteDatabase>();

interface House extends RotationServices {
  readonly folder: string;
  readonly database: SqliteDatabase;
  readonly options: LogWriterOptions;
  at: number;
}

/** A log over a SQLite file with one job's leaf in it, whose clock is `at`. */
async function openHouse(folder = folders.next()): Promise<House> {
  const database = createSqliteDatabase(await openConnection(folder));
  open.add(database);
  const events: EventStore = createSqliteEventStore(database);
  const options = await logOptions(folder, { size: database.leaves.count, leaves: database.leaves.range });
  const house = { folder, database, events, options, keys: options.keys, group: database.group, at: NOW_MS };
  const log = await LogWriter.open({ ...options, now: () => house.at });
  onTestFinished(() => {
    if (open.delete(database)) database.close();
  });
  return Object.assign(house, { log, now: () => house.at });
}

async function receiptOf({ database, log }: House): Promise<Receipt> {
  const draft = draftReceipt(bellOutcome());
  const index = await database.group.run(() => database.leaves.add(draft.leaf));
  return buildReceipt(draft, await log.prove(index));
}

const holds = async (receipt: Receipt, trustedKeys: readonly VerifierKey[]): Promise<boolean> =>
  (await verifyReceipt(receipt, { trustedKeys, mldsa })).ok;
const linesOf = async ({ log }: House): Promise<number> => parseNote((await log.force())?.note ?? "").signatures.length;
const accepted = (note: string, keys: readonly VerifierKey[]): Promise<boolean> =>
  verifyCheckpoint(note, keys, mldsa).then(
    () => true,
    () => false,
  );
const keyFile = ({ folder }: House): string => readFileSync(join(folder, "keys", "log-key.json"), "utf8");

it("both pairs sign the log's head during the overlap; receipts carry the pair that is trusted already", async () => {
  const house = await openHouse();
  const before = await receiptOf(house);
  const old = house.keys.current;
  const { event, logged } = await rotateLogKeys(house, BY, 30 * DAY);
  const added = house.keys.next?.verifierKeys ?? [];
  expect(house.keys.verifierKeys).toEqual([...old, ...added]);
  const { note } = (await house.log.force()) ?? { note: "" };
  expect(parseNote(note).signatures.map(({ keyId }) => keyId)).toEqual([...old, ...added].map(({ keyId }) => keyId));
  for (const keys of [old, added, [...old, ...added]]) expect(await accepted(note, keys)).toBe(true);
  expect(await accepted(note, [old[0], added[0] as VerifierKey])).toBe(false); // both algorithms are needed
  const during = await receiptOf(house);
  expect(parseNote(parseProof(during.proof).checkpoint).signatures).toHaveLength(2);
  for (const receipt of [before, during]) {
    expect([await holds(receipt, old), await holds(receipt, added)]).toEqual([true, false]);
  }
  // Whoever trusts the old pair learns the new one from the event.
  const index = logged?.leafIndex ?? -1;
  const [leaf] = house.database.leaves.range(index, index + 1);
  const file = issueEventFile({ event, logged }, leaf as Uint8Array, await house.log.prove(index));
  const report = await verifyEventFile(file, { trustedKeys: old, mldsa });
  expect(report).toMatchObject({
    ok: true,
    event: { opening: { detail: { verifierKeys: added.map(formatVerifierKey) } } },
  });
});

it("each of the four lines counts for those who trust its key", async () => {
  const house = await openHouse();
  await receiptOf(house);
  await rotateLogKeys(house, BY, DAY);
  const note = parseNote((await house.log.force())?.note ?? "");
  for (const [line, { keyId }] of note.signatures.entries()) {
    const signatures = note.signatures.map((each, k) => {
      const bytes = each.signature.slice();
      if (k === line) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return { ...each, signature: bytes };
    });
    const altered = formatNote({ text: note.text, signatures });
    for (const pair of [house.keys.current, house.keys.next?.verifierKeys ?? []]) {
      expect(await accepted(altered, pair)).toBe(!pair.some((key) => key.keyId === keyId));
    }
    expect(await accepted(altered, house.keys.verifierKeys)).toBe(false);
  }
});

it("ends when the overlap does, and not before", async () => {
  const house = await openHouse();
  const before = await receiptOf(house);
  const old = house.keys.current;
  await rotateLogKeys(house, BY, 30 * DAY);
  const added = house.keys.next?.verifierKeys ?? [];
  house.at += 30 * DAY - 1;
  expect(await finishRotation(house)).toBe(false);
  expect(await linesOf(house)).toBe(4);
  house.at += 1;
  expect(await finishRotation(house)).toBe(true);
  expect(await finishRotation(house)).toBe(false);
  expect(house.keys.verifierKeys).toEqual(added);
  expect(await linesOf(house)).toBe(2);
  const after = await receiptOf(house);
  expect([await holds(before, old), await holds(after, added), await holds(after, old)]).toEqual([true, true, false]);
  const head = await readCheckpoint(house.options.directory, added, mldsa);
  expect(head !== undefined && auditLog(house.options.directory, head)).toBe(3);
});

it("goes on after a restart at every step, with one origin", async () => {
  const folder = folders.next();
  const identity = (keys: LogKeys): unknown => [keys.origin, keys.verifierKeys.map(({ keyId }) => keyId)];
  const first = await openHouse(folder);
  await receiptOf(first);
  const reopen = async (house: House): Promise<House> => {
    await house.log.close();
    open.delete(house.database);
    house.database.close();
    return openHouse(folder);
  };
  // Announced, and then nothing: no event, no head by both.
  await first.keys.announce(NOW_MS + DAY);
  const second = await reopen(first);
  expect(identity(second.keys)).toEqual(identity(first.keys));
  const added = second.keys.next?.verifierKeys;
  await rotateLogKeys(second, BY, 99 * DAY);
  expect(second.keys.next).toEqual({ verifierKeys: added, overlapUntil: NOW_MS + DAY });
  await expect(rotateLogKeys(second, BY, DAY)).rejects.toMatchObject({ code: "conflict" });
  expect((await second.events.search(BY.actor.id as never, { limit: 9 })).events).toHaveLength(1);
  const third = await reopen(second);
  expect(await linesOf(third)).toBe(4);
  // Retired, and then nothing: the head still has four lines.
  await third.keys.retire();
  const fourth = await reopen(third);
  expect(fourth.keys.current).toEqual(added);
  expect(await linesOf(fourth)).toBe(2);
});

it("is recorded by whoever ends it, where the process died before it could", async () => {
  const house = await openHouse();
  await receiptOf(house);
  await house.keys.announce(NOW_MS);
  expect(await finishRotation(house)).toBe(true);
  const { events } = await house.events.search("local" as never, { action: "log.rotate-key", limit: 9 });
  expect(events.map(({ event }) => [event.actor.kind, event.detail.verifierKeys])).toEqual([
    ["system", [expect.stringContaining(house.keys.origin), expect.stringContaining(house.keys.origin)]],
  ]);
});

it("leaves the old seeds nowhere, and the file to its owner alone", async () => {
  const house = await openHouse();
  await receiptOf(house);
  const seeds = (text: string): string[] => text.match(/[0-9a-f]{64}/g) ?? [];
  const [ed25519, mlDsa44] = seeds(keyFile(house));
  const link = join(house.folder, "another-name-of-the-file");
  linkSync(join(house.folder, "keys", "log-key.json"), link);
  await rotateLogKeys(house, BY, 0);
  expect(new Set(readFileSync(link))).toEqual(new Set([0]));
  expect(JSON.parse(keyFile(house)).format).toBe("ketflow-log-key/2");
  expect(seeds(keyFile(house))).toHaveLength(4);
  await finishRotation(house);
  expect(JSON.parse(keyFile(house)).format).toBe("ketflow-log-key/1");
  expect(seeds(keyFile(house))).toHaveLength(2);
  for (const seed of [ed25519, mlDsa44]) expect(keyFile(house)).not.toContain(seed);
  const directory = join(house.folder, "keys");
  expect(readdirSync(directory)).toEqual(["log-key.json"]);
  expect(statSync(join(directory, "log-key.json")).mode & 0o777).toBe(0o600);
  expect((await openLogKeys(directory, mldsa)).verifierKeys).toEqual(house.keys.verifierKeys);
});
