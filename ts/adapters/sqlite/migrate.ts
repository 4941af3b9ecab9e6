import { AppError } from "../../core/errors.ts";
import type { SqliteConnection } from "../../database/sqlite-connection.ts";

/** In the header of every database of ours: "ketf". */
const APPLICATION_ID = 0x6b657466;

/**
 * Brings the schema up to the newest of `migrations`, each step in a transaction of its own.
 *
 * @throws {AppError} `unsupported` when the file is not ours, or was written by a newer release
 */
export function migrate(connection: SqliteConnection, migrations: readonly { version: number; sql: string }[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  const present = readPragma(connection, "user_version");
  const owner = readPragma(connection, "application_id");
  const tables = Number(connection.prepare("select count(*) as tables from sqlite_schema").get()?.tables);
  if (owner !== APPLICATION_ID && tables > 0) {
    throw new AppError("unsupported", "ketflow.db was not written by Ketflow; use another data folder");
  }
  if (present > newest) {
    throw new AppError(
      "unsupported",
      `the data folder has schema ${present}, this release knows schemas up to ${newest}: ` +
        "install the newer release that wrote it, or use another data folder",
    );
  }
  for (const { version, sql } of migrations) {
    if (version <= present) continue;
    connection.exec("begin immediate");
    try {
      connection.exec(sql);
      connection.exec(`pragma application_id = ${APPLICATION_ID}; pragma user_version = ${version}; commit`);
    } catch (error) {
      if (connection.inTransaction) connection.exec("rollback");
      throw error;
    }
  }
}

function readPragma(connection: SqliteConnection, name: "user_version" | "application_id"): number {
  return Number(connection.prepare(`pragma ${name}`).get()?.[name]);
}
