import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { type BufferedConnection, bufferRows, createCounter } from "../../ts/database/buffered-connection.ts";
import type { SqliteConnection } from "../../ts/database/sqlite-connection.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../ts/database/sqlite-database.ts";
import { createFolders, openConnection } from "../jobs/fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

let ran: string[];
let connection: BufferedConnection;

/** The connection, with the text of each statement that it runs. */
function recording(inner: SqliteConnection): SqliteConnection {
  return {
    ...inner,
    get writes() {
      return inner.writes;
    },
    get inTransaction() {
      return inner.inTransaction;
    },
    prepare(sql) {
      const statement = inner.prepare(sql);
      return {
        ...statement,
        run(...values) {
          ran.push(sql);
          statement.run(...values);
        },
      };
    },
  };
}

beforeEach(async () => {
  ran = [];
  const inner = await openConnection(folders.next());
  inner.exec("create table parents (id integer primary key, name text not null unique)");
  inner.exec("create table children (parent integer not null references parents (id), age integer not null)");
  connection = bufferRows(recording(inner));
});

describe("rows that are gathered", () => {
  it.each([1, 15, 16, 63, 64, 65, 150, 3000])("are all there for whoever asks: %d of them", (count) => {
    const add = connection.rows("parents", ["id", "name"]);
    for (let k = 0; k < count; k++) add(k, `name ${k}`);
    const found = connection.prepare("select id, name from parents order by id").all();
    expect(found).toEqual(Array.from({ length: count }, (_, k) => ({ id: k, name: `name ${k}` })));
    expect(ran.length).toBeLessThanOrEqual(count / 64 + 9);
  });

  it("of a table with its own answer to conflicts do as it says, within one statement too", () => {
    const add = connection.rows(
      "parents",
      ["id", "name"],
      "on conflict (id) do update set name = name || excluded.name",
    );
    for (let k = 0; k < 64; k++) add(k % 2, String(k % 2));
    const found = connection.prepare("select id, length(name) as length from parents order by id").all();
    expect(found).toEqual([
      { id: 0, length: 32 },
      { id: 1, length: 32 },
    ]);
    expect(ran.length).toBe(1);
  });

  it("are counted as writes at once, and written before another statement runs", () => {
    const add = connection.rows("parents", ["id", "name"]);
    const before = connection.writes;
    add(1, "a");
    expect(connection.writes).toBeGreaterThan(before);
    expect(ran).toEqual([]);
    connection.prepare("update parents set name = 'b'").run();
    expect(ran).toEqual([expect.stringContaining("insert into parents"), "update parents set name = 'b'"]);
    expect(connection.prepare("select name from parents").get()).toMatchObject({ name: "b" });
  });

  it("go behind the rows that they refer to, whatever was added first", () => {
    const parent = connection.rows("parents", ["id", "name"]);
    const child = connection.rows("children", ["parent", "age"]);
    child(1, 5);
    parent(1, "a");
    expect(connection.prepare("select count(*) as n from children").get()).toMatchObject({ n: 1 });
  });

  it("are forgotten with what was rolled back", () => {
    const add = connection.rows("parents", ["id", "name"]);
    const nextId = createCounter(connection, () => {
      return Number(connection.prepare("select coalesce(max(id), 0) as id from parents").get()?.id);
    });
    expect([nextId(""), nextId("")]).toEqual([1, 2]);
    add(1, "a");
    connection.forgetRows();
    expect(connection.prepare("select count(*) as n from parents").get()).toMatchObject({ n: 0 });
    expect(nextId("")).toBe(1);
  });
});

describe("a transaction of gathered rows", () => {
  let database: SqliteDatabase;
  let add: (id: number, name: string) => void;

  beforeEach(async () => {
    const inner = await openConnection(folders.next());
    inner.exec("create table parents (id integer primary key, name text not null unique)");
    database = createSqliteDatabase(inner);
    add = database.connection.rows("parents", ["id", "name"]);
  });

  const names = () => database.connection.prepare("select name from parents order by id").all();

  it("refuses the write whose row breaks a constraint, and none of its neighbours", async () => {
    const writes = ["a", "b", "a", "c"].map((name, id) => database.group.run(() => add(id, name)));
    const settled = await Promise.allSettled(writes);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(names()).toEqual([{ name: "a" }, { name: "b" }, { name: "c" }]);
  });

  it("answers a refused statement as the store's own fault, without quoting it, and what a write throws as it is", async () => {
    const insert = database.connection.prepare("insert into parents (id, name) values (?, ?)");
    const duplicate = database.group.run(() => {
      add(1, "a");
      insert.run(1, "b");
    });
    const refused = database.group.run(() => {
      throw new AppError("conflict", "it is there already");
    });
    await expect(duplicate).rejects.toMatchObject({
      code: "internal",
      message: expect.not.stringContaining("parents"),
    });
    await expect(refused).rejects.toMatchObject({ code: "conflict" });
    expect(names()).toEqual([]);
  });

  it("leaves no row of a write that throws, and keeps those of its neighbours", async () => {
    const first = database.group.run(() => add(1, "a"));
    const second = database.group.run(() => {
      add(2, "b");
      throw new Error("changed its mind");
    });
    const third = database.group.run(() => add(3, "c"));
    await expect(second).rejects.toThrow("changed its mind");
    await Promise.all([first, third]);
    expect(names()).toEqual([{ name: "a" }, { name: "c" }]);
  });
});
