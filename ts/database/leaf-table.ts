import type { SqliteConnection } from "./sqlite-connection.ts";

/**
 * The entries of the tamper-evident log as rows (`log_leaves`), numbered from 0 without gaps. Synchronous: `add` belongs into
 * the transaction that makes what the entry tells of, so that neither is ever there without the other.
 */
export interface LeafTable {
  count(): number;
  /** @returns the index of the new entry */
  add(leaf: Uint8Array): number;
  /** Entries `from` to `to`, the end excluded; fewer when the log is shorter. */
  range(from: number, to: number): Uint8Array[];
}

export function createLeafTable(connection: SqliteConnection): LeafTable {
  const size = connection.prepare("select coalesce(max(leaf_index) + 1, 0) as size from log_leaves");
  const insert = connection.prepare("insert into log_leaves (leaf_index, bytes) values (?, ?)");
  const select = connection.prepare(
    "select bytes from log_leaves where leaf_index >= ? and leaf_index < ? order by leaf_index",
  );
  const count = (): number => Number(size.get()?.size);
  return {
    count,
    add(leaf) {
      const index = count();
      insert.run(index, leaf);
      return index;
    },
    range: (from, to) => select.all(from, to).map((row) => row.bytes as Uint8Array),
  };
}
