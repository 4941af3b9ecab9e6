import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { failureKind, isAtLeast, loadDriver } from "../../ts/adapters/sqlite/drivers.ts";
import { migrate } from "../../ts/adapters/sqlite/migrate.ts";
import { openDatabase } from "../../ts/adapters/sqlite/open-database.ts";
import { SQLITE_MIGRATIONS } from "../../ts/migrations/sqlite/all.ts";
import { createFolders } from "../jobs/fixtures.ts";
import { presentDrivers } from "./present-drivers.ts";

const folders = createFolders();
const drivers = await presentDrivers();
afterAll(() => folders.clean());

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const libsql = createRequire(import.meta.url).resolve("libsql");

/** Another process that holds the database of the folder; resolves when it does. */
async function holdFromOutside(folder: string): Promise<{ pid: number; kill(): Promise<void> }> {
  const script = `
    const db = new (require(${JSON.stringify(libsql)}))(${JSON.stringify(join(folder, "ketflow.db"))});
    for (const p of ["locking_mode = exclusive", "journal_mode = wal"]) db.prepare("pragma " + p).all();
    db.exec("begin immediate; commit");
    require("node:fs").writeFileSync(${JSON.stringify(join(folder, "ketflow.lock"))}, process.pid + "\\n");
    console.log("held");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    pid: child.pid ?? 0,
    async kill() {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

describe("a data folder", () => {
  it("is private: folder 0700, files 0600, also the WAL", async () => {
    const folder = join(folders.next(), "a", "b");
    const connection = await openDatabase(folder);
    migrate(connection, SQLITE_MIGRATIONS);
    expect(mode(folder)).toBe("700");
    for (const file of ["ketflow.db", "ketflow.db-wal", "ketflow.lock"])
      expect([file, mode(join(folder, file))]).toEqual([file, "600"]);
    connection.close();
  });

  it("makes an existing database private", async () => {
    const folder = folders.next();
    (await openDatabase(folder)).close();
    chmodSync(join(folder, "ketflow.db"), 0o644);
    const connection = await openDatabase(folder);
    expect(mode(join(folder, "ketflow.db"))).toBe("600");
    connection.close();
  });

  it("has one process: another is told which one holds it, and gets it when that one is killed", async () => {
    const folder = folders.next();
    mkdirSync(folder, { recursive: true });
    const holder = await holdFromOutside(folder);
    await expect(openDatabase(folder)).rejects.toMatchObject({
      code: "conflict",
      message: `the data folder ${folder} is in use by process ${holder.pid}; stop it, or use another folder with --data DIR`,
    });
    await holder.kill();
    expect(readFileSync(join(folder, "ketflow.lock"), "utf8")).toBe(`${holder.pid}\n`); // Left behind, and no obstacle.
    const connection = await openDatabase(folder);
    expect(readFileSync(join(folder, "ketflow.lock"), "utf8")).toBe(`${process.pid}\n`);
    connection.close();
    expect(existsSync(join(folder, "ketflow.lock"))).toBe(false);
  });

  it("can be opened again after it was closed, with what was committed", async () => {
    const folder = folders.next();
    const first = await openDatabase(folder);
    first.exec("create table t (a integer) strict; insert into t values (5)");
    await expect(openDatabase(folder)).rejects.toMatchObject({ code: "conflict" });
    first.close();
    const second = await openDatabase(folder);
    expect(second.prepare("select a from t").get()?.a).toBe(5);
    second.close();
  });

  it("says what is wrong with a folder that cannot be one", async () => {
    const file = join(folders.next(), "file");
    writeFileSync(file, "");
    await expect(openDatabase(join(file, "data"))).rejects.toMatchObject({
      code: "store-unavailable",
      message: expect.stringContaining("(ENOTDIR); use --data DIR"),
    });
  });

  it("refuses a damaged database", async () => {
    const folder = folders.next();
    writeFileSync(join(folder, "ketflow.db"), "not a database, not at all, for sure".repeat(200));
    await expect(openDatabase(folder)).rejects.toMatchObject({ code: "integrity-violation" });
  });
});

describe("migrations", () => {
  const steps = [
    { version: 1, sql: "create table one (a integer) strict" },
    { version: 2, sql: "create table two (a integer) strict" },
  ];

  it("run once, in order, from where the file is", async () => {
    const connection = await openDatabase(folders.next());
    migrate(connection, steps.slice(0, 1));
    migrate(connection, steps);
    migrate(connection, steps);
    expect(
      connection
        .prepare("select name from sqlite_schema order by name")
        .all()
        .map(({ name }) => name),
    ).toEqual(["one", "two"]);
    expect(connection.prepare("pragma user_version").get()?.user_version).toBe(2);
    connection.close();
  });

  it("are all or nothing, each", async () => {
    const connection = await openDatabase(folders.next());
    const broken = { version: 2, sql: "create table two (a integer) strict; create table one (a integer) strict" };
    expect(() => migrate(connection, [...steps.slice(0, 1), broken])).toThrow(/already exists/);
    expect(
      connection
        .prepare("select name from sqlite_schema")
        .all()
        .map(({ name }) => name),
    ).toEqual(["one"]);
    expect(connection.prepare("pragma user_version").get()?.user_version).toBe(1);
    connection.close();
  });

  it("refuse a database of a newer release, and one of another program", async () => {
    const newer = await openDatabase(folders.next());
    migrate(newer, steps);
    expect(() => migrate(newer, steps.slice(0, 1))).toThrow(
      /has schema 2, this release knows schemas up to 1: install the newer/,
    );
    newer.close();
    const foreign = await openDatabase(folders.next());
    foreign.exec("create table recipes (a integer) strict");
    expect(() => migrate(foreign, steps)).toThrow(/not written by Ketflow/);
    foreign.close();
  });

  it("are numbered 1, 2, … without gaps", () => {
    expect(SQLITE_MIGRATIONS.map(({ version }) => version)).toEqual(SQLITE_MIGRATIONS.map((_, k) => k + 1));
  });
});

describe("drivers", () => {
  it.each(drivers)("give bytes as bytes, numbers as numbers and failures by kind: $name", async (driver) => {
    const connection = await openDatabase(folders.next(), driver);
    connection.exec("create table t (a integer primary key, b blob, c text) strict");
    const insert = connection.prepare("insert into t values (?, ?, ?)");
    insert.run(Number.MAX_SAFE_INTEGER, Uint8Array.of(1, 2, 3).subarray(1), null);
    const expected = { a: Number.MAX_SAFE_INTEGER, b: Uint8Array.of(2, 3), c: null };
    expect(connection.prepare("select * from t").get()).toMatchObject(expected);
    expect(connection.prepare("select * from t").all()).toEqual([expected]);
    expect(connection.prepare("select * from t where a = ?").get(1)).toBeUndefined();
    expect(() => insert.run(Number.MAX_SAFE_INTEGER, null, null)).toThrow(
      expect.objectContaining({ kind: "statement" }),
    );
    expect(connection.driver).toMatch(new RegExp(`^${driver.name} \\(SQLite \\d+\\.\\d+\\.\\d+\\)$`));
    connection.close();
  });

  it("is libsql, which commits beside the event loop, also where Node has a newer SQLite", async () =>
    expect((await loadDriver()).name).toBe("libsql"));

  it("say why none of them loads", async () => {
    const refused = loadDriver(["better-sqlite3"]);
    // Where somebody has installed it there is nothing to say.
    if (!drivers.some(({ name }) => name === "better-sqlite3"))
      await expect(refused).rejects.toThrow(/^no driver of SQLite loads here \(better-sqlite3: Cannot find package/);
  });

  it.each([
    ["3.51.3", true],
    ["3.51.10", true],
    ["3.52.0", true],
    ["4.0.0", true],
    ["3.51.2", false],
    ["3.45.1", false],
    ["0", false],
  ])("SQLite %s has the fixed WAL: %s", (version, expected) => expect(isAtLeast(version, [3, 51, 3])).toBe(expected));

  it.each([
    ["SQLITE_FULL", 0, "full"],
    ["ERR_SQLITE_ERROR", 13, "full"],
    ["SQLITE_IOERR_FSYNC", 0, "sync"],
    ["ERR_SQLITE_ERROR", 1034, "sync"],
    ["SQLITE_IOERR_WRITE", 778, "io"],
    ["SQLITE_READONLY_DBMOVED", 1032, "io"],
    ["SQLITE_BUSY", 5, "busy"],
    ["SQLITE_CORRUPT", 11, "corrupt"],
    ["SQLITE_CONSTRAINT_PRIMARYKEY", 1555, "statement"],
  ] as const)("%s (%d) is '%s'", (name, code, kind) => expect(failureKind(name, code)).toBe(kind));
});
