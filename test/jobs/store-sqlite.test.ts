import { rmSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { newJobId } from "../../ts/core/ids.ts";
import { type SqliteConnection, SqliteFailure } from "../../ts/database/sqlite-connection.ts";
import { createSqliteDatabase } from "../../ts/database/sqlite-database.ts";
import type { JobRef, Store } from "../../ts/jobs/store.ts";
import { createSqliteStore } from "../../ts/jobs/store-sqlite.ts";
import { presentDrivers } from "../adapters/present-drivers.ts";
import { describeStore } from "../contract/store.ts";
import { ALICE, BOB, createFolders, openConnection, openStore, outcomeLeaf, submission } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

for (const driver of await presentDrivers()) {
  describeStore(driver.name, async () => {
    const folder = folders.next();
    return { open: () => openStore(folder, driver), remove: async () => rmSync(folder, { recursive: true }) };
  });
}

const AT = 1_700_000_000_000;
const LARGE = { input: new Uint8Array(4_000_000) };

/** The connection with something done before each commit. */
function tampered(connection: SqliteConnection, before: () => void): SqliteConnection {
  return {
    ...connection,
    get inTransaction() {
      return connection.inTransaction;
    },
    async commit() {
      before();
      await connection.commit();
    },
  };
}

/** The connection, which tells how many rows each statement read. */
function watched(connection: SqliteConnection, onRead: (sql: string, rows: number) => void): SqliteConnection {
  return {
    ...connection,
    get inTransaction() {
      return connection.inTransaction;
    },
    prepare(sql) {
      const { run, get, all } = connection.prepare(sql);
      return {
        run,
        get(...values) {
          const row = get(...values);
          onRead(sql, row === undefined ? 0 : 1);
          return row;
        },
        all(...values) {
          const rows = all(...values);
          onRead(sql, rows.length);
          return rows;
        },
      };
    },
  };
}

describe("the SQLite store and its disk", () => {
  it("commits what comes in one turn together, and settles after the commit", async () => {
    const connection = await openConnection(folders.next());
    const order: string[] = [];
    const store = createSqliteStore(
      createSqliteDatabase(tampered(connection, () => order.push("commit"))),
      outcomeLeaf,
    );
    const submitted = Array.from({ length: 50 }, (_, k) => store.apply(submission(ALICE, AT + k)));
    for (const each of submitted) void each.then(() => order.push("settled"));
    await Promise.all(submitted);
    expect(order).toEqual(["commit", ...submitted.map(() => "settled")]);
    await store.close();
  });

  it("answers storage-full when the file cannot grow, keeps what it had, and goes on when it can", async () => {
    const folder = folders.next();
    const connection = await openConnection(folder);
    const store = createSqliteStore(createSqliteDatabase(connection), outcomeLeaf);
    const before = await store.apply(submission(ALICE, AT));
    const pages = connection.prepare("pragma page_count").get()?.page_count;
    connection.prepare(`pragma max_page_count = ${Number(pages) + 20}`).all();
    const results = await Promise.allSettled([
      store.apply(submission(ALICE, AT + 1)),
      store.apply(submission(ALICE, AT + 2, LARGE)),
      store.apply(submission(ALICE, AT + 3)),
    ]);
    // The two small ones fit; the large one of the same turn does not take them with it.
    expect(results.map((result) => (result.status === "fulfilled" ? "stored" : result.reason.code))).toEqual([
      "stored",
      "storage-full",
      "stored",
    ]);
    connection.prepare("pragma max_page_count = 1000000").all();
    await store.apply(submission(ALICE, AT + 4, LARGE));
    await store.close();
    const again = await openStore(folder);
    const { jobs } = await again.list(ALICE, { limit: 9 });
    expect(jobs.map(({ createdAt }) => createdAt - AT)).toEqual([4, 3, 1, 0]);
    expect(await again.get(before)).toEqual(before);
    expect((await again.events(ALICE, 0, 9)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    await again.close();
  });

  it.each([
    ["io", "store-unavailable", true],
    ["full", "storage-full", true],
    ["busy", "store-unavailable", true],
    ["sync", "store-unavailable", false],
    ["corrupt", "integrity-violation", false],
  ] as const)(
    "a commit that fails for '%s' stores nothing; answers %s; later writes work: %s",
    async (kind, code, goesOn) => {
      const connection = await openConnection(folders.next());
      let failing = true;
      const store = createSqliteStore(
        createSqliteDatabase(
          tampered(connection, () => {
            if (failing) throw new SqliteFailure(kind, "told to fail");
          }),
        ),
        outcomeLeaf,
      );
      const lost = submission(ALICE, AT);
      await expect(store.apply(lost)).rejects.toMatchObject({ code });
      failing = false;
      await expect(store.get(lost)).rejects.toMatchObject({ code: "not-found" });
      expect((await store.list(ALICE, { limit: 9 })).jobs).toEqual([]);
      const later = await store.apply(submission(ALICE, AT)).then(
        () => true,
        (error) => error.code !== code,
      );
      expect(later).toBe(goesOn);
      await store.close();
    },
  );

  it("undoes a move whose log entry cannot be built", async () => {
    const connection = await openConnection(folders.next());
    const store = createSqliteStore(createSqliteDatabase(connection), () => {
      throw new Error("too long");
    });
    const { id } = await store.apply(submission(ALICE, AT));
    await expect(store.apply({ kind: "cancel", tenant: ALICE, id, at: AT })).rejects.toThrow("too long");
    expect((await store.get({ tenant: ALICE, id })).status).toBe("queued");
    expect(await store.log.size()).toBe(0);
    expect(await store.events(ALICE, 0, 9)).toHaveLength(1); // Its event was already written when the entry failed.
    await store.close();
  });

  it("searches by an index whatever it reads for each job, however many jobs there are", async () => {
    const connection = await openConnection(folders.next());
    const texts: string[] = [];
    createSqliteStore(
      createSqliteDatabase({
        ...connection,
        prepare(sql) {
          texts.push(sql);
          return connection.prepare(sql);
        },
      }),
      outcomeLeaf,
    );
    const stepsOf = (part: string): string[] => {
      const sql = texts.find((text) => text.includes(part)) ?? "";
      const values = (sql.match(/\?/g) ?? []).map(() => "x");
      return connection
        .prepare(`explain query plan ${sql}`)
        .all(...values)
        .map(({ detail }) => String(detail));
    };
    // By its id, by its idempotency key, by what it computed, in the queue, past its deadline, with a lapsed lease.
    for (const [part, step] of [
      ["record from jobs where tenant = ? and id = ?", "jobs_id (tenant=? AND id=?)"],
      ["idempotency_key = ?", "jobs_idempotency (tenant=? AND idempotency_key=?)"],
      ["content_key = ?", "jobs_content (tenant=? AND content_key=?)"],
      ["where status = 'queued' and tenant > ?", "jobs_queue (tenant>?)"],
      ["where deadline_at <= ?", "jobs_overdue (deadline_at<?)"],
      ["where lease_expires_at <= ?", "jobs_lapsed (lease_expires_at<?)"],
    ] as const) {
      const steps = stepsOf(part);
      expect(steps, part).toEqual([expect.stringContaining(step)]);
      expect(steps[0], part).toMatch(/^SEARCH /);
    }
    // Not closed: for libsql an EXPLAIN goes on to its end only with the process.
  });

  // So the time of an answer does not tell whether a job is there: nothing is read that an unknown id would not read.
  it.each([
    ["get", (store: Store, ref: JobRef) => store.get(ref)],
    ["input", (store: Store, ref: JobRef) => store.input(ref)],
    ["result", (store: Store, ref: JobRef) => store.result(ref)],
    ["salt", (store: Store, ref: JobRef) => store.salt(ref)],
    ["jobEvents", (store: Store, ref: JobRef) => store.jobEvents(ref, 0, 9)],
    ["cancel", (store: Store, ref: JobRef) => store.apply({ kind: "cancel", ...ref, at: AT })],
  ] as const)("%s looks for a foreign job as for one that never was, and reads no row of it", async (_, ask) => {
    const reads: [sql: string, rows: number][] = [];
    const connection = watched(await openConnection(folders.next()), (...read) => void reads.push(read));
    const store = createSqliteStore(createSqliteDatabase(connection), outcomeLeaf);
    const { id } = await store.apply(submission(ALICE, AT));
    const readsFor = async (ref: JobRef): Promise<unknown> => {
      reads.length = 0;
      await ask(store, ref).catch(() => undefined);
      return [...reads];
    };
    const foreign = await readsFor({ tenant: BOB, id });
    expect(foreign).toEqual([[expect.stringContaining("tenant = ?"), 0]]);
    expect(foreign).toEqual(await readsFor({ tenant: BOB, id: newJobId(AT) }));
    expect(await readsFor({ tenant: ALICE, id })).not.toEqual(foreign);
    await store.close();
  });

  it("lets nobody change an event or a log entry", async () => {
    const connection = await openConnection(folders.next());
    const store = createSqliteStore(createSqliteDatabase(connection), outcomeLeaf);
    await store.log.append(Uint8Array.of(1));
    await store.apply(submission(ALICE, AT));
    for (const sql of [
      "update log_leaves set bytes = x'02'",
      "delete from log_leaves",
      "update events set kind = 'failed'",
    ]) {
      expect(() => connection.exec(sql), sql).toThrow(/append-only/);
    }
    await store.close();
  });

  it("refuses writes after close", async () => {
    const store = await openStore(folders.next());
    const last = store.apply(submission(ALICE, AT));
    await store.close();
    await expect(last).resolves.toMatchObject({ status: "queued" });
    await expect(store.apply(submission(ALICE, AT, { id: newJobId(AT) }))).rejects.toMatchObject({
      code: "store-unavailable",
    });
  });
});

it("counts an outcome in its transaction: what cannot be counted has not happened, and nothing else is counted", async () => {
  const store = await openStore(folders.next());
  const counted: string[] = [];
  let fails = true;
  store.onOutcome(({ status }) => {
    if (fails) throw new Error("the count failed");
    counted.push(status);
  });
  const job = await store.apply(submission(ALICE, AT));
  const cancel = { kind: "cancel", tenant: ALICE, id: job.id, at: AT + 1 } as const;
  await expect(store.apply(cancel)).rejects.toThrow("the count failed");
  expect([(await store.get(job)).status, await store.log.size()]).toEqual(["queued", 0]);
  fails = false;
  await store.apply(cancel);
  expect([(await store.get(job)).status, await store.log.size(), counted]).toEqual(["cancelled", 1, ["cancelled"]]);
  await store.close();
});
