import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import type { Job } from "./job.ts";
import { type AttemptServices, runAttempt, type StopReason } from "./run-attempt.ts";

export interface RunnerOptions {
  /** Names this process in leases and attempts. */
  readonly worker: string;
  /** How many jobs run at the same time. */
  readonly concurrency: number;
  readonly leaseMs?: number | undefined;
  readonly pollMs?: number | undefined;
}

export interface Runner {
  /** Takes back what a dead process left running, then begins to run queued jobs. */
  start(): Promise<void>;
  /** Takes no more jobs and hands the running ones back to the queue. */
  stop(): Promise<void>;
}

const BATCH = 1000;

/**
 * Runs the queue. A committed job wakes it at once; polling is the guarantee for whatever no commit announces: deadlines,
 * pauses between attempts, leases that ran out.
 */
export function createRunner(services: AttemptServices, options: RunnerOptions): Runner {
  const { store, clock, reportError } = services;
  const { worker, concurrency, leaseMs = 30_000, pollMs = 1_000 } = options;
  const running = new Map<JobId, { fence: number; stop: AbortController; ended: Promise<void> }>();
  let state: "idle" | "started" | "stopped" = "idle";
  let poll: NodeJS.Timeout | undefined;
  let filling: Promise<void> | undefined;
  let mayHaveMore = false;
  let lastServed: TenantId | undefined;
  let unsubscribe: (() => void) | undefined;

  function onCommitted(job: Job): void {
    const mine = running.get(job.id);
    if (mine !== undefined && (job.status !== "running" || job.fence !== mine.fence)) {
      mine.stop.abort("superseded" satisfies StopReason);
    }
    if (job.status === "queued") fill();
  }

  function fill(): void {
    mayHaveMore = true;
    if (filling !== undefined || state !== "started") return;
    filling = claimWhileFree()
      .catch(reportError)
      .finally(() => {
        filling = undefined;
        if (mayHaveMore && running.size < concurrency) fill();
      });
  }

  async function claimWhileFree(): Promise<void> {
    while (mayHaveMore && state === "started" && running.size < concurrency) {
      mayHaveMore = false;
      const limit = concurrency - running.size;
      const jobs = await store.claim({ worker, at: clock(), leaseMs, limit, after: lastServed });
      lastServed = jobs.at(-1)?.tenant ?? lastServed;
      for (const job of jobs) launch(job);
    }
  }

  function launch(job: Job): void {
    const stop = new AbortController();
    // Claimed while stopping: straight back to the queue.
    if (state === "stopped") stop.abort("stopping" satisfies StopReason);
    const heartbeat = setInterval(() => void beat(job), leaseMs / 3);
    const ended = runAttempt(job, services, stop.signal)
      .catch(reportError)
      .finally(() => {
        clearInterval(heartbeat);
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
    for (const ref of await store.overdue(at, BATCH)) {
      await tolerate(() => store.apply({ kind: "expire", tenant: ref.tenant, id: ref.id, at }));
    }
    for (const job of await store.lapsed(at, BATCH)) if (!running.has(job.id)) await reclaim(job, false);
    fill();
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
      fill();
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
