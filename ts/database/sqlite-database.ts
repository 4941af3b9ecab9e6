import { createGroupCommit, type GroupCommit, type OnCommit } from "./group-commit.ts";
import { createLeafTable, type LeafTable } from "./leaf-table.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** One SQLite file as all features share it: one connection, one transaction per turn, one row of log entries. */
export interface SqliteDatabase {
  readonly connection: SqliteConnection;
  /** Every write of every feature goes through it; what is done in one `run` is stored together or not at all. */
  readonly group: GroupCommit;
  readonly leaves: LeafTable;
  /** Writes what is pending and closes the connection. */
  close(): void;
}

/** @param connection to a file whose schema is already that of `ts/migrations/sqlite` */
export function createSqliteDatabase(connection: SqliteConnection, onCommit?: OnCommit): SqliteDatabase {
  const group = createGroupCommit(connection, onCommit);
  return {
    connection,
    group,
    leaves: createLeafTable(connection),
    close() {
      group.close();
      connection.close();
    },
  };
}
