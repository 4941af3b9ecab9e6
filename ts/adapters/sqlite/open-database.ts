import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, errnoOf } from "../../core/errors.ts";
import { refusalOf } from "../../database/failure.ts";
import { type SqliteConnection, SqliteFailure } from "../../database/sqlite-connection.ts";
import { type LoadedDriver, loadDriver } from "./drivers.ts";

export const DATABASE_FILE = "ketflow.db";
const LOCK_FILE = "ketflow.lock";

/**
 * Opens the database of a data folder for this process alone, with WAL and a sync of the disk at every commit.
 *
 * SQLite's exclusive lock is what keeps a second process out: the kernel lifts it when its holder dies, so it can never be
 * stale. The lock file beside it only tells people which process that is.
 *
 * @throws {AppError} `conflict` naming the process that uses the folder
 */
export async function openDatabase(folder: string, driver?: LoadedDriver): Promise<SqliteConnection> {
  const { open } = driver ?? (await loadDriver());
  try {
    return lockedConnection(folder, open);
  } catch (error) {
    if (error instanceof SqliteFailure && error.kind === "busy") throw inUse(folder, error);
    throw refusalOf(error);
  }
}

function lockedConnection(folder: string, open: LoadedDriver["open"]): SqliteConnection {
  createPrivately(folder);
  const connection = open(join(folder, DATABASE_FILE));
  try {
    // Exclusive before WAL: the index of the WAL then lives in this process's memory and no second connection can exist.
    connection.exec("pragma locking_mode = exclusive; pragma journal_mode = wal");
    connection.exec("pragma synchronous = full; pragma foreign_keys = on");
    connection.exec("begin immediate; commit");
    checkDurability(connection);
    writeFileSync(join(folder, LOCK_FILE), `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    ...connection,
    get inTransaction() {
      return connection.inTransaction;
    },
    get writes() {
      return connection.writes;
    },
    close() {
      rmSync(join(folder, LOCK_FILE), { force: true });
      try {
        // libsql keeps the file open until its statements are collected, so the lock is given back by hand; SQLite gives back
        // an exclusive lock only outside WAL. What was committed is in the WAL or in the file, whichever step fails.
        connection.exec("pragma journal_mode = delete; pragma locking_mode = normal; pragma user_version");
      } catch (error) {
        // On a full disk the WAL cannot be folded into the file: it stays beside it, and the next opening does that.
        if (!(error instanceof SqliteFailure && error.kind === "full")) throw error;
      } finally {
        connection.close();
      }
    },
  };
}

/** Folder 0700, files 0600: SQLite gives the WAL the permissions of the database file. */
function createPrivately(folder: string): void {
  try {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(join(folder, DATABASE_FILE), "a", 0o600));
    chmodSync(join(folder, DATABASE_FILE), 0o600);
  } catch (cause) {
    const reason = errnoOf(cause) ?? "unknown";
    if (reason === "ENOSPC")
      throw new AppError("storage-full", `no space to create the data folder ${folder}`, { cause });
    throw new AppError("store-unavailable", `cannot write to the data folder ${folder} (${reason}); use --data DIR`, {
      cause,
    });
  }
}

function checkDurability(connection: SqliteConnection): void {
  const mode = connection.prepare("pragma journal_mode").get()?.journal_mode;
  const synchronous = connection.prepare("pragma synchronous").get()?.synchronous;
  if (mode === "wal" && synchronous === 2) return;
  throw new AppError(
    "store-unavailable",
    `${connection.driver} does not give durable commits here (journal_mode ${mode}, synchronous ${synchronous}); ` +
      "put the data folder on a local disk",
  );
}

function inUse(folder: string, cause: SqliteFailure): AppError {
  const holder = readHolder(folder);
  const who = holder === undefined ? "another process" : `process ${holder}`;
  return new AppError(
    "conflict",
    `the data folder ${folder} is in use by ${who}; stop it, or use another folder with --data DIR`,
    {
      cause,
    },
  );
}

/** The process that wrote the lock file, if it lives: between taking the lock and writing the file there is a moment. */
function readHolder(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, LOCK_FILE), "utf8"), 10);
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // EPERM: it lives and belongs to another user, so the file was readable but the signal was not allowed.
    if (errnoOf(error) !== "EPERM") return undefined;
    return Number.parseInt(readFileSync(join(folder, LOCK_FILE), "utf8"), 10);
  }
}
