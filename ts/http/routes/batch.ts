import { Readable } from "node:stream";
import * as z from "zod";
import { AppError, toErrorInfo } from "../../core/errors.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { checkIdempotencyKey } from "../../jobs/submit.ts";
import { checked } from "../../models/check.ts";
import { SubmitJob } from "../../models/job.ts";
import { BatchItem } from "../../models/job-view.ts";
import { LIMITS } from "../limits.ts";
import { type Call, json, type Operation, operation } from "../operation.ts";
import { readLines } from "../read-body.ts";
import { problems } from "../responses.ts";
import { BELL_JOB, type JobRouteServices, submitOptions } from "./jobs.ts";

const BatchBody = z.strictObject({ jobs: z.array(z.unknown()).min(1).max(LIMITS.batchJobs) });
const NDJSON = "application/x-ndjson";

/** Lines that are being stored at the same time: their transactions are one or few. */
const LINES_AT_ONCE = 256;

/** Many jobs in one request: a list, or a stream of lines of any length. */
export function batchRoutes(services: JobRouteServices): Operation[] {
  const { jobs, readings } = services;

  async function submitOne(call: Call<unknown, unknown>, body: unknown, position: number): Promise<BatchItem> {
    try {
      const key = call.header("idempotency-key");
      const options = submitOptions(call, services);
      const idempotencyKey = key === undefined ? undefined : `${key}-${position}`;
      const job = await jobs.submit(call.principal.tenant, checked(SubmitJob, body, "job"), {
        ...options,
        idempotencyKey,
      });
      return { job: readings.summary(job) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { error: toErrorInfo(error) };
    }
  }

  async function submitLine(call: Call<unknown, unknown>, line: Uint8Array, position: number): Promise<BatchItem> {
    try {
      return await submitOne(call, parseStrictJson(line, `line ${position + 1}`), position);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { error: toErrorInfo(error) };
    }
  }

  /** Answers each line of the request with one of its own, in their order, while the request still comes in. */
  async function* answerLines(call: Call<unknown, unknown>): AsyncGenerator<Uint8Array> {
    const write = (item: BatchItem): Uint8Array => Buffer.from(`${JSON.stringify(item)}\n`);
    let position = 0;
    let waiting: Promise<BatchItem>[] = [];
    try {
      for await (const line of readLines(call.request)) {
        if (line.every((byte) => byte === 32 || byte === 13)) continue;
        waiting.push(submitLine(call, line, position++));
        if (waiting.length < LINES_AT_ONCE) continue;
        for (const item of await Promise.all(waiting)) yield write(item);
        waiting = [];
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      waiting.push(Promise.resolve({ error: toErrorInfo(error) }));
    }
    for (const item of await Promise.all(waiting)) yield write(item);
  }

  return [
    operation({
      ...{
        method: "post",
        path: "/v1/jobs:batch",
        id: "submitBatch",
        tag: "jobs",
        scope: "jobs:write",
        audit: "job.submit",
      },
      summary: "Submit many jobs",
      description:
        `JSON with up to ${LIMITS.batchJobs} jobs, or \`${NDJSON}\`: one job a line, any number of lines, each answered with a line ` +
        "of its own as it is stored. A faulty job does not hinder its neighbours. With an Idempotency-Key, job N has `KEY-N`.",
      bodyDoc: {
        // What is no job does not hinder the others: it is answered with its error.
        "application/json": z.strictObject({
          jobs: z
            .array(z.union([SubmitJob, z.unknown()]))
            .min(1)
            .max(LIMITS.batchJobs),
        }),
        [NDJSON]: SubmitJob,
      },
      example: { jobs: [BELL_JOB, { ...BELL_JOB, seed: 8 }] },
      requestHeaders: { "Idempotency-Key": "The same key with the same jobs gives the same jobs" },
      responses: {
        200: {
          description: "One entry a job, in their order",
          schema: z.strictObject({ items: z.array(BatchItem) }),
          otherTypes: { [NDJSON]: BatchItem },
        },
        ...problems("invalid-input", "too-large"),
      },
      handle: async (call) => {
        const key = call.header("idempotency-key");
        if (key !== undefined) checkIdempotencyKey(key);
        if (/^application\/x-ndjson\b/i.test(call.header("content-type") ?? "")) {
          return new Response(Readable.toWeb(Readable.from(answerLines(call))) as ReadableStream, {
            headers: { "content-type": NDJSON, "cache-control": "no-store" },
          });
        }
        const { jobs: bodies } = checked(BatchBody, await call.readJson(), "body");
        return json({ items: await Promise.all(bodies.map((body, k) => submitOne(call, body, k))) });
      },
    }),
  ];
}
