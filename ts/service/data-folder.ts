import { existsSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../adapters/sqlite/migrate.ts";
import { DATABASE_FILE, openDatabase } from "../adapters/sqlite/open-database.ts";
import type { EventStore } from "../audit/event-store.ts";
import { createSqliteEventStore } from "../audit/event-store-sqlite.ts";
import { type LogKeys, openLogKeys } from "../audit/keys.ts";
import { LogWriter } from "../audit/log-writer.ts";
import { loadMldsa } from "../audit/mldsa.ts";
import type { EventOrigin } from "../audit/new-event.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { userFolders } from "../core/user-folders.ts";
import { refusalOf } from "../database/failure.ts";
import type { OnCommit } from "../database/group-commit.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../database/sqlite-database.ts";
import { SQLITE_MIGRATIONS } from "../migrations/sqlite/all.ts";

export interface DataPlace {
  dataDir: string;
  /** XDG variables and HOME decide where trusted logs and the high-water mark lie; `process.env` by default. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Whoever may run commands on the data folder. */
export const LOCAL_ORIGIN: EventOrigin = {
  actor: { kind: "local", id: "local", role: "operator" },
  requestId: null,
};

/** Store, events and log of a data folder: what the operator's commands need, and no engine. */
export interface Ledger {
  readonly dataDir: string;
  readonly database: SqliteDatabase;
  readonly events: EventStore;
  readonly logKeys: LogKeys;
  readonly log: LogWriter;
  readonly now: Clock;
}

/** Opens the database of a data folder, which is locked and made where it is not there, with today's schema. */
export async function openDataFolder(dataDir: string, onCommit?: OnCommit): Promise<SqliteDatabase> {
  const connection = await openDatabase(dataDir);
  try {
    migrate(connection, SQLITE_MIGRATIONS);
    return createSqliteDatabase(connection, onCommit);
  } catch (error) {
    connection.close();
    throw refusalOf(error);
  }
}

/** As {@link openDataFolder}, but makes nothing. @throws {AppError} `not-found` where there is no data */
export async function openExistingData(dataDir: string): Promise<SqliteDatabase> {
  if (existsSync(join(dataDir, DATABASE_FILE))) return openDataFolder(dataDir);
  throw new AppError("not-found", `there is no data in ${dataDir}; give its folder with --data`);
}

/**
 * Lends the ledger of a data folder to `work`, alone.
 *
 * @throws {AppError} `not-found` without data, `conflict` while another process has the folder, `integrity-violation` when the store
 *   no longer holds what its log signed
 */
export async function withLedger<T>(
  { dataDir, environment }: DataPlace,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const [database, mldsa] = await Promise.all([openExistingData(dataDir), loadMldsa()]);
  let logKeys: LogKeys | undefined;
  let log: LogWriter | undefined;
  try {
    logKeys = await openLogKeys(join(dataDir, "keys"), mldsa, join(dataDir, "log"));
    log = await LogWriter.open({
      directory: join(dataDir, "log"),
      stateDirectory: userFolders(environment ?? process.env).state,
      keys: logKeys,
      mldsa,
      source: {
        size: () => database.group.read(() => database.leaves.count()),
        leaves: (from, to) => database.group.read(() => database.leaves.range(from, to)),
      },
      now: systemClock,
    });
    return await work({ dataDir, database, events: createSqliteEventStore(database), logKeys, log, now: systemClock });
  } finally {
    await log?.close();
    logKeys?.close();
    await database.close();
  }
}
