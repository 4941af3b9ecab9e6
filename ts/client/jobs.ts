import { toHex } from "../core/bytes.ts";
import { AppError, type ErrorInfo, toErrorInfo } from "../core/errors.ts";
import type { CircuitResult } from "../models/circuit.ts";
import type { JobState, JobType, SubmitJob } from "../models/job.ts";
import { FINAL_STATES } from "../models/job-state.ts";
import type { BatchItem, JobPageView, JobView } from "../models/job-view.ts";
import { batchesOf } from "./batches.ts";
import { type CallOptions, nothing, type Request, segment, type Transport } from "./transport.ts";
import { type LiveEvent, type WatchOptions, watch } from "./watch.ts";

export interface WaitOptions extends CallOptions {
  /** The service answers when the job is final, or after so many seconds: 0 to 60; 0 by default. */
  waitSeconds?: number | undefined;
}

export interface SubmitJobOptions extends WaitOptions {
  /** The same key with the same job is the same job; a fresh one for each call by default, so that a submit can be tried again. */
  idempotencyKey?: string | undefined;
  /** Run it even when an equal earlier result is there. */
  noCache?: boolean | undefined;
}

export interface SubmitAllOptions extends CallOptions {
  /**
   * With the same key and the same jobs nothing is submitted twice. Batches are then full ones, so that a second call makes the
   * same: of a slow source, a job waits for its batch.
   */
  idempotencyKey?: string | undefined;
  noCache?: boolean | undefined;
}

export interface ListOptions extends CallOptions {
  status?: JobState | undefined;
  type?: JobType | undefined;
  /** Jobs of one request: 1 to 1000. */
  limit?: number | undefined;
}

export interface FollowOptions extends CallOptions {
  /** Told of what happens to the job meanwhile, progress included. */
  onEvent?: ((event: LiveEvent) => void) | undefined;
}

/** A result with where it ran and its hash. */
export type ResultView = CircuitResult & { backend: string; resultHash: string };

/** Every method throws an {@link AppError} with the service's code. */
export interface JobCalls {
  /** The job as it is accepted, or with `waitSeconds` as it is then. */
  submit(job: SubmitJob, options?: SubmitJobOptions): Promise<JobView>;
  /**
   * Submits any number of jobs, in batches, and gives an entry for each in their order: the accepted job, or why it was not.
   * Reads on in `jobs` as the entries are read.
   */
  submitAll(
    jobs: Iterable<SubmitJob> | AsyncIterable<SubmitJob>,
    options?: SubmitAllOptions,
  ): AsyncGenerator<BatchItem>;
  /** Only plans the job: route, price, approvals; `execute` runs it. */
  plan(job: SubmitJob, options?: SubmitJobOptions): Promise<JobView>;
  get(id: string, options?: WaitOptions): Promise<JobView>;
  /** Newest first, without the values of their results; asks for the next page when it is needed. */
  list(options?: ListOptions): AsyncGenerator<JobView>;
  listPage(options?: ListOptions & { cursor?: string | undefined }): Promise<JobPageView>;
  /** The job once it is final, or once somebody has to decide: planned, awaiting approval, paused. */
  wait(id: string, options?: FollowOptions): Promise<JobView>;
  /** What happens to one job until it is final, or to all of the tenant; resumes by itself. */
  watch(id?: string, options?: WatchOptions): AsyncGenerator<LiveEvent>;
  result(id: string, options?: CallOptions): Promise<ResultView>;
  /** The bytes whose SHA-256 is the result hash; `decodeResultContainer` of `ketflow/engines` reads them. */
  resultContainer(id: string, options?: CallOptions): Promise<Uint8Array>;
  /** The text of the receipt file of a final job. @throws {AppError} `conflict` for one that is not */
  receipt(id: string, options?: CallOptions): Promise<string>;
  /** Agrees to a plan. @throws {AppError} `conflict` with the new plan in `details` when price or policy changed */
  execute(id: string, planHash: string, options?: WaitOptions): Promise<JobView>;
  approve(id: string, options?: WaitOptions): Promise<JobView>;
  cancel(id: string, options?: CallOptions): Promise<JobView>;
  pause(id: string, options?: CallOptions): Promise<JobView>;
  resume(id: string, options?: CallOptions): Promise<JobView>;
  /** Submits a job that ended without a result again: a new job with the same body and seed. */
  retry(id: string, options?: Omit<SubmitJobOptions, "noCache">): Promise<JobView>;
  /** Deletes a final job with its input and result; its entry of the log stays. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

/** Nothing happens to a job in these until somebody decides. */
const UNDECIDED: ReadonlySet<JobState> = new Set<JobState>(["planned", "awaiting-approval", "paused"]);
const MAX_WAIT_SECONDS = 60;

export function jobCalls(transport: Transport): JobCalls {
  const { json, read, patience } = transport;
  const jobPath = (id: string): string => `v1/jobs/${segment(id)}`;

  async function submit(job: SubmitJob, options: SubmitJobOptions = {}): Promise<JobView> {
    const { idempotencyKey = freshKey(), noCache, ...waiting } = options;
    const headers = { "idempotency-key": idempotencyKey, ...cacheControl(noCache) };
    return json<JobView>(waitFor({ method: "POST", path: "v1/jobs", body: job, headers, repeatable: true }, waiting));
  }

  async function* submitAll(
    jobs: Iterable<SubmitJob> | AsyncIterable<SubmitJob>,
    { idempotencyKey, noCache, signal }: SubmitAllOptions = {},
  ): AsyncGenerator<BatchItem> {
    const key = idempotencyKey ?? freshKey();
    let number = 0;
    for await (const batch of batchesOf(jobs, idempotencyKey !== undefined)) {
      const headers = { "idempotency-key": `${key}-${number++}`, ...cacheControl(noCache) };
      const body = `{"jobs":[${batch.join(",")}]}`;
      try {
        const request = { method: "POST", path: "v1/jobs:batch", body, headers, repeatable: true, signal } as const;
        const { items } = await json<{ items: BatchItem[] }>(request);
        yield* items;
      } catch (error) {
        // A job that is too large is sent alone, and does not hinder its neighbours either.
        if (!(error instanceof AppError && error.code === "too-large" && batch.length === 1)) throw error;
        yield { error: toErrorInfo(error) as ErrorInfo & BatchError };
      }
    }
  }

  const listPage: JobCalls["listPage"] = ({ signal, ...query } = {}) => json({ path: "v1/jobs", query, signal });

  async function* list(options: ListOptions = {}): AsyncGenerator<JobView> {
    let cursor: string | undefined;
    do {
      const page = await listPage({ ...options, cursor });
      yield* page.jobs;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  const get: JobCalls["get"] = async (id, options = {}) => json(waitFor({ path: jobPath(id) }, options));

  async function wait(id: string, { signal, onEvent }: FollowOptions = {}): Promise<JobView> {
    let after: number | undefined;
    let isLive = onEvent !== undefined;
    for (;;) {
      if (isLive) {
        try {
          after = await listen(id, after, { signal, onEvent });
        } catch (error) {
          // A service of an older release has no streams; whether there is the job, the next request says.
          if (!(error instanceof AppError && error.code === "not-found")) throw error;
          isLive = false;
        }
      }
      // One request for a job that ends within a minute; a stream would be one more.
      const job = await get(id, { signal, waitSeconds: isLive ? 0 : MAX_WAIT_SECONDS });
      if (isSettled(job.status)) return job;
    }
  }

  /** Until the job is settled as far as the events say, which may tell of an earlier day. @returns the last event's id */
  async function listen(
    id: string,
    after: number | undefined,
    { signal, onEvent }: FollowOptions,
  ): Promise<number | undefined> {
    let last = after;
    for await (const event of watch(transport, id, { signal, after })) {
      onEvent?.(event);
      if (event.kind !== "change") continue;
      last = event.id;
      if (isSettled(event.status)) break;
    }
    return last;
  }

  async function receipt(id: string, { signal }: CallOptions = {}): Promise<string> {
    for (let tries = 0; ; tries++) {
      const request = { path: `${jobPath(id)}/receipt`, signal };
      const [code, text] = await read(request, async (response) => [response.status, await response.text()] as const);
      if (code !== 202) return text;
      const { status } = JSON.parse(text) as { status: JobState };
      if (!FINAL_STATES.has(status) || tries > patience.retries) {
        throw new AppError("conflict", `job ${id} is ${status}: it has no receipt yet; wait for its end`);
      }
      await patience.sleep(1000, signal); // its entry waits for the next checkpoint
    }
  }

  /** Not repeated: a second `cancel` after a lost answer would say that there is nothing to cancel. */
  const act =
    (verb: string) =>
    async (id: string, options: WaitOptions = {}): Promise<JobView> =>
      json(waitFor({ method: "POST", path: `${jobPath(id)}:${verb}` }, options));

  return {
    ...{ submit, submitAll, get, list, listPage, wait, receipt },
    plan: (job, options) => submit({ ...job, mode: "plan" }, options),
    watch: (id, options = {}) => watch(transport, id, options),
    result: (id, { signal } = {}) => json({ path: `${jobPath(id)}/result`, signal }),
    resultContainer(id, { signal } = {}) {
      const request = { path: `${jobPath(id)}/result`, headers: { accept: "application/octet-stream" }, signal };
      return read(request, async (response) => new Uint8Array(await response.arrayBuffer()));
    },
    execute: async (id, planHash, options = {}) =>
      json(waitFor({ method: "POST", path: `${jobPath(id)}:execute`, body: { planHash } }, options)),
    approve: act("approve"),
    cancel: act("cancel"),
    pause: act("pause"),
    resume: act("resume"),
    async retry(id, { idempotencyKey = freshKey(), ...waiting } = {}) {
      const headers = { "idempotency-key": idempotencyKey };
      return json(waitFor({ method: "POST", path: `${jobPath(id)}:retry`, headers, repeatable: true }, waiting));
    },
    delete: (id, { signal } = {}) => read({ method: "DELETE", path: jobPath(id), signal }, nothing),
  };
}

type BatchError = Extract<BatchItem, { error: unknown }>["error"];

function isSettled(status: JobState): boolean {
  return FINAL_STATES.has(status) || UNDECIDED.has(status);
}

function waitFor(request: Request, { waitSeconds = 0, signal }: WaitOptions): Request {
  if (!(Number.isInteger(waitSeconds) && waitSeconds >= 0 && waitSeconds <= MAX_WAIT_SECONDS)) {
    throw new AppError(
      "invalid-input",
      `waitSeconds ${waitSeconds}: expected a whole number from 0 to ${MAX_WAIT_SECONDS}`,
    );
  }
  if (waitSeconds === 0) return { ...request, signal };
  const headers = { ...request.headers, prefer: `wait=${waitSeconds}` };
  return { ...request, headers, signal, waitMs: waitSeconds * 1000 };
}

function cacheControl(noCache: boolean | undefined): Record<string, string> {
  return noCache ? { "cache-control": "no-cache" } : {};
}

/** 128 random bits; `crypto.randomUUID` is missing on pages without TLS. */
function freshKey(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}
