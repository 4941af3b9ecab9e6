import { setTimeout as timeout } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";
import { AppError, ERROR_CODES, toErrorInfo } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { JobType } from "../models/job-type.ts";
import { budgetOf, type TenantPolicy } from "../models/policy.ts";
import type { RouteDecision } from "../models/route.ts";
import type { Provider } from "../providers/provider.ts";
import type { RouteArm } from "../routing/route.ts";
import type { Consumption } from "../tenancy/quota.ts";
import type { EngineRun, Progress } from "../workers/engine-worker.ts";
import type { Command } from "./core.ts";
import type { BackendTry, Job, JobResult } from "./job.ts";
import { candidateOf, type Decide, mustBePlanned } from "./plan.ts";
import { contentKey } from "./result-cache.ts";
import type { JobRef, Store } from "./store.ts";

export interface AttemptServices {
  readonly store: Store;
  readonly clock: Clock;
  /** Resolves after the delay, or at once when the signal aborts; real time by default. */
  readonly sleep?: ((delayMs: number, signal: AbortSignal) => Promise<void>) | undefined;
  readonly decide: Decide;
  readonly providers: ReadonlyMap<string, Provider>;
  policyOf(tenant: TenantId): TenantPolicy;
  /** Keeps what a tenant uses below its day's quota; see tenancy/quota.ts. */
  readonly quota?: Reserve | undefined;
  /** Content hash of the engine that a back end runs such jobs on, if it gives the same bytes every time; undefined for all others. */
  engineHash(backend: string, type: JobType): string | undefined;
  /** The arm of the experiment that a job without a plan is in. */
  armOf?(job: Job): RouteArm | undefined;
  onProgress?(job: Job, progress: Progress): void;
  /** What no caller is told in full: internal errors with their causes. */
  reportError(error: unknown, job?: JobRef): void;
}

/** How an attempt keeps step with the others of its process. */
export interface Pace {
  /** Waits for the attempt's turn to compute; gives the end of that turn. @param predictedMs what it will take by its route */
  compute(predictedMs: number, signal: AbortSignal): Promise<() => void>;
  /** Nothing is left of it but to store the outcome. */
  worked(): void;
}

interface Reserve {
  /** @returns settles it with what was used, once. @throws {AppError} `quota-exceeded` */
  reserve(tenant: TenantId, predicted: Consumption): (used: Consumption) => void;
}

/**
 * Why a running attempt is told to stop. `superseded`: the job was cancelled, paused or taken over; its state says so already.
 * `budget`: it ran longer than the policy lets it.
 */
export type StopReason = "superseded" | "stopping" | "deadline" | "budget";

const RETRY_MS = { first: 500, most: 30_000 };
const STORE_RETRY_MS = 1_000;

/**
 * Runs one leased attempt to its end and stores what came of it, with the outcome's log entry, in one commit.
 *
 * The back ends of the route are tried in order as long as they fail for a reason that another one may not have; a job that
 * all of them refused goes back to the queue until its attempts are used up.
 *
 * @param stop its reason is a {@link StopReason}
 */
export async function runAttempt(job: Job, services: AttemptServices, pace: Pace, stop: AbortSignal): Promise<void> {
  // One controller for all reasons; the first one stands.
  const ending = new AbortController();
  const timer = callAt(job.deadlineAt, services.clock, () => ending.abort("deadline" satisfies StopReason));
  const stopped = (): void => ending.abort(stop.reason);
  if (stop.aborted) stopped();
  else stop.addEventListener("abort", stopped, { once: true });
  try {
    const command = await attempt(job, services, pace, ending);
    pace.worked();
    if (command !== undefined) await storeOutcome(command, services, stop);
  } finally {
    timer.clear();
    stop.removeEventListener("abort", stopped);
  }
}

async function attempt(
  job: Job,
  services: AttemptServices,
  pace: Pace,
  ending: AbortController,
): Promise<Command | undefined> {
  const { clock, store } = services;
  const { signal } = ending;
  const fenced = { tenant: job.tenant, id: job.id, fence: job.fence };
  const tries: BackendTry[] = [];
  let route = job.plan?.route;
  let settle: ((used: Consumption) => void) | undefined;
  let used: Consumption = { computeMs: 0, costMicroUsd: 0 };
  try {
    const input = await store.input(job);
    route ??= await untilStopped(services.decide({ ...job, input, arm: services.armOf?.(job) }, signal), signal);
    settle = services.quota?.reserve(job.tenant, predictedUse(route, services));
    const ran = await tryBackends(job, input, route, services, pace, ending, tries);
    used = { computeMs: ran.result.engineMs, costMicroUsd: ran.costMicroUsd };
    return { kind: "succeed", ...fenced, at: clock(), route, tries, ...ran };
  } catch (error) {
    const at = clock();
    const reason = signal.aborted ? (signal.reason as StopReason) : undefined;
    if (reason === "superseded") return undefined;
    if (reason === "stopping") return { kind: "hand-back", ...fenced, at };
    if (reason === "deadline") return { kind: "expire", tenant: job.tenant, id: job.id, at };
    if (reason === "budget") {
      return { kind: "overrun", ...fenced, at, route, tries, budgetMs: attemptBudget(job, services) ?? 0 };
    }
    if (!(error instanceof AppError) || error.code === "internal") services.reportError(error, job);
    const info = toErrorInfo(error);
    // A spent quota is renewed tomorrow: no pause between attempts reaches so far.
    const canRetry = ERROR_CODES[info.code].retryable && info.code !== "quota-exceeded";
    const retryAt = canRetry ? at + retryDelayMs(job.attempts.length) : undefined;
    return { kind: "fail", ...fenced, at, route, tries, error: info, retryAt };
  } finally {
    settle?.(used);
  }
}

/** Time counts where it is this machine's. */
function predictedUse(route: RouteDecision, { providers }: AttemptServices): Consumption {
  const { executionMs, costMicroUsd } = candidateOf(route, route.chosen).predicted;
  const isOurs = providers.get(route.chosen)?.describe().kind === "embedded";
  return { computeMs: isOurs ? executionMs : 0, costMicroUsd };
}

/** The most that a job without a deadline of its own may take on this machine. */
function attemptBudget(job: Job, services: AttemptServices): number | undefined {
  if (job.deadlineAt !== undefined) return undefined;
  return budgetOf(services.policyOf(job.tenant), job.type) ?? undefined;
}

interface Ran {
  readonly result: JobResult;
  readonly container?: Uint8Array | undefined;
  readonly costMicroUsd: number;
}

async function tryBackends(
  job: Job,
  input: Uint8Array,
  route: RouteDecision,
  services: AttemptServices,
  pace: Pace,
  ending: AbortController,
  tries: BackendTry[],
): Promise<Ran> {
  const { signal } = ending;
  let lastError: unknown;
  for (const backend of [route.chosen, ...route.fallbacks]) {
    const provider = services.providers.get(backend);
    const { costMicroUsd, executionMs } = candidateOf(route, backend).predicted;
    if (provider === undefined || !isAgreedTo(job, provider, costMicroUsd, services)) continue;
    const engineHash = services.engineHash(backend, job.type);
    const key = engineHash === undefined ? undefined : contentKey(job, engineHash);
    const earlier = key !== undefined && job.request.reuse ? await services.store.cached(job.tenant, key) : undefined;
    const endTurn = earlier?.result ? undefined : await pace.compute(executionMs, signal);
    // From here: no job pays for its wait.
    const startedAt = services.clock();
    const budgetMs = provider.describe().kind === "embedded" ? attemptBudget(job, services) : undefined;
    const endsAt = budgetMs === undefined ? undefined : startedAt + budgetMs;
    const timer = callAt(endsAt, services.clock, () => ending.abort("budget" satisfies StopReason));
    try {
      const ran = earlier?.result ? reuse(earlier, earlier.result) : await run(job, input, provider, services, signal);
      tries.push({ backend, startedAt, endedAt: services.clock() });
      if ("reused" in ran) return { result: { ...ran, backend }, costMicroUsd: 0 };
      // By name: a run can carry more, such as its JSON view, which is made when it is read and belongs into no record.
      const { container, resultHash, engineMs, options, identity, notes, threads, fewerThreads } = ran;
      const { simulated } = provider.describe();
      const how = { engineMs, options, identity, notes, threads, fewerThreads };
      const result = { backend, simulated, resultHash, ...withoutUndefined(how), contentKey: key };
      return { result, container, costMicroUsd };
    } catch (error) {
      if (signal.aborted) throw error;
      tries.push({ backend, startedAt, endedAt: services.clock(), error: toErrorInfo(error) });
      if (!(error instanceof AppError && ERROR_CODES[error.code].retryable)) throw error;
      lastError = error;
    } finally {
      timer.clear();
      endTurn?.();
    }
  }
  throw (
    lastError ??
    new AppError("no-backend", `${route.chosen} needs an agreed plan: submit the job with mode plan and execute it`)
  );
}

/** A price was agreed to with the plan; whatever may run at once needs no agreement. */
function isAgreedTo(job: Job, provider: Provider, costMicroUsd: number, services: AttemptServices): boolean {
  if (!mustBePlanned(provider.describe(), services.policyOf(job.tenant))) return true;
  return job.plan !== undefined && costMicroUsd <= job.plan.costMicroUsd;
}

function reuse(earlier: Job, result: JobResult): JobResult & { reused: { jobId: Job["id"] } } {
  // The key stays with the job that ran: if that one goes, so does the offer.
  const { contentKey: _, threads: _threads, fewerThreads: _fewer, ...kept } = result;
  return { ...kept, engineMs: 0, reused: { jobId: earlier.id } };
}

function run(
  job: Job,
  input: Uint8Array,
  provider: Provider,
  services: AttemptServices,
  signal: AbortSignal,
): Promise<EngineRun> {
  const { type, seed } = job;
  const { format, options } = job.request;
  const onProgress = (progress: Progress): void => services.onProgress?.(job, progress);
  return untilStopped(provider.run({ type, format, source: input, options, seed }, { signal, onProgress }), signal);
}

/** Does not wait for work that ignores its signal: its result would be refused by the fence anyway. */
function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => reject(new AppError("cancelled", `stopped: ${String(signal.reason)}`));
    if (signal.aborted) stopped();
    signal.addEventListener("abort", stopped, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stopped));
  });
}

/** A finished computation is worth keeping: while the disk is full it waits for space instead of being thrown away. */
async function storeOutcome(
  command: Command,
  { store, reportError, sleep = systemSleep }: AttemptServices,
  stop: AbortSignal,
): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await store.apply(command);
      return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "conflict") return; // Cancelled, paused or taken over meanwhile: the stored state stands.
      if (stop.aborted) throw error;
      if (attempt === 0) reportError(error, command);
      if (!ERROR_CODES[error.code].retryable) {
        // The outcome itself cannot be recorded, such as a route too long for a log entry: a plain failure can.
        if (command.kind !== "succeed" && command.kind !== "fail") throw error;
        const { tenant, id, fence, at } = command;
        await store.apply({ kind: "fail", tenant, id, fence, at, tries: [], error: toErrorInfo(error) });
        return;
      }
      await sleep(STORE_RETRY_MS, stop); // Stopped: one last try.
    }
  }
}

async function systemSleep(delayMs: number, signal: AbortSignal): Promise<void> {
  await timeout(delayMs, undefined, { signal }).catch(() => undefined);
}

function retryDelayMs(attempts: number): number {
  return Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.max(0, attempts - 1));
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Timers hold 31 bits of milliseconds and may fire one early: asks the clock again each time. */
function callAt(at: number | undefined, clock: Clock, call: () => void): { clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    if (at === undefined) return;
    const delayMs = at - clock();
    if (delayMs <= 0) call();
    else timer = setTimeout(arm, Math.min(delayMs, LONGEST_TIMER_MS));
  };
  arm();
  return { clear: () => clearTimeout(timer) };
}
