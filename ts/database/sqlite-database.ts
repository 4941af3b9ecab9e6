import { type BufferedConnection, bufferRows } from "./buffered-connection.ts";
import { createGroupCommit, type GroupCommit, type OnCommit } from "./group-commit.ts";
import { createLeafTable, type LeafTable } from "./leaf-table.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

/** One SQLite file as all features share it: one connection, one transaction per turn, one row of log entries. */
export interface SqliteDatabase {
  readonly connection: BufferedConnection;
  /** Every write of every feature goes through it; what is done in one `run` is stored together or not at all. */
  readonly group: GroupCommit;
  readonly leaves: LeafTable;
  /** Writes what is pending and closes the connection. */
  close(): Promise<void>;
}

/** @param unbuffered a connection to a file whose schema is already that of `ts/migrations/sqlite` */
export function createSqliteDatabase(unbuffered: SqliteConnection, onCommit?: OnCommit): SqliteDatabase {
  const connection = bufferRows(unbuffered);
  const group = createGroupCommit(connection, onCommit);
  return {
    connection,
    group,
    leaves: createLeafTable(connection),
    async close() {
      await group.close();
      connection.close();
    },
  };
}
