import { AppError, messageOf } from "../../core/errors.ts";
import {
  type SqliteConnection,
  SqliteFailure,
  type SqliteFailureKind,
  type SqlRow,
  type SqlValue,
} from "../../database/sqlite-connection.ts";

/** What better-sqlite3, node:sqlite and libsql have in common, as far as it is used here. */
interface DriverDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): DriverStatement;
  close(): unknown;
  readonly inTransaction?: boolean;
  readonly isTransaction?: boolean;
}

interface DriverStatement {
  run(...values: readonly Bound[]): unknown;
  get(...values: readonly Bound[]): unknown;
  all(...values: readonly Bound[]): readonly unknown[];
}

/** A value, or all of them in one array. */
type Bound = SqlValue | readonly SqlValue[];

type DatabaseClass = new (path: string, options?: { timeout: number }) => DriverDatabase;

/** Runs SQL on a connection beside the event loop, on a thread of the driver's. */
type ExecAside = (database: DriverDatabase, sql: string) => Promise<unknown>;

/**
 * In the order in which they are taken: only libsql commits beside the event loop, which is worth more than what the others do faster
 * (docs/decisions/0041-libsql-first.md).
 */
export const DRIVERS = ["libsql", "better-sqlite3", "node:sqlite"] as const;
export type DriverName = (typeof DRIVERS)[number];

/**
 * SQLite before 3.51.3 can lose a commit when a checkpoint of one connection meets the reset of the WAL by another. Where the
 * file is locked to one connection, as here, the fault cannot occur; of the drivers that do not come with the package none is taken with it.
 */
const WAL_RESET_FIXED = [3, 51, 3] as const;

/** The oldest SQLite whose features the schema uses: strict tables, 3.37. */
const OLDEST = [3, 37, 0] as const;

export interface LoadedDriver {
  readonly name: DriverName;
  open(path: string): SqliteConnection;
}

/**
 * The first driver that is present and new enough; libsql comes with the package, but its binary for this platform is an optional
 * dependency, which some installations leave out.
 *
 * @throws {AppError} `unsupported` with the reason for each
 */
export async function loadDriver(names: readonly DriverName[] = DRIVERS): Promise<LoadedDriver> {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      const Database = await loadDatabaseClass(name);
      const version = sqliteVersion(Database);
      const minimum = name === "libsql" ? OLDEST : WAL_RESET_FIXED;
      if (!isAtLeast(version, minimum)) throw new Error(`has SQLite ${version}, before ${minimum.join(".")}`);
      const execAside = name === "libsql" ? await loadExecAside(Database) : undefined;
      return { name, open: (path) => connect(name, Database, path, execAside) };
    } catch (cause) {
      reasons.push(`${name}: ${messageOf(cause)}`);
    }
  }
  const remedy = "run: npm install libsql --include=optional";
  throw new AppError("unsupported", `no driver of SQLite loads here (${reasons.join("; ")}); ${remedy}`);
}

async function loadDatabaseClass(name: DriverName): Promise<DatabaseClass> {
  if (name === "libsql") return (await import("libsql")).default as unknown as DatabaseClass;
  if (name === "node:sqlite") return nodeSqlite();
  // Not a dependency: taken where the user has installed it.
  const specifier: string = name;
  return ((await import(specifier)) as { default: DatabaseClass }).default;
}

/**
 * libsql's class with promises runs `exec` on a thread of the driver's, and works on a connection that the other class opened. That
 * is not documented, so it is tried; without it commits wait for the disk.
 */
async function loadExecAside(Database: DatabaseClass): Promise<ExecAside | undefined> {
  try {
    const { prototype } = (await import("libsql/promise")).default;
    const execAside: ExecAside = (database, sql) => prototype.exec.call(database, sql);
    const database = new Database(":memory:");
    await execAside(database, "begin; commit");
    database.close();
    return execAside;
  } catch {
    return undefined;
  }
}

function nodeSqlite(): DatabaseClass {
  const emitWarning = process.emitWarning;
  // Node 22 and 24 announce the module as experimental on stderr, which belongs to the user's progress.
  process.emitWarning = () => undefined;
  try {
    // By a string, because the types of Node 20 do not know the module.
    const specifier: string = "node:sqlite";
    const module = process.getBuiltinModule(specifier) as unknown as { DatabaseSync: DatabaseClass } | undefined;
    if (module === undefined) throw new Error("this Node has none");
    return module.DatabaseSync;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function sqliteVersion(Database: DatabaseClass): string {
  const database = new Database(":memory:");
  const row = database.prepare("select sqlite_version() as version").get() as { version: string };
  database.close();
  return row.version;
}

export function isAtLeast(version: string, minimum: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [k, least] of minimum.entries()) {
    const part = parts[k] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

function connect(name: DriverName, Database: DatabaseClass, path: string, execAside?: ExecAside): SqliteConnection {
  // better-sqlite3 would hold the event loop for 5 s before it says that another process has the file.
  const database = guarded(() => new Database(path, { timeout: 0 }));
  const version = guarded(() => database.prepare("select sqlite_version() as version").get() as { version: string });
  // As one array where the driver takes one: for twelve values libsql then needs 8 µs instead of 17.
  const bound = (values: readonly SqlValue[]): readonly Bound[] => (name === "node:sqlite" ? values : [values]);
  let writes = 0;
  return {
    get writes() {
      return writes;
    },
    driver: `${name} (SQLite ${version.version})`,
    get inTransaction() {
      return (database.inTransaction ?? database.isTransaction) === true;
    },
    exec: (sql) => guarded(() => void database.exec(sql)),
    prepare(sql) {
      const statement = guarded(() => database.prepare(sql));
      return {
        run(...values) {
          writes++;
          guarded(() => void statement.run(...bound(values)));
        },
        get: (...values) => guarded(() => toRow(statement.get(...bound(values)))),
        all: (...values) => guarded(() => statement.all(...bound(values)).map((row) => toRow(row) ?? {})),
      };
    },
    async commit() {
      if (execAside === undefined) return guarded(() => void database.exec("commit"));
      try {
        await execAside(database, "commit");
      } catch (cause) {
        throw toFailure(cause);
      }
    },
    close: () => guarded(() => void database.close()),
  };
}

/** Blobs as plain byte arrays: libsql gives Buffer from `get` and ArrayBuffer from `all`. */
function toRow(row: unknown): SqlRow | undefined {
  if (row === undefined || row === null) return undefined;
  const values = row as Record<string, SqlValue | ArrayBuffer>;
  for (const [column, value] of Object.entries(values)) {
    if (value instanceof ArrayBuffer) values[column] = new Uint8Array(value);
    else if (Buffer.isBuffer(value)) values[column] = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  return values as SqlRow;
}

function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw toFailure(cause);
  }
}

function toFailure(cause: unknown): SqliteFailure {
  const { code, rawCode, errcode, message } = cause as Partial<
    Record<"code" | "rawCode" | "errcode" | "message", unknown>
  >;
  return new SqliteFailure(failureKind(String(code), Number(rawCode ?? errcode ?? 0)), String(message), { cause });
}

const IOERR = 10;
const IOERR_FSYNC = IOERR | (4 << 8);
const IOERR_DIR_FSYNC = IOERR | (5 << 8);

/** From the name (better-sqlite3, libsql) or the extended result code (libsql, node:sqlite) of SQLite. */
export function failureKind(name: string, extendedCode: number): SqliteFailureKind {
  const primary = extendedCode & 0xff;
  if (name === "SQLITE_FULL" || primary === 13) return "full";
  if (name.startsWith("SQLITE_BUSY") || name.startsWith("SQLITE_LOCKED") || primary === 5 || primary === 6)
    return "busy";
  if (/^SQLITE_IOERR_(DIR_)?FSYNC$/.test(name) || extendedCode === IOERR_FSYNC || extendedCode === IOERR_DIR_FSYNC)
    return "sync";
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(name) || primary === 11 || primary === 26) return "corrupt";
  const disk = /^SQLITE_(IOERR|CANTOPEN|READONLY)/.test(name) || [8, IOERR, 14].includes(primary);
  return disk ? "io" : "statement";
}
