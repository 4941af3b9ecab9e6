import { afterEach, describe, expect, it } from "vitest";
import type { OnProgress } from "../../ts/workers/engine-worker.ts";
import type { JobPool, RunControl } from "../../ts/workers/job-pool.ts";

export interface StandInPoolOptions {
  workerUrl: URL;
  size: number;
}

/** What test/workers/stand-in-worker.mjs answers instead of a result. */
export interface Answer {
  pid: number;
  threadId: number;
  runs: number;
}

export async function run(pool: JobPool, source: string, control?: RunControl): Promise<Answer> {
  const answer: unknown = await pool.run("circuit", { format: "openqasm3", source }, { seed: 1 }, control);
  return answer as Answer;
}

async function read(pool: JobPool, source: string): Promise<Answer> {
  const answer: unknown = (await pool.parse("circuit", { format: "openqasm3", source })).view;
  return answer as Answer;
}

export const STAND_IN: URL = new URL("../workers/stand-in-worker.mjs", import.meta.url);

/** Resolves when the run that was asked for on a warm worker goes on: a read beside it needs a thread of its own first. */
export async function started(pool: JobPool): Promise<void> {
  await read(pool, "ok");
}

/** What every pool has to do, in whatever process its workers are. */
export function describePool(name: string, createPool: (options: StandInPoolOptions) => JobPool): void {
  const pools: JobPool[] = [];
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.close()));
  });
  const newPool = (size: number, workerUrl = STAND_IN): JobPool => {
    const pool = createPool({ workerUrl, size });
    pools.push(pool);
    return pool;
  };

  describe(`${name}: the contract of a pool`, () => {
    it("keeps its workers warm and starts no more than it needs", async () => {
      const pool = newPool(4);
      const first = await run(pool, "ok");
      const second = await run(pool, "ok");
      expect(second).toEqual({ ...first, runs: 2 });
    });

    it("runs at most `size` calls at once, the others in their order", async () => {
      const pool = newPool(2);
      const answers = await Promise.all(Array.from({ length: 9 }, () => run(pool, "ok")));
      const threads = new Set(answers.map((answer) => answer.threadId));
      expect(threads.size).toBe(2);
      for (const thread of threads) {
        const runs = answers.filter((answer) => answer.threadId === thread).map((answer) => answer.runs);
        expect(runs).toEqual(runs.map((_, k) => k + 1));
      }
    });

    it("says how many calls run and how many wait", async () => {
      const pool = newPool(1);
      const abort = new AbortController();
      expect(pool.load()).toEqual({ limit: 1, running: 0, waiting: 0 });
      const calls = Array.from({ length: 3 }, () => run(pool, "obey", { signal: abort.signal }));
      expect(pool.load()).toEqual({ limit: 1, running: 1, waiting: 2 });
      abort.abort();
      await Promise.allSettled(calls);
      await run(pool, "ok");
      // The place is free a turn after the answer.
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(pool.load()).toEqual({ limit: 1, running: 0, waiting: 0 });
    });

    it("answers reads while every place for runs is taken", async () => {
      const pool = newPool(1);
      const abort = new AbortController();
      const busy = run(pool, "obey", { signal: abort.signal });
      await expect(read(pool, "ok")).resolves.toMatchObject({ runs: 0 });
      abort.abort();
      await expect(busy).rejects.toMatchObject({ code: "cancelled" });
    });

    it.each([
      ["exit", /exit code 3/],
      ["throw", /failed|died/],
      ["trap", /unreachable/],
    ])("ends a call as engine-failure when the worker does %s, and replaces only that worker", async (end, reason) => {
      const pool = newPool(2);
      const abort = new AbortController();
      const neighbour = run(pool, "obey", { signal: abort.signal });
      const before = await read(pool, "ok");
      await expect(run(pool, end)).rejects.toMatchObject({
        code: "engine-failure",
        message: expect.stringMatching(reason),
      });
      const after = await run(pool, "ok");
      expect(after.threadId).not.toBe(before.threadId);
      expect(after.runs).toBe(1);
      abort.abort();
      await expect(neighbour).rejects.toMatchObject({ code: "cancelled", message: "the caller cancelled it" });
    });

    it("brings a refusal across as code, message and place, and keeps the worker", async () => {
      const pool = newPool(1);
      const { threadId } = await run(pool, "ok");
      const refusal = run(pool, "refuse");
      await expect(refusal).rejects.toMatchObject({
        code: "unsupported",
        message: "not this gate",
        line: 3,
        column: 7,
      });
      expect((await run(pool, "ok")).threadId).toBe(threadId);
    });

    it("cancels a run by its flag and keeps the worker", async () => {
      const pool = newPool(1);
      const { threadId } = await run(pool, "ok");
      const abort = new AbortController();
      const running = run(pool, "obey", { signal: abort.signal });
      await started(pool);
      abort.abort();
      await expect(running).rejects.toMatchObject({ code: "cancelled" });
      expect(await run(pool, "ok")).toMatchObject({ threadId, runs: 3 });
    });

    it("does not let the flag of one run stop the next", async () => {
      const pool = newPool(1);
      const abort = new AbortController();
      const cancelled = run(pool, "report-and-obey", { signal: abort.signal, onProgress: () => abort.abort() });
      await expect(cancelled).rejects.toMatchObject({ code: "cancelled" });
      await expect(run(pool, "obey", { deadlineMs: 50 })).rejects.toMatchObject({ code: "deadline-exceeded" });
    });

    it("ends the thread of a run that does not look at its flag", async () => {
      const pool = newPool(1);
      const { threadId } = await run(pool, "ok");
      const abort = new AbortController();
      const hanging = run(pool, "hang", { signal: abort.signal });
      await started(pool);
      abort.abort();
      await expect(hanging).rejects.toMatchObject({ code: "cancelled" });
      expect((await run(pool, "ok")).threadId).not.toBe(threadId);
    });

    it("ends a run at its deadline, waiting in the queue included", async () => {
      const pool = newPool(1);
      const running = run(pool, "obey", { deadlineMs: 150 });
      const waiting = run(pool, "ok", { deadlineMs: 20 });
      await expect(Promise.allSettled([waiting, running])).resolves.toMatchObject([
        { reason: { code: "deadline-exceeded", message: expect.stringContaining("20") } },
        { reason: { code: "deadline-exceeded", message: expect.stringContaining("150") } },
      ]);
    });

    it("does not start what was cancelled before or while it waited", async () => {
      const pool = newPool(1);
      await expect(run(pool, "exit", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
      const abort = new AbortController();
      const running = run(pool, "obey", { signal: abort.signal });
      const waiting = run(pool, "exit", { signal: abort.signal });
      abort.abort();
      await expect(Promise.allSettled([running, waiting])).resolves.toMatchObject([
        { reason: { code: "cancelled" } },
        { reason: { code: "cancelled" } },
      ]);
      await expect(run(pool, "ok")).resolves.toMatchObject({ runs: expect.any(Number) });
    });

    it("replaces a worker whose memory passed the mark", async () => {
      const pool = newPool(1);
      const { threadId } = await run(pool, "grow");
      expect((await run(pool, "ok")).threadId).not.toBe(threadId);
    });

    it("brings progress across while the run goes on", async () => {
      const pool = newPool(1);
      const abort = new AbortController();
      const seen: unknown[] = [];
      const onProgress: OnProgress = (progress) => {
        seen.push(progress);
        abort.abort();
      };
      const running = run(pool, "report-and-obey", { signal: abort.signal, onProgress });
      await expect(running).rejects.toMatchObject({ code: "cancelled" });
      expect(seen).toEqual([{ done: 1, total: 2 }]);
    });

    it("refuses work after close, and ends what was running", async () => {
      const pool = newPool(1);
      const running = run(pool, "hang");
      const waiting = run(pool, "ok");
      const ended = Promise.allSettled([running, waiting]);
      await pool.close();
      await expect(ended).resolves.toMatchObject([
        { reason: { code: "cancelled" } },
        { reason: { code: "cancelled" } },
      ]);
      await expect(run(pool, "ok")).rejects.toMatchObject({ code: "cancelled", message: "the engines are closed" });
    });

    it("says what it could not start", async () => {
      const pool = newPool(1, new URL("no-such-worker.mjs", import.meta.url));
      await expect(run(pool, "ok")).rejects.toMatchObject({
        code: "engine-failure",
        message: expect.stringContaining("no-such-worker.mjs"),
      });
    });
  });
}
