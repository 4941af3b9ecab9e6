import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { DATABASE_FILE } from "../adapters/sqlite/open-database.ts";
import { type BackupManifest, restoreFiles, writeBackup } from "../audit/backup.ts";
import { writeFileDurably } from "../audit/durable-file.ts";
import { readHighWater } from "../audit/high-water.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { formatVerifierKey, parseVerifierKey } from "../audit/note.ts";
import { addTrustedLog, trustedLogsPath } from "../audit/trusted-logs.ts";
import { LOCAL_TENANT } from "../core/ids.ts";
import { userFolders } from "../core/user-folders.ts";
import { type DataPlace, type Ledger, LOCAL_ORIGIN, withLedger } from "./data-folder.ts";

export interface BackupOptions {
  /** Copies the log's secret keys too: whoever has the backup can then sign as this log. */
  keys?: boolean;
}

export interface RestoreOptions {
  /** Gives the restored data a log of its own, which goes on from the same entries under new keys. */
  newOrigin?: boolean;
}

export interface Restored {
  manifest: BackupManifest;
  /** Of the log that the folder has now. */
  origin: string;
  /** Entries that this machine has signed after the backup was made: the folder will not open, see `newOrigin`. */
  signedSince: number;
}

/** Backs up a data folder that no process has open. @throws {AppError} see {@link withLedger} and `writeBackup` */
export function backupData(place: DataPlace, target: string, options: BackupOptions = {}): Promise<BackupManifest> {
  return withLedger(place, (ledger) => backup(ledger, LOCAL_ORIGIN, target, options));
}

/** Backs up a data folder while it is in use. Commits wait while the database is copied: about 10 ms per megabyte. */
export async function backup(
  { dataDir, database, events, logKeys, log, now }: Ledger,
  by: EventOrigin,
  target: string,
  { keys = false }: BackupOptions = {},
): Promise<BackupManifest> {
  const at = now();
  const facts = {
    tenant: LOCAL_TENANT,
    at,
    action: "backup.create",
    subject: logKeys.origin,
    detail: { keys },
  } as const;
  await database.group.run(() => events.record(newEvent(by, facts)));
  const checkpoint = await log.force();
  const source = {
    ...{ database, dataDir, checkpoint, origin: logKeys.origin, databaseFile: DATABASE_FILE },
    verifierKeys: logKeys.verifierKeys.map(formatVerifierKey),
    extras: ["calibration.json", "receipts", "old-logs", ...(keys ? ["keys"] : [])],
  };
  return writeBackup(source, target, at);
}

/**
 * Makes a data folder from a backup, every file checked.
 *
 * @param place `dataDir`: not there yet, or empty
 * @throws {AppError} see `restoreFiles`
 */
export async function restoreData(
  place: DataPlace,
  from: string,
  { newOrigin = false }: RestoreOptions = {},
): Promise<Restored> {
  const { dataDir, environment = process.env } = place;
  const manifest = await restoreFiles(from, dataDir);
  const { origin, size, rootHash, verifierKeys } = manifest.log;
  if (!newOrigin) {
    const mark = await readHighWater(userFolders(environment).state, origin);
    return { manifest, origin, signedSince: Math.max(0, (mark?.size ?? 0) - size) };
  }
  // Its receipts stay valid under its own keys, of which only the public ones are needed from now on.
  const aside = join(dataDir, "old-logs", encodeURIComponent(origin));
  await mkdir(aside, { recursive: true, mode: 0o700 });
  if (size > 0) await rename(join(dataDir, "log"), join(aside, "log"));
  await writeFileDurably(join(aside, "verifier-keys"), verifierKeys.map((key) => `${key}\n`).join(""));
  await rm(join(dataDir, "keys"), { recursive: true, force: true });
  const added = await withLedger(place, async ({ database, events, logKeys, log, now }) => {
    const detail = { origin, size, rootHash };
    const facts = {
      tenant: LOCAL_TENANT,
      at: now(),
      action: "log.new-origin",
      subject: logKeys.origin,
      detail,
    } as const;
    await database.group.run(() => events.record(newEvent(LOCAL_ORIGIN, facts)));
    await log.force();
    return { origin: logKeys.origin, verifierKeys: logKeys.verifierKeys };
  });
  await addTrustedLog(trustedLogsPath(environment), [...verifierKeys.map(parseVerifierKey), ...added.verifierKeys]);
  return { manifest, origin: added.origin, signedSince: 0 };
}
