import { join } from "node:path";
import { checkEvents } from "../audit/check-events.ts";
import { checkLeafRows, checkLog, type LogFolder, repairLog } from "../audit/check-log.ts";
import type { Check } from "../audit/checkpoint.ts";
import { readLogKeys } from "../audit/keys.ts";
import { loadMldsa } from "../audit/mldsa.ts";
import { systemClock } from "../core/clock.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { userFolders } from "../core/user-folders.ts";
import { refusalOf } from "../database/failure.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { checkOutcomes } from "../jobs/check-outcomes.ts";
import { type DataPlace, openExistingData } from "./data-folder.ts";

/**
 * Reads everything that a data folder holds and compares it: the database file, each job and each audit event with its log entry,
 * and the log's rows with its files and its signed heads. Nothing is written unless `repair` is set.
 *
 * @param options `repair`: afterwards the log's files are written anew from the rows where the rows give every signed root
 * @returns the checks in order, after the repair where one was made
 * @throws {AppError} `not-found` without data, `conflict` while another process has the folder
 */
export async function checkData({ dataDir, environment, repair }: DataPlace & { repair?: boolean }): Promise<Check[]> {
  const [database, mldsa] = await Promise.all([openExistingData(dataDir), loadMldsa()]);
  const keys = await readLogKeys(join(dataDir, "keys"), mldsa).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  try {
    const stateDirectory = userFolders(environment ?? process.env).state;
    const log: LogFolder = { database, directory: join(dataDir, "log"), stateDirectory, keys, mldsa };
    const checks = [
      guarded("database", () => checkFile(database)),
      guarded("leaves", () => checkLeafRows(database)),
      guarded("jobs", () => checkOutcomes(database)),
      guarded("events", () => checkEvents(database)),
    ];
    const ofLog = await checkLog(log);
    if (repair !== true || ofLog.every((check) => check.ok)) return [...checks, ...ofLog];
    const repaired = await repairChecked(log);
    return [...checks, ...(await checkLog(log)), repaired];
  } catch (error) {
    throw refusalOf(error);
  } finally {
    keys?.close();
    await database.close();
  }
}

/** What cannot be read has not passed: a damaged page ends one check, not the others. */
function guarded(name: string, check: () => Check): Check {
  try {
    return check();
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}

async function repairChecked(log: LogFolder): Promise<Check> {
  try {
    await repairLog(log, systemClock);
    return { name: "repair", ok: true, detail: "the log's files were written anew from the store" };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { name: "repair", ok: false, detail: `refused: ${error.message}` };
  }
}

/** SQLite's own check of every page, index and reference. */
function checkFile({ connection }: SqliteDatabase): Check {
  const faults = [
    ...connection
      .prepare("pragma integrity_check")
      .all()
      .map((row) => String(row.integrity_check)),
    ...connection
      .prepare("pragma foreign_key_check")
      .all()
      .map((row) => `a row of ${row.table} refers to nothing`),
  ].filter((fault) => fault !== "ok");
  const pages = connection.prepare("pragma page_count").get()?.page_count;
  const detail =
    faults.length === 0 ? `integrity_check of ${pages} pages` : `${faults.length} faults, first: ${faults[0]}`;
  return { name: "database", ok: faults.length === 0, detail };
}
