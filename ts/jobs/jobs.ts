import type { AuditEvent } from "../audit/event.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { isJobId, type JobId, type TenantId } from "../core/ids.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import { FINAL_STATES, type SubmitJob } from "../models/job.ts";
import { parseTenantPolicy } from "../models/policy.ts";
import type { Deed } from "./deed.ts";
import type { Job } from "./job.ts";
import { approvePlan, executePlan } from "./plan.ts";
import { retry } from "./retry.ts";
import type { AttemptServices } from "./run-attempt.ts";
import { createRunner, type RunnerOptions } from "./runner.ts";
import type { JobPage, JobRef, ListRequest } from "./store.ts";
import { type SubmitOptions, type SubmitServices, submit } from "./submit.ts";
import { Waiting } from "./waiting.ts";

/** What the jobs of a process need from the rest of the house; the optional ones have the safe default. */
export type JobServices = Pick<AttemptServices, "store" | "decide" | "providers" | "engineHash" | "reportError"> &
  Partial<AttemptServices & SubmitServices>;

/** Jobs as every surface uses them: HTTP, command line, npm. */
export interface Jobs {
  submit(tenant: TenantId, body: SubmitJob, options?: SubmitOptions): Promise<Job>;
  get(tenant: TenantId, id: string): Promise<Job>;
  list(tenant: TenantId, request: ListRequest): Promise<JobPage>;
  input(tenant: TenantId, id: string): Promise<Uint8Array>;
  result(tenant: TenantId, id: string): Promise<Uint8Array>;
  execute(tenant: TenantId, id: string, planHash: string, deed?: Deed): Promise<Job>;
  approve(tenant: TenantId, id: string, deed: Deed & { person: string }): Promise<Job>;
  cancel(tenant: TenantId, id: string, deed?: Deed): Promise<Job>;
  pause(tenant: TenantId, id: string, deed?: Deed): Promise<Job>;
  resume(tenant: TenantId, id: string, deed?: Deed): Promise<Job>;
  /** Deletes a final job with its input and result; its entry of the log stays. */
  remove(tenant: TenantId, id: string, event: AuditEvent): Promise<void>;
  /** A new job with the body and the seed of one that ended without a result. @throws {AppError} `conflict` for any other */
  retry(tenant: TenantId, id: string, options?: SubmitOptions): Promise<Job>;
  /** Has this process run a queued job that another one left, where it runs only its own (`RunnerOptions.ownJobsOnly`). */
  take(tenant: TenantId, id: string): void;
  /**
   * The job once it is final, or as it is when `signal` says to wait no longer.
   *
   * @throws {AppError} `storage-full` or `store-unavailable` when the store cannot take what became of it; the job is not lost
   */
  wait(tenant: TenantId, id: string, signal?: AbortSignal): Promise<Job>;
  /** Begins to run jobs; without it they are accepted and stay queued. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Of a house without tenants: what leaves the machine or costs money is planned first. */
const DEFAULT_POLICY = { ...parseTenantPolicy({}), deadlines: { neuralMs: null, quantumMs: null, hybridMs: null } };

export function createJobs(given: JobServices, options: RunnerOptions): Jobs {
  const clock: Clock = given.clock ?? systemClock;
  const services = { policyOf: () => DEFAULT_POLICY, ...given, clock };
  const { store } = services;
  const waiting = new Waiting();
  const reportError = (error: unknown, job?: JobRef): void => {
    const isStorage = error instanceof AppError && ["storage-full", "store-unavailable"].includes(error.code);
    if (!isStorage || !waiting.tellAll(error)) services.reportError(error, job);
  };
  store.subscribe((job) => FINAL_STATES.has(job.status) && waiting.settle(job));
  if (given.quota !== undefined) {
    const { quota } = given;
    store.subscribe(({ tenant, status }) => FINAL_STATES.has(status) && quota.release(tenant));
  }
  const runner = createRunner({ ...services, reportError }, options);
  const submitServices = { ...services, wake: () => runner.wake() };

  function ref(tenant: TenantId, id: string): { tenant: TenantId; id: JobId; at: number } {
    if (!isJobId(id)) throw new AppError("not-found", `there is no job ${id}`);
    return { tenant, id, at: clock() };
  }

  async function wait(job: JobRef, signal: AbortSignal | undefined): Promise<Job> {
    const { promise: settled, resolve: settle, reject } = withResolvers<Job>();
    // Enlisted before the read, so that no change falls between the two.
    const leave = waiting.enlist(job, { settle, reject });
    const givenUp = (): void => void store.get(job).then(settle, reject);
    try {
      const present = await store.get(job);
      if (FINAL_STATES.has(present.status) || signal?.aborted) return present;
      signal?.addEventListener("abort", givenUp, { once: true });
      return await settled;
    } finally {
      signal?.removeEventListener("abort", givenUp);
      leave();
    }
  }

  return {
    submit: (tenant, body, submitOptions) => submit(submitServices, tenant, body, submitOptions),
    get: async (tenant, id) => store.get(ref(tenant, id)),
    list: (tenant, request) => store.list(tenant, request),
    input: async (tenant, id) => store.input(ref(tenant, id)),
    result: async (tenant, id) => store.result(ref(tenant, id)),
    execute: async (tenant, id, planHash, deed) => executePlan(services, ref(tenant, id), planHash, deed),
    approve: async (tenant, id, deed) => approvePlan(services, ref(tenant, id), deed),
    cancel: async (tenant, id, { event } = {}) => store.apply({ kind: "cancel", ...ref(tenant, id), event }),
    pause: async (tenant, id, { event } = {}) => store.apply({ kind: "pause", ...ref(tenant, id), event }),
    resume: async (tenant, id, { event } = {}) => store.apply({ kind: "resume", ...ref(tenant, id), event }),
    remove: async (tenant, id, event) => store.remove(ref(tenant, id), event),
    retry: async (tenant, id, submitOptions) => retry(submitServices, ref(tenant, id), submitOptions),
    take: (tenant, id) => runner.take(ref(tenant, id)),
    wait: async (tenant, id, signal) => wait(ref(tenant, id), signal),
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}
