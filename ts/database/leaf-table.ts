import { type BufferedConnection, createCounter } from "./buffered-connection.ts";

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

export function createLeafTable(connection: BufferedConnection): LeafTable {
  const size = connection.prepare("select coalesce(max(leaf_index) + 1, 0) as size from log_leaves");
  const addRow = connection.rows("log_leaves", ["leaf_index", "bytes"]);
  const select = connection.prepare(
    "select bytes from log_leaves where leaf_index >= ? and leaf_index < ? order by leaf_index",
  );
  const count = (): number => Number(size.get()?.size);
  const nextIndex = createCounter(connection, () => count() - 1);
  return {
    count,
    add(leaf) {
      const index = nextIndex("");
      addRow(index, leaf);
      return index;
    },
    range: (from, to) => select.all(from, to).map((row) => row.bytes as Uint8Array),
  };
}
