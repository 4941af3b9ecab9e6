/** Values that SQLite keeps without conversion; booleans are refused by types because one driver aborts on them. */
export type SqlValue = string | number | null | Uint8Array;

export type SqlRow = Readonly<Record<string, SqlValue>>;

interface SqlStatement {
  run(...values: readonly SqlValue[]): void;
  get(...values: readonly SqlValue[]): SqlRow | undefined;
  all(...values: readonly SqlValue[]): readonly SqlRow[];
}

/** The one connection to a SQLite file, whichever driver is below it. Failures are {@link SqliteFailure}. */
export interface SqliteConnection {
  /** For people, e.g. `libsql (SQLite 3.45.1)`. */
  readonly driver: string;
  readonly inTransaction: boolean;
  /** How many statements were run that may have written, so that a refusal before the first of them is known to have none. */
  readonly writes: number;
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  /**
   * Commits the open transaction. Where the driver can it does so on a thread of its own, so that this one goes on while the disk
   * syncs; who uses the connection before it settles waits for it, or sees what is not committed yet.
   */
  commit(): Promise<void>;
  close(): void;
}

/**
 * `full`: no space. `busy`: another connection has it. `io`: the disk refused. `sync`: the disk did not confirm a write, so
 * nothing later can be trusted. `corrupt`: the file is damaged. `statement`: the SQL or a constraint.
 */
export type SqliteFailureKind = "full" | "busy" | "io" | "sync" | "corrupt" | "statement";

export class SqliteFailure extends Error {
  readonly kind: SqliteFailureKind;

  constructor(kind: SqliteFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SqliteFailure";
    this.kind = kind;
  }
}
