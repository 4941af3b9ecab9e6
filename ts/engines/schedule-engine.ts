import type { ScheduleEstimate, ScheduleOptions, ScheduleView } from "../models/schedule.ts";
import type { EngineInput } from "../workers/engine-worker.ts";
import type { CallControl, JobPool } from "../workers/job-pool.ts";
import { checkedControl } from "./control.ts";
import { estimateJob, type JobRun, type RunOptions, runJob, toInput } from "./run-job.ts";

export type ScheduleInput = EngineInput<"schedule">;
export type ScheduleRunOptions = RunOptions<"schedule">;
export interface ScheduleEstimateOptions extends ScheduleOptions, CallControl {}
export type ScheduleRun = JobRun<"schedule">;

/** Projects and shops (docs/schedules.md). A text alone has to be `schedule-json`: tables of numbers look alike. */
export class ScheduleEngine {
  readonly #pool: JobPool;

  constructor(pool: JobPool) {
    this.#pool = pool;
  }

  /**
   * Searches for a schedule of small makespan or tardiness, and proves a lower bound.
   *
   * @throws {AppError} `invalid-input` with line and column for the source, `too-large`, `cancelled`, `deadline-exceeded`,
   *   `engine-failure`
   */
  async solve(input: ScheduleInput | string, options: ScheduleRunOptions = {}): Promise<ScheduleRun> {
    return runJob(this.#pool, "schedule", input, options);
  }

  /** What a run with these options would need at most; it is refused or granted by the same numbers. */
  async estimate(input: ScheduleInput | string, options: ScheduleEstimateOptions = {}): Promise<ScheduleEstimate> {
    return estimateJob(this.#pool, "schedule", input, options);
  }

  /** The tasks, machines and resources of a problem. */
  async view(input: ScheduleInput | string, control: CallControl = {}): Promise<ScheduleView> {
    return (await this.#pool.parse("schedule", toInput("schedule", input), checkedControl(control, "control"))).view;
  }
}
