import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { AppError, type ErrorCode } from "../../ts/core/errors.ts";
import type { Job } from "../../ts/jobs/job.ts";
import type { JobServices } from "../../ts/jobs/jobs.ts";
import { runAttempt, type StopReason } from "../../ts/jobs/run-attempt.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { viewJob } from "../../ts/jobs/view.ts";
import type { Provider } from "../../ts/providers/provider.ts";
import {
  ALICE,
  createFolders,
  fakeProvider,
  fakeRoute,
  fakeRun,
  fakeServices,
  openStore,
  submission,
  UNHURRIED,
} from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const AT = 1_700_000_000_000;
const failing = (code: ErrorCode) => async (): Promise<never> => {
  throw new AppError(code, `told to fail with ${code}`);
};
/** Of an attempt that is alone. */
const PACE = { compute: async () => () => undefined, worked: () => undefined };
const never = () => new Promise<never>(() => undefined);

describe("an attempt", () => {
  let store: Store;
  let now: number;
  beforeEach(async () => {
    store = await openStore(folders.next());
    now = AT;
  });
  afterEach(() => store.close());

  /** Leases a job and runs one attempt of it; gives the job as stored afterwards. */
  async function attempt(
    providers: readonly Provider[],
    change: Partial<JobServices> = {},
    submit: Parameters<typeof submission>[2] = {},
    stop: AbortSignal = new AbortController().signal,
  ): Promise<Job> {
    const base = fakeServices(store, providers);
    const services = { ...base, clock: () => now, policyOf: () => UNHURRIED, ...change };
    await store.apply(submission(ALICE, now, submit));
    const [job] = await store.claim({ worker: "w", at: now, leaseMs: 1000, limit: 1 });
    if (job === undefined) throw new Error("nothing to claim");
    await runAttempt(job, services, PACE, stop);
    return store.get(job);
  }
  const tries = (job: Job): unknown => job.attempts.at(-1)?.tries.map(({ backend, error }) => [backend, error?.code]);

  it.each<ErrorCode>(["provider-unavailable", "engine-failure", "rate-limited"])(
    "goes on to the next back end after %s",
    async (code) => {
      const job = await attempt([fakeProvider("a", failing(code)), fakeProvider("b")]);
      expect(job).toMatchObject({ status: "succeeded", result: { backend: "b" } });
      expect(job.error).toBeUndefined();
      expect(tries(job)).toEqual([
        ["a", code],
        ["b", undefined],
      ]);
    },
  );

  it.each<ErrorCode>(["invalid-input", "unsupported", "too-large"])(
    "ends at once after %s, which no other can cure",
    async (code) => {
      const job = await attempt([fakeProvider("a", failing(code)), fakeProvider("b")]);
      expect(job).toMatchObject({ status: "failed", error: { code } });
      expect(tries(job)).toEqual([["a", code]]);
    },
  );

  it("goes back to the queue when all failed, waits longer each time, and is dead-lettered in the end", async () => {
    const services = {
      ...fakeServices(store, [fakeProvider("a", failing("engine-failure"))]),
      clock: () => now,
      policyOf: () => UNHURRIED,
    };
    const { id } = await store.apply(submission(ALICE, now));
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      const [job] = await store.claim({ worker: "w", at: now, leaseMs: 1000, limit: 1 });
      if (job === undefined) throw new Error("nothing to claim");
      await runAttempt(job, services, PACE, new AbortController().signal);
      const after = await store.get(job);
      waits.push(after.readyAt - now);
      now = after.readyAt;
    }
    expect(await store.get({ tenant: ALICE, id })).toMatchObject({
      status: "dead-letter",
      error: { code: "engine-failure" },
    });
    expect(waits.slice(0, 2)).toEqual([500, 1000]);
  });

  it("hides what an unexpected error says, reports it, and does not try again", async () => {
    const seen: unknown[] = [];
    const oops = new TypeError("secret path");
    const job = await attempt([fakeProvider("a", () => Promise.reject(oops))], {
      reportError: (error) => seen.push(error),
    });
    expect(job).toMatchObject({ status: "failed", error: { code: "internal" } });
    expect(JSON.stringify(job)).not.toContain("secret");
    expect(seen).toEqual([oops]);
  });

  it("fails with the router's error and keeps no route", async () => {
    const job = await attempt([], { decide: failing("no-backend") });
    expect(job).toMatchObject({ status: "failed", error: { code: "no-backend" } });
    expect(job.route).toBeUndefined();
  });

  it("expires at the deadline, also when the back end does not listen", async () => {
    const base = submission(ALICE, AT);
    const request = { ...base.request, constraints: { deadlineMs: 30 } };
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const advance = (ms: number): void => {
      now += ms;
      vi.advanceTimersByTime(ms);
    };
    const deaf = fakeProvider("a", (_, { signal }) => {
      advance(29);
      expect(signal.aborted).toBe(false);
      advance(1);
      return never();
    });
    const job = await attempt([deaf], {}, { request });
    expect(job).toMatchObject({ status: "expired", error: { code: "deadline-exceeded" }, finishedAt: AT + 30 });
  });

  it.each<[StopReason, string, number]>([
    ["stopping", "queued", 0],
    ["superseded", "running", 1],
  ])("when told '%s' leaves the job %s", async (reason, status, counted) => {
    const stop = new AbortController();
    let heard: unknown;
    const listening = fakeProvider("a", (_, { signal }) => {
      signal.addEventListener("abort", () => {
        heard = signal.reason;
      });
      stop.abort(reason);
      return never();
    });
    const job = await attempt([listening], {}, {}, stop.signal);
    expect(job.status).toBe(status);
    expect(job.attempts.filter(({ end }) => end !== "handed-back")).toHaveLength(counted);
    expect(heard).toBe(reason);
  });

  it("records what a run says of itself, and not the view of its result that an engine offers beside it", async () => {
    const viewed = fakeProvider("a", async (job) => ({
      ...fakeRun(job),
      get result(): object {
        throw new Error("a view costs many times the run");
      },
    }));
    const job = await attempt([viewed]);
    expect(job.status).toBe("succeeded");
    expect(job.result).toMatchObject({ resultHash: expect.any(String), engineMs: 2 });
    expect(job.result).not.toHaveProperty("result");
  });

  it("answers an equal computation from the stored result, and runs it again when asked to", async () => {
    let runs = 0;
    const counting = fakeProvider("embedded", async (job) => {
      runs++;
      return fakeRun(job);
    });
    const first = await attempt([counting]);
    const second = await attempt([counting]);
    expect(second).toMatchObject({
      status: "succeeded",
      result: { reused: { jobId: first.id }, engineMs: 0 },
      costMicroUsd: 0,
    });
    expect(await store.result(second)).toEqual(await store.result(first));
    expect(runs).toBe(1);
    const third = await attempt([counting]); // Names the job that ran, not the one that reused.
    expect(third.result?.reused).toEqual({ jobId: first.id });
    const base = submission(ALICE, AT);
    await attempt([counting], {}, { request: { ...base.request, reuse: false } });
    expect(runs).toBe(2);
    await attempt([counting], {}, { seed: 8 });
    expect(runs).toBe(3);
    await attempt([counting], { engineHash: () => "another engine" });
    expect(runs).toBe(4);
  });

  it("records what each thread did and why there were fewer, and of a reused result nothing of the kind", async () => {
    const threads = [
      { busyMs: 1.5, pieces: 3 },
      { busyMs: 1.25, pieces: 2 },
    ];
    const ran = { threads, fewerThreads: "the machine has 2 cores" };
    const sharing = fakeProvider("a", async (job) => ({ ...fakeRun(job), ...ran }));
    const first = await attempt([sharing], { engineHash: () => "e".repeat(64) });
    expect(viewJob(first).result).toEqual({ backend: "a", resultHash: first.result?.resultHash, ...ran });
    const again = await attempt([sharing], { engineHash: () => "e".repeat(64) });
    expect(viewJob(again).result).toEqual({
      ...{ backend: "a", resultHash: first.result?.resultHash, reused: { jobId: first.id } },
    });
    const alone = await attempt([fakeProvider("b")]);
    expect(viewJob(alone).result).toEqual({ backend: "b", resultHash: alone.result?.resultHash });
  });

  it("does not reuse what a back end without reproducible results gave", async () => {
    let runs = 0;
    const device = fakeProvider("device", async (job) => {
      runs++;
      return fakeRun(job);
    });
    await attempt([device]);
    await attempt([device]);
    expect(runs).toBe(2);
  });

  it("spends nothing that nobody agreed to", async () => {
    const priced = (id: string): Provider =>
      fakeProvider(id, undefined, { price: { perTaskMicroUsd: 9, perShotMicroUsd: 0 } });
    const decide = async () => fakeRoute(["qpu", "dearer"], { qpu: 9, dearer: 10 });
    const unplanned = await attempt([priced("qpu")], { decide });
    expect(unplanned).toMatchObject({ status: "failed", error: { code: "no-backend" }, costMicroUsd: 0 });
    // The plan of qpu at 9 µUSD does not cover a fallback at 10.
    const plan = { route: await decide(), costMicroUsd: 9, predictedMs: 1, approvals: 0, planHash: "h" };
    const providers = [
      fakeProvider("qpu", failing("provider-unavailable"), priced("qpu").describe()),
      priced("dearer"),
    ];
    const { id } = await store.apply(submission(ALICE, now, { plan }));
    await store.apply({ kind: "execute", tenant: ALICE, id, at: now, planHash: "h" });
    const [job] = await store.claim({ worker: "w", at: now, leaseMs: 1000, limit: 1 });
    if (job === undefined) throw new Error("nothing to claim");
    await runAttempt(
      job,
      { ...fakeServices(store, providers), clock: () => now, policyOf: () => UNHURRIED },
      PACE,
      new AbortController().signal,
    );
    expect(tries(await store.get(job))).toEqual([["qpu", "provider-unavailable"]]);
  });

  it("keeps a finished result while the disk is full, and stores it when there is space", async () => {
    const events: string[] = [];
    let refusals = 2;
    const full: Store = {
      ...store,
      apply: (command) => {
        if (command.kind !== "succeed") return store.apply(command);
        events.push("store");
        return refusals-- > 0 ? Promise.reject(new AppError("storage-full", "told to be full")) : store.apply(command);
      },
    };
    const job = await attempt([fakeProvider("a")], {
      store: full,
      sleep: async (delayMs) => void events.push(`wait ${delayMs}`),
      reportError: () => events.push("report"),
    });
    expect(job.status).toBe("succeeded");
    expect(events).toEqual(["store", "report", "wait 1000", "store", "wait 1000", "store"]);
  });

  it("tries a last time to store its outcome when it is told to stop, and then gives up", async () => {
    const stop = new AbortController();
    let tries = 0;
    const full: Store = {
      ...store,
      apply: (command) => {
        if (command.kind !== "succeed") return store.apply(command);
        tries++;
        return Promise.reject(new AppError("storage-full", "told to be full"));
      },
    };
    const sleep = async (): Promise<void> => stop.abort("stopping");
    const change = { store: full, sleep, reportError: () => undefined };
    await expect(attempt([fakeProvider("a")], change, {}, stop.signal)).rejects.toMatchObject({ code: "storage-full" });
    expect(tries).toBe(2);
  });

  it("fails plainly when its outcome cannot be recorded", async () => {
    const tooLong: Store = {
      ...store,
      apply: (command) =>
        command.kind === "succeed"
          ? Promise.reject(new AppError("too-large", "the log entry is too long"))
          : store.apply(command),
    };
    const job = await attempt([fakeProvider("a")], { store: tooLong, reportError: () => undefined });
    expect(job).toMatchObject({ status: "failed", error: { code: "too-large" } });
    expect(job.route).toBeUndefined();
  });
});
