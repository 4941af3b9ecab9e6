import type { HybridEstimate, HybridOptions, HybridView } from "../models/hybrid.ts";
import type { EngineInput } from "../workers/engine-worker.ts";
import type { CallControl, JobPool } from "../workers/job-pool.ts";
import { checkedControl } from "./control.ts";
import { estimateJob, type JobRun, type RunOptions, runJob, toInput } from "./run-job.ts";

export type HybridInput = EngineInput<"hybrid">;
export type HybridRunOptions = RunOptions<"hybrid">;
export interface HybridEstimateOptions extends HybridOptions, CallControl {}
export type HybridRun = JobRun<"hybrid">;

/** VQE and QAOA: searches whose energies are circuits on the embedded statevector engine (docs/hybrid.md). */
export class HybridEngine {
  readonly #pool: JobPool;

  constructor(pool: JobPool) {
    this.#pool = pool;
  }

  /**
   * Searches for the parameters of the lowest energy. Progress is in iterations, with the best energy so far.
   *
   * @throws {AppError} `invalid-input` with line and column where the source is no JSON, with the path of the field else;
   *   `unsupported`, `too-large`, `cancelled`, `deadline-exceeded`, `engine-failure`
   */
  async run(input: HybridInput | string, options: HybridRunOptions = {}): Promise<HybridRun> {
    return runJob(this.#pool, "hybrid", input, options);
  }

  /** What a run with these options would need at most; it may converge before. */
  async estimate(input: HybridInput | string, options: HybridEstimateOptions = {}): Promise<HybridEstimate> {
    return estimateJob(this.#pool, "hybrid", input, options);
  }

  /** The circuit that is searched over and its parameters. */
  async view(input: HybridInput | string, control: CallControl = {}): Promise<HybridView> {
    return (await this.#pool.parse("hybrid", toInput("hybrid", input), checkedControl(control, "control"))).view;
  }
}
