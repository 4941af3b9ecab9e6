import type { LogWriter } from "../audit/log-writer.ts";
import { AppError } from "../core/errors.ts";
import type { JobResultValues } from "../models/job-options.ts";
import { toResultValues } from "../models/job-schemas.ts";
import type { JobView } from "../models/job-view.ts";
import type { Job } from "./job.ts";
import { issueReceipt } from "./receipt.ts";
import type { Store } from "./store.ts";
import { viewJob } from "./view.ts";

/** What callers read of jobs: records, results as JSON, receipts. */
export interface Readings {
  /** The job with the values of its result. @throws {AppError} `too-large` is never thrown here: the values are then left out */
  view(job: Job): Promise<JobView>;
  /** Without the values of its result. */
  summary(job: Job): JobView;
  /** @throws {AppError} `conflict` when there is none, `too-large` when it is better fetched as a container */
  result(job: Job): Promise<JobResultValues & { backend: string; resultHash: string }>;
  /** The text of the receipt file of a final job. */
  receipt(job: Job): Promise<string>;
}

/** @param mostBytes of a container that is still written as JSON, which takes up to ten times as many */
export function createReadings(store: Store, log: LogWriter, mostBytes: number): Readings {
  async function values(job: Job): Promise<JobResultValues> {
    const container = await store.result(job);
    if (container.length > mostBytes) {
      throw new AppError(
        "too-large",
        `the result of job ${job.id} has ${container.length} bytes; fetch it with Accept: application/octet-stream`,
      );
    }
    return toResultValues(job.type, container, job.result?.options ?? {});
  }

  return {
    summary: (job) => viewJob(job),
    async view(job) {
      if (job.result === undefined) return viewJob(job);
      try {
        return viewJob(job, await values(job));
      } catch (error) {
        if (error instanceof AppError && error.code === "too-large") return viewJob(job);
        throw error;
      }
    },
    async result(job) {
      if (job.result === undefined) {
        throw new AppError("conflict", `job ${job.id} is ${job.status}: it has no result`);
      }
      const { backend, resultHash } = job.result;
      return { backend, resultHash, ...(await values(job)) };
    },
    async receipt(job) {
      const container = job.result === undefined ? undefined : await store.result(job);
      return issueReceipt(job, container, store, log);
    },
  };
}
