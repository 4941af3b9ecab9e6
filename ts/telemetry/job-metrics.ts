import type { Clock } from "../core/clock.ts";
import type { Job } from "../jobs/job.ts";
import type { Store } from "../jobs/store.ts";
import { FINAL_STATES, JOB_STATES, JOB_TYPES, type JobState } from "../models/job.ts";
import { Counter, Gauge, Histogram, type Registry } from "./prometheus.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const LIVE_STATES = JOB_STATES.filter((state) => !FINAL_STATES.has(state));

/** Counts jobs by what the store tells of each commit. Listens from now on; start the jobs afterwards. */
export async function jobMetrics(registry: Registry, store: Store, clock: Clock): Promise<void> {
  const registers = [registry];
  const accepted = new Counter({
    name: "ketflow_jobs_accepted_total",
    help: "Jobs stored for the first time",
    labelNames: ["type"],
    registers,
  });
  const finished = new Counter({
    name: "ketflow_jobs_finished_total",
    help: "Jobs that reached a final state; back end none: before one was chosen",
    labelNames: ["type", "outcome", "backend"],
    registers,
  });
  const reused = new Counter({
    name: "ketflow_jobs_reused_total",
    help: "Succeeded jobs that an equal earlier result answered",
    registers,
  });
  const attempts = new Counter({
    name: "ketflow_job_attempts_total",
    help: "Ended attempts by how they ended; lost: their process died, handed-back: a stop or a pause",
    labelNames: ["end"],
    registers,
  });
  const retries = new Counter({
    name: "ketflow_job_retries_total",
    help: "Jobs put back into the queue after an attempt that failed or was lost",
    registers,
  });
  const waited = new Histogram({
    name: "ketflow_job_wait_seconds",
    help: "From the queue to the first attempt",
    buckets: SECONDS,
    registers,
  });
  const engine = new Histogram({
    name: "ketflow_engine_seconds",
    help: "The engine's own time of succeeded jobs that ran, without reading, start-up and transport",
    labelNames: ["backend"],
    buckets: SECONDS,
    registers,
  });
  for (const type of JOB_TYPES) accepted.inc({ type }, 0);

  const live = new Map<JobState, number>(LIVE_STATES.map((state) => [state, 0]));
  const move = (state: JobState | undefined, by: number): void => {
    const count = state && live.get(state);
    if (state !== undefined && count !== undefined) live.set(state, count + by);
  };
  const unsubscribe = store.subscribe((job, before) => {
    if (job.status !== before) {
      move(before, -1);
      move(job.status, 1);
      count(job, before);
    }
  });
  try {
    for (const [state, count] of await store.liveJobs()) move(state, count);
  } catch (error) {
    unsubscribe();
    throw error;
  }
  new Gauge({
    name: "ketflow_jobs",
    help: "Jobs that are not final, by state; awaiting-approval: people are asked for",
    labelNames: ["status"],
    registers,
    collect() {
      for (const [status, count] of live) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "ketflow_queue_oldest_seconds",
    help: "How long the job at the head of the queue has been ready; 0 when none is",
    registers,
    async collect() {
      const readyAt = await store.oldestQueued();
      this.set(readyAt === undefined ? 0 : Math.max(0, clock() - readyAt) / 1000);
    },
  });

  function count(job: Job, before: JobState | undefined): void {
    const { type, status } = job;
    if (before === undefined) accepted.inc({ type });
    if (before === "running") {
      const end = job.attempts.at(-1)?.end;
      if (end !== undefined) attempts.inc({ end });
      if (status === "queued" && end !== "handed-back") retries.inc();
    }
    if (status === "running" && job.attempts.length === 1) {
      waited.observe(Math.max(0, (job.startedAt ?? 0) - (job.queuedAt ?? 0)) / 1000);
    }
    if (!FINAL_STATES.has(status)) return;
    const backend = job.result?.backend ?? job.route?.chosen ?? "none";
    finished.inc({ type, outcome: status, backend });
    if (job.result?.reused !== undefined) reused.inc();
    else if (job.result !== undefined) engine.observe({ backend }, job.result.engineMs / 1000);
  }
}
