import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BackupManifest } from "../../ts/audit/backup.ts";
import { loadMldsa } from "../../ts/audit/mldsa.ts";
import { readTrustedLogs, trustedLogsPath } from "../../ts/audit/trusted-logs.ts";
import { verifyReceipt } from "../../ts/audit/verify-receipt.ts";
import { utf8 } from "../../ts/core/bytes.ts";
import { LOCAL_TENANT } from "../../ts/core/ids.ts";
import { issueReceipt, outcomeLeaf } from "../../ts/jobs/receipt.ts";
import { createSqliteStore } from "../../ts/jobs/store-sqlite.ts";
import { backup, backupData, restoreData } from "../../ts/service/backup.ts";
import { checkData } from "../../ts/service/check-data.ts";
import { type DataPlace, LOCAL_ORIGIN, withLedger } from "../../ts/service/data-folder.ts";
import { fill, machine } from "./data-fixture.ts";

const mldsa = await loadMldsa();
const isWhole = async (place: DataPlace): Promise<boolean> => (await checkData(place)).every(({ ok }) => ok);
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

/** The receipts of the folder's succeeded jobs, and the keys that sign there now. */
function receipts(place: DataPlace) {
  return withLedger(place, async ({ database, log, logKeys }) => {
    const store = createSqliteStore(database, outcomeLeaf);
    const { jobs } = await store.list(LOCAL_TENANT, { limit: 99, status: "succeeded" });
    const issued = [];
    for (const job of jobs) issued.push(await issueReceipt(job, await store.result(job), store, log));
    return { issued, origin: logKeys.origin, verifierKeys: logKeys.verifierKeys };
  });
}

describe("a backup", () => {
  it("holds database, log and a manifest of every file, and keys only where that was asked for", async () => {
    const place = machine();
    await fill(place, undefined, 300);
    writeFileSync(join(place.dataDir, "calibration.json"), "{}");
    const without = await backupData(place, place.folder("plain"));
    expect(without).toMatchObject({ keys: false, log: { size: 304 } });
    expect(files(place.folder("plain"))).toEqual([
      "backup.json",
      "calibration.json",
      "ketflow.db",
      "log/checkpoint",
      "log/tile/0/000",
      "log/tile/0/001.p/48",
      "log/tile/1/000.p/1",
      "log/tile/entries/000",
      "log/tile/entries/001.p/48",
    ]);
    const text = readFileSync(join(place.folder("plain"), "backup.json"), "utf8");
    expect(BackupManifest.parse(JSON.parse(text))).toEqual(without);
    expect(without.files.map(({ path }) => path).sort()).toEqual(files(place.folder("plain")).slice(1));
    const withKeys = await backupData(place, place.folder("keys"), { keys: true });
    expect(withKeys.keys).toBe(true);
    const modes = ["keys/log-key.json", "ketflow.db", "backup.json"].map(
      (path) => statSync(join(place.folder("keys"), path)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    expect(statSync(place.folder("keys")).mode & 0o777).toBe(0o700);
    expect(await isWhole(place)).toBe(true);
  });

  it("is one moment of a folder in use: what is written later is not in it", async () => {
    const place = machine();
    await fill(place);
    const manifest = await withLedger(place, async (ledger) => {
      const backedUp = backup(ledger, LOCAL_ORIGIN, place.folder("backup"), { keys: true });
      // Leaves and heads while the files are copied.
      for (let k = 0; k < 20; k++) {
        await ledger.database.group.run(() => ledger.database.leaves.add(utf8(`later ${k}`)));
        await ledger.log.force();
      }
      return backedUp;
    });
    const other = machine();
    await restoreData(other, place.folder("backup"));
    const checks = await checkData(other);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.find(({ name }) => name === "checkpoint")?.detail).toMatch(new RegExp(`^${manifest.log.size} of `));
  });

  it("goes into a new or empty folder, and leaves no manifest when it fails", async () => {
    const place = machine();
    await fill(place);
    mkdirSync(place.folder("full"));
    writeFileSync(join(place.folder("full"), "something"), "");
    await expect(backupData(place, place.folder("full"))).rejects.toMatchObject({ code: "conflict" });
    expect(files(place.folder("full"))).toEqual(["something"]);
    // A log that does not hold is not backed up as if it did.
    const tile = join(place.dataDir, "log/tile/entries/000.p");
    await withLedger(place, async (ledger) => {
      rmSync(tile, { recursive: true });
      const stuck = {
        ...ledger,
        log: Object.assign(Object.create(ledger.log), { force: async () => ledger.log.latest() }),
      };
      await expect(backup(stuck, LOCAL_ORIGIN, place.folder("failed"))).rejects.toMatchObject({
        code: "integrity-violation",
      });
    });
    expect(existsSync(join(place.folder("failed"), "backup.json"))).toBe(false);
    await expect(restoreData(machine(), place.folder("failed"))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("restoring", () => {
  it("gives the same data on another machine, whose log goes on", async () => {
    const [place, other] = [machine(), machine()];
    await fill(place);
    const before = await receipts(place);
    await backupData(place, place.folder("backup"), { keys: true });
    expect(await restoreData(other, place.folder("backup"))).toMatchObject({ signedSince: 0, origin: before.origin });
    expect(await isWhole(other)).toBe(true);
    await fill(other);
    expect(await isWhole(other)).toBe(true);
    const after = await receipts(other);
    expect([after.origin, after.issued.length]).toEqual([before.origin, 2]);
    for (const receipt of [...before.issued, ...after.issued]) {
      expect((await verifyReceipt(receipt, { trustedKeys: before.verifierKeys, mldsa })).ok).toBe(true);
    }
  });

  it.each<[string, (folder: string) => void, string]>([
    ["a flipped bit of the database", (folder) => flip(join(folder, "ketflow.db")), "ketflow.db is not the one"],
    [
      "a flipped bit of a tile",
      (folder) => flip(join(folder, "log/tile/0/000.p/4")),
      "log/tile/0/000.p/4 is not the one",
    ],
    ["a missing file", (folder) => rmSync(join(folder, "log/checkpoint")), "log/checkpoint cannot be read"],
    ["a damaged manifest", (folder) => writeFileSync(join(folder, "backup.json"), "{}"), "backup.json is damaged"],
    [
      "a manifest that leads out of the folder",
      (folder) => {
        const path = join(folder, "backup.json");
        writeFileSync(path, readFileSync(path, "utf8").replace('"log/checkpoint"', '"../outside"'));
      },
      "backup.json is damaged",
    ],
  ])("refuses %s, and leaves nothing behind", async (_, damage, message) => {
    const place = machine();
    await fill(place);
    await backupData(place, place.folder("backup"));
    damage(place.folder("backup"));
    const target = { ...place, dataDir: place.folder("restored") };
    await expect(restoreData(target, place.folder("backup"))).rejects.toMatchObject({
      code: "integrity-violation",
      message: expect.stringContaining(message),
    });
    expect(readdirSync(dirname(place.dataDir)).filter((name) => name.startsWith("restored"))).toEqual([]);
  });

  it("refuses a folder that holds something", async () => {
    const place = machine();
    await fill(place);
    await backupData(place, place.folder("backup"));
    await expect(restoreData(place, place.folder("backup"))).rejects.toMatchObject({ code: "conflict" });
    expect(await isWhole(place)).toBe(true);
  });

  it("of an older backup does not open where more was signed since; with a new origin it does", async () => {
    const place = machine();
    await fill(place);
    await backupData(place, place.folder("backup"), { keys: true });
    await fill(place);
    const lost = await receipts(place);
    rmSync(place.dataDir, { recursive: true });

    expect(await restoreData(place, place.folder("backup"))).toMatchObject({ signedSince: 3 });
    const refusal = { code: "integrity-violation", message: expect.stringContaining("--new-origin") };
    await expect(withLedger(place, async () => undefined)).rejects.toMatchObject(refusal);
    expect((await checkData(place)).filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(["rows"]);
    rmSync(place.dataDir, { recursive: true });

    const { origin } = await restoreData(place, place.folder("backup"), { newOrigin: true });
    expect(origin).not.toBe(lost.origin);
    expect(await isWhole(place)).toBe(true);
    await fill(place);
    expect(await isWhole(place)).toBe(true);
    const now = await receipts(place);
    expect([now.origin, now.issued.length]).toEqual([origin, 2]);
    // Every receipt ever given verifies: old ones under the old keys, new ones under the new, all trusted on this machine.
    const trustedKeys = await readTrustedLogs(trustedLogsPath(place.environment));
    for (const receipt of [...lost.issued, ...now.issued]) {
      expect((await verifyReceipt(receipt, { trustedKeys, mldsa })).ok).toBe(true);
    }
    const old = join(place.dataDir, "old-logs", encodeURIComponent(lost.origin));
    expect(files(old)).toContain("log/checkpoint");
    expect(files(place.dataDir).filter((path) => path.includes("log-key.json"))).toEqual(["keys/log-key.json"]);
    const told = await withLedger(place, ({ events }) =>
      events.search(LOCAL_TENANT, { action: "log.new-origin", limit: 9 }),
    );
    expect(told.events.map(({ event }) => event.detail.origin)).toEqual([lost.origin]);
  });

  it("without the keys waits for them", async () => {
    const [place, other] = [machine(), machine()];
    await fill(place);
    await backupData(place, place.folder("backup"));
    await restoreData(other, place.folder("backup"));
    await expect(withLedger(other, async () => undefined)).rejects.toMatchObject({
      message: expect.stringContaining("put the keys folder of this log back"),
    });
    expect(existsSync(join(other.dataDir, "keys"))).toBe(false);
    cpSync(join(place.dataDir, "keys"), join(other.dataDir, "keys"), { recursive: true });
    expect(await isWhole(other)).toBe(true);
  });
});

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
