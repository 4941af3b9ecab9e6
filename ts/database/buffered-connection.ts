import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";

/** Adds a row to the end of a table: at once for whoever asks the database, in one statement with its neighbours for the driver. */
type AddRow = (...values: readonly SqlValue[]) => void;

/**
 * A connection that gathers new rows and writes those of a table together, before it runs anything else: entering a native driver
 * costs about as much as SQLite needs for a small row. Refusals by constraints come as late as the rows are written; the
 * transaction is then done again, one write at a time (group-commit.ts).
 */
export interface BufferedConnection extends SqliteConnection {
  /**
   * Tables are written in the order in which they were named here: a row goes behind those that it refers to.
   *
   * @param onConflict what becomes of a row that is there, such as `on conflict do nothing`; refused when left out
   */
  rows(table: string, columns: readonly string[], onConflict?: string): AddRow;
  /** What was gathered was rolled back. */
  forgetRows(): void;
  /** How often rows were forgotten: what was counted in memory has to be counted again. */
  readonly rollbacks: number;
}

/** Rows in one statement: each size is compiled once. The last has to be 1. */
const SIZES = [64, 16, 4, 1];

/** Gathered up to here, so that a transaction of many megabytes is not twice in memory. */
const MOST_ROWS = 1024;

class Table {
  readonly #connection: SqliteConnection;
  readonly #insert: string;
  readonly #row: string;
  readonly #onConflict: string;
  readonly #width: number;
  readonly #statements = new Map<number, ReturnType<SqliteConnection["prepare"]>>();
  #values: SqlValue[] = [];

  constructor(connection: SqliteConnection, table: string, columns: readonly string[], onConflict: string) {
    this.#connection = connection;
    this.#onConflict = ` ${onConflict}`;
    this.#insert = `insert into ${table} (${columns.join(", ")}) values `;
    this.#row = `(${columns.map(() => "?").join(", ")})`;
    this.#width = columns.length;
  }

  get rows(): number {
    return this.#values.length / this.#width;
  }

  add(values: readonly SqlValue[]): void {
    for (const value of values) this.#values.push(value);
  }

  forget(): void {
    this.#values = [];
  }

  write(): void {
    const values = this.#values;
    this.#values = [];
    let at = 0;
    for (const size of SIZES) {
      const length = size * this.#width;
      for (; values.length - at >= length; at += length) {
        this.#statement(size).run(...(values.length === length ? values : values.slice(at, at + length)));
      }
    }
  }

  #statement(size: number): ReturnType<SqliteConnection["prepare"]> {
    let statement = this.#statements.get(size);
    if (statement === undefined) {
      statement = this.#connection.prepare(
        this.#insert + Array<string>(size).fill(this.#row).join(", ") + this.#onConflict,
      );
      this.#statements.set(size, statement);
    }
    return statement;
  }
}

export function bufferRows(connection: SqliteConnection): BufferedConnection {
  const tables: Table[] = [];
  let gathered = 0;
  let added = 0;
  let rollbacks = 0;

  function writeRows(): void {
    if (gathered === 0) return;
    gathered = 0;
    for (const table of tables) table.write();
  }

  return {
    driver: connection.driver,
    get inTransaction() {
      return connection.inTransaction;
    },
    get writes() {
      return connection.writes + added;
    },
    get rollbacks() {
      return rollbacks;
    },
    exec(sql) {
      writeRows();
      connection.exec(sql);
    },
    prepare(sql) {
      const statement = connection.prepare(sql);
      return {
        run(...values) {
          writeRows();
          statement.run(...values);
        },
        get(...values) {
          writeRows();
          return statement.get(...values);
        },
        all(...values) {
          writeRows();
          return statement.all(...values);
        },
      };
    },
    rows(name, columns, onConflict = "") {
      const table = new Table(connection, name, columns, onConflict);
      tables.push(table);
      return (...values) => {
        table.add(values);
        added++;
        if (++gathered >= MOST_ROWS) writeRows();
      };
    },
    commit() {
      writeRows();
      return connection.commit();
    },
    forgetRows() {
      rollbacks++;
      gathered = 0;
      for (const table of tables) table.forget();
    },
    close: () => connection.close(),
  };
}

/**
 * Counts on from what the table holds: asked once, then kept until something is rolled back. Only for numbers that no other
 * statement gives.
 */
export function createCounter(connection: BufferedConnection, ask: (key: string) => number): (key: string) => number {
  const last = new Map<string, number>();
  let known = connection.rollbacks;
  return (key) => {
    if (known !== connection.rollbacks) {
      last.clear();
      known = connection.rollbacks;
    }
    const next = (last.get(key) ?? ask(key)) + 1;
    last.set(key, next);
    return next;
  };
}
