import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import type { JobId, TenantId } from "../../ts/core/ids.ts";
import { createEventFeed, type EventFeed, type Follower, type JobProgress } from "../../ts/jobs/event-feed.ts";
import type { Job } from "../../ts/jobs/job.ts";
import type { JobEvent, Store } from "../../ts/jobs/store.ts";
import { randomNumbers } from "../random-numbers.ts";
import { ALICE, BOB, createFolders, openStore, submission } from "./fixtures.ts";

const AT = 1_700_000_000_000;
const folders = createFolders();
let store: Store;
let feed: EventFeed;
let reads: number;
let now: number;
let errors: unknown[];
/** Holds back what a reading of the store has found. */
let holdPage: (() => Promise<void>) | undefined;

beforeEach(async () => {
  store = await openStore(folders.next());
  [reads, now, errors, holdPage] = [0, AT, [], undefined];
  const counted: Store = {
    ...store,
    async events(...request) {
      reads++;
      const page = await store.events(...request);
      await holdPage?.();
      return page;
    },
  };
  feed = createEventFeed({
    store: counted,
    clock: () => now,
    findJob: (tenant, id) => store.get({ tenant, id: id as JobId }),
    reportError: (error) => errors.push(error),
  });
});
afterEach(async () => {
  feed.close();
  await store.close();
  folders.clean();
  expect(errors).toEqual([]);
});

interface Reading extends Follower {
  readonly events: JobEvent[];
  readonly seen: JobProgress[];
  readonly ends: string[];
  /** Settles when that many events are there. */
  has(count: number): Promise<void>;
}

function reading(): Reading {
  const waiting: { count: number; resolve: () => void }[] = [];
  const events: JobEvent[] = [];
  const tell = (): void => {
    for (const { count, resolve } of waiting) if (events.length >= count) resolve();
  };
  const [seen, ends]: [JobProgress[], string[]] = [[], []];
  return {
    ...{ events, seen, ends },
    has: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        tell();
      }),
    take(given) {
      events.push(...given);
      tell();
    },
    progress: (progress) => seen.push(progress),
    ready: async () => undefined,
    end: (reason) => ends.push(reason),
  };
}

const submit = (tenant: TenantId, k: number): Promise<Job> => store.apply(submission(tenant, AT + k));
const cancel = ({ tenant, id }: Job): Promise<Job> => store.apply({ kind: "cancel", tenant, id, at: AT });
const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, k) => first + k);

describe("the event feed", () => {
  it("gives everything once and in order to readers that come and go at any time", async () => {
    const random = randomNumbers(5);
    const staying: { from: number; reader: Reading; stop: () => void }[] = [];
    const gone: { from: number; reader: Reading }[] = [];
    const jobs: Promise<Job>[] = [];
    for (let k = 0; k < 300; k++) {
      // Commits of one to three events, some of them in the turn in which a reader joins.
      for (let n = random(4); n > 0; n--) {
        jobs.push(submit(ALICE, jobs.length));
        if (random(2)) await jobs.at(-1);
      }
      if (random(3) === 0) {
        const reader = reading();
        const from = random((await store.newestEvent(ALICE)) + 1);
        const stop = (await feed.open({ tenant: ALICE, after: from })).follow(reader);
        staying.push({ from, reader, stop });
      }
      const [leaving] = random(6) === 0 ? staying.splice(random(20), 1) : [];
      if (leaving === undefined) continue;
      leaving.stop();
      gone.push(leaving);
    }
    await Promise.all(jobs);
    await Promise.all(staying.map(({ from, reader }) => reader.has(jobs.length - from)));
    for (const { from, reader } of [...staying, ...gone]) {
      expect(reader.events.map(({ sequence }) => sequence)).toEqual(upTo(from + reader.events.length, from + 1));
    }
    expect(Math.min(staying.length, gone.length)).toBeGreaterThan(20);
  });

  it("loses nothing that goes out to the others while a reader joins", async () => {
    const [present, joining] = [reading(), reading()];
    (await feed.open({ tenant: ALICE, after: 0 })).follow(present);
    await submit(ALICE, 0);
    await present.has(1);
    const stream = await feed.open({ tenant: ALICE, after: 0 });
    let letGo = (): void => undefined;
    holdPage = () =>
      new Promise((resolve) => {
        letGo = resolve;
      });
    stream.follow(joining);
    await new Promise((resolve) => setImmediate(resolve)); // It has read the first event, and is held.
    holdPage = undefined;
    await submit(ALICE, 1);
    await present.has(2);
    letGo();
    await joining.has(2);
    expect(joining.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("reads once for a thousand readers of a tenant", async () => {
    const readers = Array.from({ length: 1000 }, reading);
    for (const reader of readers) (await feed.open({ tenant: ALICE })).follow(reader);
    await submit(ALICE, 0);
    await Promise.all(readers.map((reader) => reader.has(1)));
    reads = 0;
    for (let k = 1; k <= 10; k++) {
      await submit(ALICE, k);
      await Promise.all(readers.map((reader) => reader.has(k + 1)));
    }
    expect(reads).toBe(10);
  });

  it("gives what is past in pages, each when the reader is ready for it", async () => {
    await Promise.all(upTo(1200).map((k) => submit(ALICE, k)));
    const reader = reading();
    const pages: number[] = [];
    let goOn = (): void => undefined;
    const slow: Follower = {
      ...reader,
      take(events) {
        pages.push(events.length);
        reader.take(events);
      },
      ready: () =>
        new Promise((resolve) => {
          goOn = resolve;
        }),
    };
    (await feed.open({ tenant: ALICE, after: 0 })).follow(slow);
    await reader.has(500);
    await submit(ALICE, 1300); // While it waits: nothing is kept for it.
    expect(pages).toEqual([500]);
    goOn();
    await reader.has(1000);
    goOn();
    await reader.has(1201);
    expect(reader.events.map(({ sequence }) => sequence)).toEqual(upTo(1201));
  });

  it("gives a job's events from its first, live or past, and ends with the final one", async () => {
    const [first, second] = [await submit(ALICE, 0), await submit(ALICE, 1)];
    const [early, late] = [reading(), reading()];
    (await feed.open({ tenant: ALICE, jobId: first.id })).follow(early);
    await early.has(1);
    await cancel(second);
    await cancel(first);
    await early.has(2);
    (await feed.open({ tenant: ALICE, jobId: first.id })).follow(late);
    await late.has(2);
    for (const { events, ends } of [early, late]) {
      expect(events.map(({ jobId, sequence, kind }) => [jobId, sequence, kind])).toEqual([
        [first.id, 1, "queued"],
        [first.id, 4, "cancelled"],
      ]);
      expect(ends).toEqual(["final"]);
    }
    expect((await feed.open({ tenant: ALICE, jobId: first.id, after: 3 })).isOver).toBe(false);
    expect((await feed.open({ tenant: ALICE, jobId: first.id, after: 4 })).isOver).toBe(true);
  });

  it("begins now without an id: with what is committed after it was opened", async () => {
    await submit(ALICE, 0);
    const stream = await feed.open({ tenant: ALICE });
    await submit(ALICE, 1); // Before anybody follows.
    const reader = reading();
    stream.follow(reader);
    await submit(ALICE, 2);
    await reader.has(2);
    expect(reader.events.map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  it("refuses foreign jobs and ids that were never given", async () => {
    const { id } = await submit(ALICE, 0);
    await expect(feed.open({ tenant: BOB, jobId: id })).rejects.toMatchObject({ code: "not-found" });
    await expect(feed.open({ tenant: BOB, after: 1 })).rejects.toMatchObject({ code: "conflict" });
    await expect(feed.open({ tenant: ALICE, after: 2 })).rejects.toBeInstanceOf(AppError);
  });

  it("passes progress on to those who follow the job, ten times a second at most", async () => {
    const [first, second, foreign] = [await submit(ALICE, 0), await submit(ALICE, 1), await submit(BOB, 0)];
    const [all, one, other] = [reading(), reading(), reading()];
    (await feed.open({ tenant: ALICE, after: 0 })).follow(all);
    (await feed.open({ tenant: ALICE, jobId: first.id })).follow(one);
    (await feed.open({ tenant: BOB, after: 0 })).follow(other);
    await Promise.all([all.has(2), one.has(1), other.has(1)]);
    await new Promise((resolve) => setImmediate(resolve)); // They have joined.
    for (let done = 0; done <= 300; done++) {
      now = AT + done;
      feed.progress(first, { done, total: 300 });
      feed.progress(second, { done, total: 300 });
      feed.progress(foreign, { done, total: 300 });
    }
    const of = ({ seen }: Reading, job: Job): number[] =>
      seen.filter(({ jobId }) => jobId === job.id).map(({ done }) => done);
    expect(of(all, first)).toEqual([0, 100, 200, 300]);
    expect(of(all, second)).toEqual([0, 100, 200, 300]);
    expect(of(one, first)).toEqual([0, 100, 200, 300]);
    expect([of(one, second), of(all, foreign), of(other, first)]).toEqual([[], [], []]);
  });
});
