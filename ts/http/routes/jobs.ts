import * as z from "zod";
import { newEvent } from "../../audit/new-event.ts";
import type { Clock } from "../../core/clock.ts";
import type { Job } from "../../jobs/job.ts";
import type { Jobs } from "../../jobs/jobs.ts";
import type { Readings } from "../../jobs/readings.ts";
import { checkIdempotencyKey } from "../../jobs/submit.ts";
import { FINAL_STATES, JOB_STATES, JOB_TYPES, SubmitJob } from "../../models/job.ts";
import { JobPageView, JobView } from "../../models/job-view.ts";
import { LIMITS } from "../limits.ts";
import { type Call, json, type Operation, operation, type Reply } from "../operation.ts";
import { preferredWaitMs } from "../prefer.ts";
import { problems } from "../responses.ts";

export interface JobRouteServices {
  readonly jobs: Jobs;
  readonly readings: Readings;
  readonly clock: Clock;
  /** Aborts when the service stops: who waits for a job is then told how it is. */
  readonly stopping: AbortSignal;
  /** The policy in force, as events name it. */
  policyHash(tenant: Call<unknown, unknown>["principal"]["tenant"]): string;
}

/** A Bell pair, for the documentation. */
export const BELL_JOB: SubmitJob = {
  type: "circuit",
  input: {
    format: "openqasm3",
    source: 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;',
  },
  options: { shots: 1000 },
  seed: 7,
};

const WAIT_HEADERS = { Prefer: "`wait=SECONDS`, at most 60: answer when the job is final, or then" };
const SUBMIT_HEADERS = {
  ...WAIT_HEADERS,
  "Idempotency-Key": "The same key with the same body is the same job",
  "Cache-Control": "`no-cache`: run it even when an equal earlier result is there",
};

/** Submitting, reading and moving single jobs. */
export function jobRoutes(services: JobRouteServices): Operation[] {
  const { jobs, readings, clock } = services;

  function deed(
    call: Call<unknown, unknown>,
    action: `job.${"execute" | "approve" | "cancel" | "pause" | "resume" | "delete"}`,
    id: string,
  ) {
    const { tenant, owner } = call.principal;
    const policyVersion = services.policyHash(tenant);
    return { person: owner, event: newEvent(call.origin, { tenant, at: clock(), action, subject: id, policyVersion }) };
  }

  /** 200 for a job that is final, 202 for one that is not. */
  async function answer(call: Call<unknown, unknown>, accepted: Job): Promise<Reply> {
    const waitMs = preferredWaitMs(call.header("prefer"));
    const canEnd = accepted.status === "queued" || accepted.status === "running";
    const job = waitMs > 0 && canEnd ? await waitAtMost(waitMs, call, accepted.id) : accepted;
    const status = FINAL_STATES.has(job.status) ? 200 : 202;
    const headers = {
      location: `/v1/jobs/${job.id}`,
      ...(waitMs > 0 && { "preference-applied": `wait=${waitMs / 1000}` }),
    };
    return json(await readings.view(job), status, headers);
  }

  /** By one controller: `AbortSignal.any` costs as much as reading the job. */
  async function waitAtMost(waitMs: number, call: Call<unknown, unknown>, id: string): Promise<Job> {
    const enough = new AbortController();
    const giveUp = (): void => enough.abort();
    const reasons = [call.signal, services.stopping];
    const timer = setTimeout(giveUp, waitMs);
    for (const reason of reasons) {
      if (reason.aborted) giveUp();
      else reason.addEventListener("abort", giveUp, { once: true });
    }
    try {
      return await jobs.wait(call.principal.tenant, id, enough.signal);
    } finally {
      clearTimeout(timer);
      for (const reason of reasons) reason.removeEventListener("abort", giveUp);
    }
  }

  const moved = {
    200: { description: "The job, final", schema: JobView },
    202: { description: "The job, not final yet", schema: JobView },
    // A `Prefer` that is not read.
    ...problems("invalid-input", "not-found", "conflict"),
  };

  return [
    operation({
      ...{ method: "post", path: "/v1/jobs", id: "submitJob", tag: "jobs", scope: "jobs:write", audit: "job.submit" },
      makesJob: true,
      summary: "Submit a job",
      description:
        "The job is on disk when this answers. What has a price or leaves the machine is only planned, unless the policy says otherwise. " +
        "A job that cannot run, such as text that is no circuit, is accepted too, and ends as `failed` with the reason in `error`: one " +
        "that is to be planned at once, any other when its turn comes.",
      body: SubmitJob,
      example: BELL_JOB,
      requestHeaders: SUBMIT_HEADERS,
      responses: { ...moved, ...problems("invalid-input", "conflict", "no-backend", "quota-exceeded", "too-large") },
      handle: async (call) =>
        answer(call, await jobs.submit(call.principal.tenant, call.body, submitOptions(call, services))),
    }),
    operation({
      ...{ method: "get", path: "/v1/jobs", id: "listJobs", tag: "jobs", scope: "jobs:read" },
      summary: "List jobs, newest first",
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(LIMITS.pageSize).default(LIMITS.defaultPageSize),
        cursor: z
          .string()
          .regex(/^job_[0-9A-HJKMNP-TV-Z]{26}$/, "must be `next` of an earlier page")
          .optional(),
        status: z.enum(JOB_STATES).optional(),
        type: z.enum(JOB_TYPES).optional(),
      }),
      responses: { 200: { description: "One page", schema: JobPageView }, ...problems("invalid-input") },
      handle: async ({ principal, query }) => {
        const page = await jobs.list(principal.tenant, query);
        return json({ jobs: page.jobs.map((job) => readings.summary(job)), next: page.next ?? null });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/jobs/{id}", id: "getJob", tag: "jobs", scope: "jobs:read" },
      summary: "Read a job with its result",
      requestHeaders: WAIT_HEADERS,
      responses: moved,
      handle: async (call) => answer(call, await jobs.get(call.principal.tenant, call.params.id ?? "")),
    }),
    operation({
      ...{
        method: "delete",
        path: "/v1/jobs/{id}",
        id: "deleteJob",
        tag: "jobs",
        scope: "jobs:write",
        audit: "job.delete",
      },
      summary: "Delete a job that has ended",
      description: "Its input and result go; its entry of the log stays, and says nothing about them.",
      responses: { 204: { description: "It is gone" }, ...problems("not-found", "conflict") },
      handle: async (call) => {
        const id = call.params.id ?? "";
        await jobs.remove(call.principal.tenant, id, deed(call, "job.delete", id).event);
        return new Response(null, { status: 204 });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/jobs/{id}/result", id: "getResult", tag: "jobs", scope: "jobs:read" },
      summary: "Read a job's result",
      description: "JSON, or with `Accept: application/octet-stream` the container whose SHA-256 is the result hash.",
      requestHeaders: { Accept: "`application/json` (default) or `application/octet-stream`" },
      responses: {
        200: {
          description: "The result",
          schema: z.looseObject({ resultHash: z.string() }),
          otherTypes: { "application/octet-stream": null },
        },
        ...problems("not-found", "conflict", "too-large"),
      },
      handle: async ({ principal, params, header }) => {
        const job = await jobs.get(principal.tenant, params.id ?? "");
        if (/^application\/octet-stream\b/.test(header("accept") ?? "")) {
          const container = await jobs.result(principal.tenant, job.id);
          return new Response(new Uint8Array(container), { headers: { "content-type": "application/octet-stream" } });
        }
        return json(await readings.result(job));
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/jobs/{id}/receipt", id: "getReceipt", tag: "jobs", scope: "jobs:read" },
      summary: "Read the receipt of a job that has ended",
      description: "`ketflow verify` checks the file offline.",
      responses: {
        200: { description: "The receipt file", schema: z.looseObject({ format: z.literal("ketflow-receipt/1") }) },
        202: {
          description: "There is none yet: the job has not ended",
          schema: z.strictObject({ status: z.enum(JOB_STATES) }),
        },
        ...problems("not-found"),
      },
      handle: async ({ principal, params }) => {
        const job = await jobs.get(principal.tenant, params.id ?? "");
        if (!FINAL_STATES.has(job.status)) return json({ status: job.status }, 202, { "retry-after": "1" });
        return new Response(await readings.receipt(job), {
          headers: {
            "content-type": "application/json",
            "content-disposition": `attachment; filename="${job.id}.receipt.json"`,
          },
        });
      },
    }),
    operation({
      ...{
        method: "post",
        path: "/v1/jobs/{id}:execute",
        id: "executeJob",
        tag: "jobs",
        scope: "jobs:write",
        audit: "job.execute",
      },
      summary: "Agree to the plan of a job",
      description: "It runs at once, or waits for approvals. A changed price or policy answers 409 with the new plan.",
      body: z.strictObject({ planHash: z.string().min(1).max(128) }),
      example: { planHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
      requestHeaders: WAIT_HEADERS,
      responses: moved,
      handle: async (call) => {
        const id = call.params.id ?? "";
        return answer(
          call,
          await jobs.execute(call.principal.tenant, id, call.body.planHash, deed(call, "job.execute", id)),
        );
      },
    }),
    operation({
      ...{
        method: "post",
        path: "/v1/jobs/{id}:approve",
        id: "approveJob",
        tag: "jobs",
        scope: "jobs:approve",
        audit: "job.approve",
      },
      summary: "Approve a job that waits for it",
      description: "Whoever submitted the job or agreed to its plan cannot approve it.",
      responses: { ...moved, ...problems("forbidden") },
      handle: async (call) => {
        const id = call.params.id ?? "";
        return answer(call, await jobs.approve(call.principal.tenant, id, deed(call, "job.approve", id)));
      },
    }),
    operation({
      ...{
        method: "post",
        path: "/v1/jobs/{id}:retry",
        id: "retryJob",
        tag: "jobs",
        scope: "jobs:write",
        audit: "job.retry",
      },
      makesJob: true,
      summary: "Submit a job that ended without a result again",
      description: "A new job with the same body and seed.",
      requestHeaders: SUBMIT_HEADERS,
      responses: { ...moved, ...problems("no-backend", "quota-exceeded") },
      handle: async (call) => {
        const id = call.params.id ?? "";
        const { event, reuse: _, ...options } = submitOptions(call, services, "job.retry");
        return answer(call, await jobs.retry(call.principal.tenant, id, { ...options, event }));
      },
    }),
    ...(["cancel", "pause", "resume"] as const).map((verb) =>
      operation({
        ...{
          method: "post",
          path: `/v1/jobs/{id}:${verb}`,
          id: `${verb}Job`,
          tag: "jobs",
          scope: "jobs:write",
          audit: `job.${verb}`,
        },
        summary: SUMMARIES[verb],
        responses: moved,
        handle: async (call) => {
          const id = call.params.id ?? "";
          return answer(call, await jobs[verb](call.principal.tenant, id, deed(call, `job.${verb}`, id)));
        },
      }),
    ),
  ];
}

const SUMMARIES = {
  cancel: "Cancel a job that has not ended",
  pause: "Pause a job: it keeps its place and starts from its beginning",
  resume: "Put a paused job back into the queue",
} as const;

/** How a job of this call is submitted: by whom, under which policy, and whether an earlier result may answer it. */
export function submitOptions(
  call: Call<unknown, unknown>,
  { clock, policyHash }: JobRouteServices,
  action: "job.submit" | "job.retry" = "job.submit",
) {
  const { tenant, owner } = call.principal;
  const policyVersion = policyHash(tenant);
  const idempotencyKey = call.header("idempotency-key");
  if (idempotencyKey !== undefined) checkIdempotencyKey(idempotencyKey);
  return {
    submittedBy: owner,
    idempotencyKey,
    reuse: !/\bno-(?:cache|store)\b/.test(call.header("cache-control") ?? ""),
    event: (id: string) => newEvent(call.origin, { tenant, at: clock(), action, subject: id, policyVersion }),
  };
}
