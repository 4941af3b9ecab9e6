import { asSource } from "../audit/receipt.ts";
import { AppError } from "../core/errors.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { FINAL_STATES, type SubmitJob } from "../models/job.ts";
import type { Job } from "./job.ts";
import type { JobRef } from "./store.ts";
import { type SubmitOptions, type SubmitServices, submit } from "./submit.ts";

/**
 * Submits a job that ended without a result again: a new job with the same body and seed, whose deadline counts from now. What was
 * planned is planned again, because its price may have moved.
 *
 * @throws {AppError} `conflict` when the job is not final, or succeeded; else as {@link submit}
 */
export async function retry(services: SubmitServices, ref: JobRef, options: SubmitOptions = {}): Promise<Job> {
  const job = await services.store.get(ref);
  if (!FINAL_STATES.has(job.status) || job.status === "succeeded") {
    const remedy = "only a job that failed, expired, was cancelled or dead-lettered is submitted again";
    throw new AppError("conflict", `job ${job.id} is ${job.status}: ${remedy}`);
  }
  const { reuse } = job.request;
  return submit(services, job.tenant, bodyOf(job, await services.store.input(ref)), { reuse, ...options });
}

/** What was submitted, from what is stored of it. */
function bodyOf({ type, request, seed, plan, status, attempts }: Job, input: Uint8Array): SubmitJob {
  const { format, options, target, constraints, routing, metadata } = request;
  // What failed without an attempt was to be planned, and could not be.
  const mode = plan === undefined && !(status === "failed" && attempts.length === 0) ? undefined : "plan";
  const source = asSource(input);
  // As it was accepted: type, format and options belong together.
  return withoutUndefined({
    type,
    input: { format, source },
    ...{ options, seed, target, mode, constraints, routing, metadata },
  }) as SubmitJob;
}
