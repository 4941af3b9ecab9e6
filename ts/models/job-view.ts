import * as z from "zod";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import { AnnealResult } from "./anneal.ts";
import { CircuitResult } from "./circuit.ts";
import { HybridResult } from "./hybrid.ts";
import { InferResult } from "./infer.ts";
import { JOB_STATES, JOB_TYPES } from "./job.ts";
import { RouteDecision } from "./route.ts";
import { ScheduleResult } from "./schedule.ts";
import { ThreadUse } from "./thread-use.ts";

const Time = z.iso.datetime();

/** An error as a job record and `--json` show it. */
const ErrorView = z.object({
  code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const PlanView = z.strictObject({
  route: RouteDecision,
  costMicroUsd: z.int(),
  predictedMs: z.number(),
  approvals: z.int().meta({ description: "How many people have to approve it before it runs" }),
  planHash: z.string().meta({ description: "What `:execute` has to name" }),
});
export type PlanView = z.infer<typeof PlanView>;

/** The values of every type of job are members of their own; where a job is listed, they are left out. */
const ResultView = z.strictObject({
  backend: z.string(),
  resultHash: z.string(),
  reused: z
    .strictObject({ jobId: z.string() })
    .optional()
    .meta({ description: "The job whose run made the result, when it was not run again" }),
  threads: z
    .array(ThreadUse)
    .optional()
    .meta({ description: "The threads of a run on this service's engines, the leading one first" }),
  fewerThreads: z.string().optional().meta({ description: "Why there were fewer than the option `threads` asks for" }),
  ...CircuitResult.shape,
  ...AnnealResult.partial().shape,
  ...ScheduleResult.partial().shape,
  ...InferResult.partial().shape,
  ...HybridResult.partial().shape,
  best: z.union([AnnealResult.shape.best, HybridResult.shape.best.unwrap()]).optional(),
  work: z.union([AnnealResult.shape.work, ScheduleResult.shape.work]).optional(),
});

const TimingView = z.strictObject({
  queuedMs: z.number().nullable(),
  engineMs: z
    .number()
    .nullable()
    .meta({ description: "The engine's own time, without parsing, start-up or transport" }),
  totalMs: z.number().nullable(),
  predictedMs: z.number().nullable(),
});

const AttemptView = z.strictObject({
  worker: z.string(),
  startedAt: Time,
  endedAt: Time.nullable(),
  end: z.enum(["succeeded", "failed", "cancelled", "expired", "lost", "handed-back"]).nullable(),
  tries: z.array(z.strictObject({ backend: z.string(), startedAt: Time, endedAt: Time, error: ErrorView.nullable() })),
});

/** A job as callers see it: the body of `GET /v1/jobs/{id}` and of `--json`. */
export const JobView = z.strictObject({
  id: z.string(),
  type: z.enum(JOB_TYPES),
  status: z.enum(JOB_STATES),
  target: z.string().meta({ description: "As asked for; `result.backend` says where it ran" }),
  seed: z.int(),
  result: ResultView.nullable(),
  route: RouteDecision.nullable(),
  plan: PlanView.nullable(),
  approvedBy: z.array(z.string()),
  receipt: z
    .strictObject({ leafIndex: z.int() })
    .nullable()
    .meta({ description: "Where its outcome stands in the log; null before the final state" }),
  createdAt: Time,
  finishedAt: Time.nullable(),
  timing: TimingView,
  costMicroUsd: z.int(),
  error: ErrorView.nullable(),
  attempts: z.array(AttemptView),
  metadata: z.record(z.string(), z.string()),
});
export type JobView = z.infer<typeof JobView>;

export const JobPageView = z.strictObject({
  jobs: z.array(JobView).meta({ description: "Newest first, without the values of their results" }),
  next: z.string().nullable().meta({ description: "The `cursor` of the next page; null at the end" }),
});
export type JobPageView = z.infer<typeof JobPageView>;

/** One entry of a batch's answer: the job that was accepted, or why it was not. */
export const BatchItem = z.union([z.strictObject({ job: JobView }), z.strictObject({ error: ErrorView })]);
export type BatchItem = z.infer<typeof BatchItem>;
