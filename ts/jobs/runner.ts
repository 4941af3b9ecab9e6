import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { FINAL_STATES } from "../models/job.ts";
import { Inflow } from "./inflow.ts";
import type { Job } from "./job.ts";
import { type AttemptServices, runAttempt, type StopReason } from "./run-attempt.ts";
import type { JobRef } from "./store.ts";
import { Turns } from "./turns.ts";

export interface RunnerOptions {
  /** Names this process in leases and attempts. */
  readonly worker: string;
  /** How many jobs compute at the same time. */
  readonly concurrency: number;
  readonly leaseMs?: number | undefined;
  readonly pollMs?: number | undefined;
  /** `true`: runs what this process queued or was told to {@link Runner.take}, and leaves the rest of the queue as it is. */
  readonly ownJobsOnly?: boolean | undefined;
}

export interface Runner {
  /** Takes back what a dead process left running, then begins to run queued jobs. */
  start(): Promise<void>;
  /** Makes a job, whoever queued it, one that this process runs. */
  take(job: JobRef): void;
  /** A job is on its way into the store: where there is a place, it is claimed in the transaction that accepts it. */
  wake(): void;
  /** Takes no more jobs and hands the running ones back to the queue. */
  stop(): Promise<void>;
}

const BATCH = 1000;

/**
 * Of quick jobs so many more are taken ahead, for each that may compute: the commit of a claim and of an outcome take longer than
 * a circuit of a few qubits. Behind a long job none is: it would be called running, and only wait. Nor while many more come than are
 * run, when quick ones have half of the places: to run a job takes as much of the thread as to accept sixteen. Nor beside one that a
 * process died with: should it be why, it would use up the attempts of them all.
 */
const AHEAD = 2;

/** Attempts in all, for each that may compute: those whose outcome is being stored hold their result in memory. */
const MOST_ATTEMPTS = 6;

/**
 * Runs the queue. A committed job wakes it at once; polling is the guarantee for whatever no commit announces: deadlines,
 * pauses between attempts, leases that ran out.
 */
export function createRunner(services: AttemptServices, options: RunnerOptions): Runner {
  const { store, clock, reportError } = services;
  const { worker, concurrency, leaseMs = 30_000, pollMs = 1_000, ownJobsOnly = false } = options;
  /** What alone may be leased; undefined where everything may. */
  const own = ownJobsOnly ? new Map<JobId, TenantId>() : undefined;
  const running = new Map<JobId, { fence: number; stop: AbortController; ended: Promise<void> }>();
  const turns = new Turns(concurrency);
  const inflow = new Inflow(clock);
  /** Attempts that still have to compute, or do. */
  let working = 0;
  let suspects = 0;
  let state: "idle" | "started" | "stopped" = "idle";
  let poll: NodeJS.Timeout | undefined;
  let filling: Promise<void> | undefined;
  let mayHaveMore = false;
  /** Queued by commits of this turn of the event loop. */
  const announced = new Set<JobId>();
  let lastServed: TenantId | undefined;
  let unsubscribe: (() => void) | undefined;

  function onCommitted(job: Job): void {
    const mine = running.get(job.id);
    if (mine !== undefined && (job.status !== "running" || job.fence !== mine.fence)) {
      mine.stop.abort("superseded" satisfies StopReason);
    }
    if (FINAL_STATES.has(job.status)) own?.delete(job.id);
    if (job.status === "queued") {
      inflow.count("came");
      take(job);
    }
  }

  function take({ tenant, id }: JobRef): void {
    own?.set(id, tenant);
    if (announced.size === 0) setImmediate(look);
    announced.add(id);
  }

  /** Most new jobs of an idle service were claimed in the transaction that accepted them. */
  function look(): void {
    const areRunning = [...announced].every((id) => running.has(id));
    announced.clear();
    if (!areRunning) askAgain();
  }

  function askAgain(): void {
    mayHaveMore = true;
    fill();
  }

  function fill(): void {
    if (!mayHaveMore || places() <= 0) return;
    if (filling !== undefined || state !== "started") return;
    filling = claimWhileFree()
      .catch(reportError)
      .finally(() => {
        filling = undefined;
        fill();
      });
  }

  function places(): number {
    const { areQuick } = turns;
    const { isFlood } = inflow;
    let most = concurrency;
    if (areQuick && isFlood) most = Math.ceil(concurrency / 2);
    else if (areQuick && suspects === 0) most = concurrency * (1 + AHEAD);
    return Math.min(most - working, concurrency * MOST_ATTEMPTS - running.size);
  }

  async function claimWhileFree(): Promise<void> {
    while (mayHaveMore && state === "started" && places() > 0) {
      mayHaveMore = false;
      const limit = places();
      const jobs = own === undefined ? await claimAny(limit) : await claimOwn(own, limit);
      // Fewer than asked for: the queue is empty, until a commit or a look says otherwise.
      if (jobs.length === limit) mayHaveMore = true;
      for (const job of jobs) launch(job);
    }
  }

  async function claimAny(limit: number): Promise<readonly Job[]> {
    const jobs = await store.claim({ worker, at: clock(), leaseMs, limit, after: lastServed });
    lastServed = jobs.at(-1)?.tenant ?? lastServed;
    return jobs;
  }

  async function claimOwn(waiting: ReadonlyMap<JobId, TenantId>, limit: number): Promise<readonly Job[]> {
    const leased: Job[] = [];
    for (const [id, tenant] of waiting) {
      if (leased.length === limit) break;
      if (running.has(id)) continue;
      await tolerate(async () => {
        const job = await store.apply({ kind: "lease", tenant, id, worker, at: clock(), leaseMs });
        // An overdue job expires instead.
        if (job.status === "running") leased.push(job);
      });
    }
    return leased;
  }

  function launch(job: Job): void {
    const stop = new AbortController();
    // Claimed while stopping: straight back to the queue.
    if (state === "stopped") stop.abort("stopping" satisfies StopReason);
    const heartbeat = setInterval(() => void beat(job), leaseMs / 3);
    const isSuspect = job.attempts.some(({ end }) => end === "lost");
    if (isSuspect) suspects++;
    let isWorking = true;
    working++;
    const worked = (): void => {
      if (!isWorking) return;
      isWorking = false;
      working--;
      inflow.count("ended");
      fill();
    };
    const compute = async (predictedMs: number, signal: AbortSignal): Promise<() => void> => {
      const end = await turns.take(predictedMs, signal);
      fill();
      return end;
    };
    const ended = runAttempt(job, services, { compute, worked }, stop.signal)
      .catch((error: unknown) => reportError(error, job))
      .finally(() => {
        clearInterval(heartbeat);
        if (isSuspect) suspects--;
        worked();
        // A paused and resumed job may already run again here, under a newer fence.
        if (running.get(job.id)?.fence === job.fence) running.delete(job.id);
        fill();
      });
    running.set(job.id, { fence: job.fence, stop, ended });
  }

  /** A missed beat only lets the lease run out; another holder is refused by the fence. */
  async function beat({ tenant, id, fence }: Job): Promise<void> {
    await tolerate(() => store.apply({ kind: "heartbeat", tenant, id, fence, at: clock(), leaseMs }));
  }

  async function sweep(): Promise<void> {
    const at = clock();
    const overdue = await store.overdue(at, BATCH);
    const lapsed = (await store.lapsed(at, BATCH)).filter((job) => !running.has(job.id));
    await Promise.all([
      ...overdue.map(({ tenant, id }) => tolerate(() => store.apply({ kind: "expire", tenant, id, at }))),
      ...lapsed.map((job) => reclaim(job, false)),
    ]);
    askAgain();
  }

  function reclaim({ tenant, id, fence }: Job, workerGone: boolean): Promise<void> {
    return tolerate(() => store.apply({ kind: "reclaim", tenant, id, fence, at: clock(), workerGone }));
  }

  /** A conflict means that somebody else moved the job first, which is all that was wanted. */
  async function tolerate(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof AppError && error.code === "conflict")) reportError(error);
    }
  }

  return {
    take,
    wake() {
      // What only this process's own list says to lease is not in it yet.
      if (own === undefined) askAgain();
    },
    async start() {
      if (state !== "idle") throw new AppError("internal", "a runner starts once");
      if (store.soleProcess) {
        const left = await store.lapsed(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
        await Promise.all(left.map((job) => reclaim(job, true)));
      }
      state = "started";
      unsubscribe = store.subscribe(onCommitted);
      poll = setInterval(() => void sweep().catch(reportError), pollMs);
      poll.unref();
      askAgain();
    },
    async stop() {
      state = "stopped";
      clearInterval(poll);
      unsubscribe?.();
      for (const { stop } of running.values()) stop.abort("stopping" satisfies StopReason);
      await filling;
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
