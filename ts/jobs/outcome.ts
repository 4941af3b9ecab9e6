import { asSource, type JobOutcome } from "../audit/receipt.ts";
import { fromHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { withDefaults } from "../models/defaults.ts";
import { OUTCOMES, type Outcome } from "../models/job.ts";
import type { Job } from "./job.ts";

/**
 * What the receipt of a final job tells. A function of the stored record alone, so that the log entry made with the outcome can
 * be made again when somebody asks for the receipt.
 *
 * @param container left out where only the log entry is wanted
 */
export function outcomeOf(job: Job, input: Uint8Array, container?: Uint8Array): JobOutcome {
  const { result, route } = job;
  return {
    jobId: job.id,
    type: job.type,
    tenant: job.tenant,
    submittedBy: job.submittedBy ?? "local",
    outcome: finalState(job),
    error: job.status === "succeeded" ? null : (job.error?.code ?? null),
    input: { format: job.request.format, source: asSource(input) },
    options: result?.options ?? withDefaults(job.type, job.request.options),
    seed: job.seed,
    identity: result?.identity ?? null,
    backend: result?.backend ?? null,
    simulated: result?.simulated ?? false,
    route: route ?? null,
    policyVersion: route?.snapshotHashes.policy ?? "",
    acceptedAtMs: job.createdAt,
    startedAtMs: job.startedAt ?? null,
    finishedAtMs: job.finishedAt ?? job.createdAt,
    engineMs: result?.engineMs ?? null,
    costMicroUsd: job.costMicroUsd,
    reusedJobId: result?.reused?.jobId ?? null,
    result: result === undefined ? null : { hash: fromHex(result.resultHash), ...(container && { container }) },
  };
}

function finalState({ id, status }: Job): Outcome {
  const outcome = OUTCOMES.find((each) => each === status);
  if (outcome === undefined) throw new AppError("internal", `job ${id} is ${status}: it has no outcome yet`);
  return outcome;
}
