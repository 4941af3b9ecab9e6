import type { AnnealEstimate, AnnealOptions, AnnealView } from "../models/anneal.ts";
import type { EngineInput } from "../workers/engine-worker.ts";
import type { CallControl, JobPool } from "../workers/job-pool.ts";
import { checkedControl } from "./control.ts";
import { estimateJob, type JobRun, type RunOptions, runJob, toInput } from "./run-job.ts";

export type AnnealInput = EngineInput<"anneal">;
export type AnnealRunOptions = RunOptions<"anneal">;
export interface AnnealEstimateOptions extends AnnealOptions, CallControl {}
export type AnnealRun = JobRun<"anneal">;

/**
 * Binary quadratic models on the embedded annealer. A source without a format is read as what it looks like; Beasley's programs
 * (`bqp`) look like graphs and have to be named.
 */
export class AnnealEngine {
  readonly #pool: JobPool;

  constructor(pool: JobPool) {
    this.#pool = pool;
  }

  /**
   * Searches for samples of low energy, or high with `sense: "max"`.
   *
   * @throws {AppError} `invalid-input` with line and column for the source, `unsupported`, `too-large`, `cancelled`,
   *   `deadline-exceeded`, `engine-failure`
   */
  async solve(input: AnnealInput | string, options: AnnealRunOptions = {}): Promise<AnnealRun> {
    return runJob(this.#pool, "anneal", input, options);
  }

  /** What a run with these options would need; it is refused or granted by the same numbers. */
  async estimate(input: AnnealInput | string, options: AnnealEstimateOptions = {}): Promise<AnnealEstimate> {
    return estimateJob(this.#pool, "anneal", input, options);
  }

  /** The size of a model, and what its variables are. */
  async view(input: AnnealInput | string, control: CallControl = {}): Promise<AnnealView> {
    return (await this.#pool.parse("anneal", toInput("anneal", input), checkedControl(control, "control"))).view;
  }
}
