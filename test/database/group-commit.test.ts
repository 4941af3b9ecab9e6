import { setTimeout } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { withResolvers } from "../../ts/core/with-resolvers.ts";
import { SqliteFailure } from "../../ts/database/sqlite-connection.ts";
import { createSqliteDatabase, type SqliteDatabase } from "../../ts/database/sqlite-database.ts";
import { createFolders, openConnection } from "../jobs/fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

/** One turn of the event loop, in which what was scheduled for it is done. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("while a commit waits for the disk", () => {
  let database: SqliteDatabase;
  /** Commits that have begun; each goes on when the test says so. */
  let commits: { confirm(): void; fail(error: Error): void }[];
  let add: (name: string) => Promise<void>;
  /** How many writes each commit had. */
  let sizes: number[];

  beforeEach(async () => {
    const inner = await openConnection(folders.next());
    inner.exec("create table names (name text not null)");
    commits = [];
    sizes = [];
    const held = {
      ...inner,
      get inTransaction() {
        return inner.inTransaction;
      },
      async commit() {
        const { promise, resolve, reject } = withResolvers<void>();
        commits.push({ confirm: resolve, fail: reject });
        await promise;
        await inner.commit();
      },
    };
    database = createSqliteDatabase(held, (writes) => sizes.push(writes));
    const addName = database.connection.rows("names", ["name"]);
    add = (name) => database.group.run(() => addName(name));
  });

  const names = (): unknown[] =>
    database.connection
      .prepare("select name from names")
      .all()
      .map(({ name }) => name);

  it("what comes meanwhile shares the next one", async () => {
    const first = add("a");
    await turn();
    const later = [add("b"), add("c")];
    await turn();
    later.push(add("d"));
    await turn();
    expect(commits).toHaveLength(1);
    commits[0]?.confirm();
    await first;
    await expect.poll(() => commits.length).toBe(2);
    commits[1]?.confirm();
    await Promise.all(later);
    expect(names()).toEqual(["a", "b", "c", "d"]);
  });

  it("those who waited for it share the next one with those who came meanwhile, where the disk is slow", async () => {
    const first = [add("a"), add("b")];
    await turn();
    const later = [add("c"), add("d")];
    await setTimeout(50);
    commits[0]?.confirm();
    await Promise.all(first);
    await turn();
    later.push(add("e"), add("f"));
    await expect.poll(() => commits.length).toBe(2);
    commits[1]?.confirm();
    await Promise.all(later);
    expect(sizes).toEqual([2, 4]);
  });

  it("enough that came meanwhile are committed before those who waited are answered; a query comes between the two", async () => {
    const first = add("first").then(() => commits.length);
    await turn();
    const later = Array.from({ length: 16 }, (_, k) => add(`later ${k}`));
    const query = database.group.read(names);
    commits[0]?.confirm();
    expect(await first).toBe(2);
    expect(await query).toEqual(["first"]);
    commits[1]?.confirm();
    await Promise.all(later);
    expect(names()).toHaveLength(17);
    expect(sizes).toEqual([1, 16]);
  });

  it("a query waits, so that it sees nothing that the disk has not confirmed", async () => {
    const written = add("a");
    await turn();
    const seen = database.group.read(names);
    commits[0]?.fail(new SqliteFailure("io", "told to fail"));
    await expect(written).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await seen).toEqual([]);
  });

  it("closing waits for it and for what came after it", async () => {
    const first = add("a");
    await turn();
    const later = add("b");
    const closed = database.close();
    commits[0]?.confirm();
    await first;
    await expect.poll(() => commits.length).toBe(2);
    commits[1]?.confirm();
    await Promise.all([later, closed]);
    await expect(add("c")).rejects.toMatchObject({ code: "store-unavailable" });
  });
});

it("libsql commits beside the event loop", async () => {
  const connection = await openConnection(folders.next());
  if (!connection.driver.startsWith("libsql")) return;
  connection.exec("create table names (name text); begin; insert into names values ('a')");
  let isSettled = false;
  const commit = connection.commit().then(() => {
    isSettled = true;
  });
  // What was done on this thread would settle within these, without another turn of the event loop.
  for (let k = 0; k < 20; k++) await Promise.resolve();
  expect(isSettled).toBe(false);
  await commit;
  expect(connection.inTransaction).toBe(false);
  connection.close();
});
