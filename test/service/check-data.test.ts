import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../ts/adapters/sqlite/open-database.ts";
import type { Check } from "../../ts/audit/checkpoint.ts";
import { checkData } from "../../ts/service/check-data.ts";
import { type DataPlace, openDataFolder, withLedger } from "../../ts/service/data-folder.ts";
import { fill, machine } from "./data-fixture.ts";

const NAMES = ["database", "leaves", "jobs", "events", "checkpoint", "tiles", "high-water", "rows"];
const failures = (checks: readonly Check[]): string[] => checks.filter(({ ok }) => !ok).map(({ name }) => name);
const detailOf = (checks: readonly Check[], name: string): string =>
  checks.find((check) => check.name === name)?.detail ?? "";

/** Runs SQL in the folder's database, past the triggers that forbid it. */
async function tamper({ dataDir }: DataPlace, ...statements: string[]): Promise<void> {
  const connection = await openDatabase(dataDir);
  const triggers = connection.prepare("select name from sqlite_schema where type = 'trigger'").all();
  for (const { name } of triggers) connection.exec(`drop trigger ${name}`);
  connection.exec("pragma foreign_keys = off");
  for (const sql of statements) connection.exec(sql);
  connection.close();
}

describe("checkData", () => {
  it("finds a folder whole, and says how much it looked at", async () => {
    const place = machine();
    await fill(place, undefined, 300);
    const checks = await checkData(place);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual(NAMES.map((name) => [name, true]));
    expect(detailOf(checks, "leaves")).toBe("303 log entries, numbered without gaps");
    expect(detailOf(checks, "jobs")).toContain("3 jobs: inputs are there; of the 2 final ones");
    expect(detailOf(checks, "events")).toContain("2 audit events: columns, sequence and, for 1 with a log entry");
    expect(detailOf(checks, "checkpoint")).toContain("303 of 303 entries signed at");
    expect(detailOf(checks, "tiles")).toContain("303 entries in the files");
    expect(detailOf(checks, "rows")).toContain("the signed root of 303");
  });

  it("reads an empty folder and one that nobody signed for", async () => {
    const place = machine();
    await expect(checkData(place)).rejects.toMatchObject({ code: "not-found" });
    (await openDataFolder(place.dataDir)).close();
    expect(failures(await checkData(place))).toEqual([]);
    await withLedger(place, async () => undefined); // makes keys
    expect(failures(await checkData(place))).toEqual([]);
  });

  it.each<[string, string, string, string]>([
    ["a salt", "update jobs set salt = zeroblob(32) where status = 'succeeded'", "jobs", "has another actorCommitment"],
    ["a job's seed", `update jobs set record = replace(record, '"seed":7', '"seed":8')`, "jobs", "3 of 3 jobs"],
    ["a state", "update jobs set status = 'failed' where status = 'cancelled'", "jobs", "column status"],
    ["an input", "update inputs set source = x'00'", "jobs", "not the one that was submitted"],
    ["a lost input", "delete from inputs", "jobs", "its input is missing"],
    ["a result", "update results set container = x'00'", "jobs", "its result is not the one"],
    ["a lost result", "delete from results", "jobs", "its result is missing"],
    ["a record that is no JSON", "update jobs set record = '{'", "jobs", "JSON"],
    [
      "an event's subject",
      "update audit_events set subject = 'x'",
      "events",
      "column subject is not what the record says",
    ],
    [
      "an event's detail",
      `update audit_events set record = replace(record, '"rules":2', '"rules":3')`,
      "events",
      "1 of 2",
    ],
    ["a lost event", "delete from audit_events where sequence = 1", "events", " is missing"],
    [
      "an event's place",
      "update audit_events set leaf_index = 1 where leaf_index = 2",
      "events",
      "does not commit to it",
    ],
  ])("finds %s that was altered", async (_, sql, name, detail) => {
    const place = machine();
    await fill(place);
    await tamper(place, sql);
    const checks = await checkData(place);
    expect(failures(checks)).toEqual([name]);
    expect(detailOf(checks, name)).toContain(detail === "3 of 3 jobs" ? "2 of 3 jobs" : detail);
  });

  it("finds a lost event by the number of the one after it, too", async () => {
    const place = machine();
    await fill(place);
    await fill(place);
    await tamper(place, "delete from audit_events where sequence = 1");
    const checks = await checkData(place);
    expect(failures(checks)).toEqual(["events"]);
    expect(detailOf(checks, "events")).toMatch(/^2 of .*the events before it are missing from 1 on/);
  });

  it("finds an altered log row by its job and by the signed root, and a lost one by its number too", async () => {
    const place = machine();
    await fill(place);
    await tamper(place, "update log_leaves set bytes = x'7b7d' where leaf_index = 1");
    expect(failures(await checkData(place))).toEqual(["jobs", "rows"]);
    await tamper(place, "delete from log_leaves where leaf_index = 1");
    expect(failures(await checkData(place))).toEqual(["leaves", "jobs", "rows"]);
  });

  it("finds a damaged page of the database file", async () => {
    const place = machine();
    await fill(place, undefined, 300);
    const path = join(place.dataDir, "ketflow.db");
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf("entry of a deleted job 150") - 60;
    bytes.fill(0xee, at - (at % 4096), at - (at % 4096) + 100);
    writeFileSync(path, bytes);
    expect(failures(await checkData(place))).toEqual(expect.arrayContaining(["database", "rows"]));
  });

  it("has the folder to itself", async () => {
    const place = machine();
    await fill(place);
    await withLedger(place, async () => {
      await expect(checkData(place)).rejects.toMatchObject({ code: "conflict" });
    });
  });
});

describe("repair", () => {
  const damages: [string, (path: string) => void][] = [
    ["deleted", (path) => rmSync(path)],
    ["truncated", (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    [
      "altered by one bit",
      (path) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, k) => (k === 700 ? byte ^ 1 : byte)),
        ),
    ],
  ];

  it.each(
    ["tile/0/000", "tile/entries/000", "tile/0/001.p/47"].flatMap((file) =>
      damages.map(([how, damage]) => ({ file, how, damage })),
    ),
  )("writes $file anew that was $how", async ({ file, damage }) => {
    const place = machine();
    await fill(place, undefined, 300);
    const path = join(place.dataDir, "log", file);
    const before = readFileSync(path);
    damage(path);
    expect(failures(await checkData(place))).toEqual(["tiles"]);
    expect(failures(await checkData(place))).toEqual(["tiles"]); // looking repairs nothing
    const repaired = await checkData({ ...place, repair: true });
    expect([failures(repaired), repaired.at(-1)?.name]).toEqual([[], "repair"]);
    expect(readFileSync(path)).toEqual(before);
    expect(failures(await checkData(place))).toEqual([]);
  });

  it("signs a damaged head anew where the mark tells what it said, and nowhere else", async () => {
    const place = machine();
    await fill(place, undefined, 300);
    const path = join(place.dataDir, "log", "checkpoint");
    const damaged = readFileSync(path, "utf8").replace("303", "302");
    writeFileSync(path, damaged);
    expect(failures(await checkData(place))).toEqual(["checkpoint", "tiles"]);
    // On a machine without the mark nobody knows what was signed.
    const elsewhere = { ...place, environment: { HOME: place.folder("elsewhere") } };
    expect(failures(await checkData({ ...elsewhere, repair: true }))).toEqual(["checkpoint", "tiles", "repair"]);
    expect(readFileSync(path, "utf8")).toBe(damaged);
    expect(failures(await checkData({ ...place, repair: true }))).toEqual([]);
    expect(existsSync(`${path}.damaged`)).toBe(false);
    expect(failures(await checkData(place))).toEqual([]);
    writeFileSync(path, damaged);
    await tamper(place, "update log_leaves set bytes = x'7b7d' where leaf_index = 250");
    expect(failures(await checkData({ ...place, repair: true }))).toEqual(["checkpoint", "tiles", "rows", "repair"]);
    expect(readFileSync(path, "utf8")).toBe(damaged);
  });

  it("is refused where the store does not lead to the signed root, and writes nothing", async () => {
    const place = machine();
    await fill(place, undefined, 300);
    await tamper(place, "update log_leaves set bytes = x'7b7d' where leaf_index = 250");
    const path = join(place.dataDir, "log", "tile/0/000");
    truncateSync(path, 32);
    const checks = await checkData({ ...place, repair: true });
    expect(failures(checks)).toEqual(["tiles", "rows", "repair"]);
    expect(detailOf(checks, "repair")).toContain("refused: log");
    expect(statSync(path).size).toBe(32);
  });

  it("has nothing to do in a whole folder", async () => {
    const place = machine();
    await fill(place);
    expect((await checkData({ ...place, repair: true })).map(({ name }) => name)).toEqual(NAMES);
  });
});
