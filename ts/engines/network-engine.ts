import * as z from "zod";
import { checked } from "../models/check.ts";
import type { InferEstimate, InferOptions, NetworkView } from "../models/infer.ts";
import type { TrainingEnvironment, TrainingOptions } from "../models/training.ts";
import type { EngineInput } from "../workers/engine-worker.ts";
import type { CallControl, JobPool } from "../workers/job-pool.ts";
import type { EngineModules } from "../workers/load-wasm.ts";
import type { NetworkEvaluator } from "../workers/network-evaluator.ts";
import { checkedControl } from "./control.ts";
import { estimateJob, type JobRun, type RunOptions, runJob, toInput } from "./run-job.ts";
import type { TrainedNetwork, TrainingControl } from "./train-network.ts";

export type NetworkInput = EngineInput<"infer">;
export type InferRunOptions = RunOptions<"infer">;
export interface InferEstimateOptions extends InferOptions, CallControl {}
export type InferRun = JobRun<"infer">;

/** The engine has the limit of what a batch may hold. */
const MaxStates = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);

/** A network that was read once; workers keep it for the next call. */
export interface LoadedNetwork {
  readonly view: NetworkView;
  /** One row of `view.inputs` numbers per state; without any, the states of the file. */
  forward(states?: readonly (readonly number[])[], control?: Omit<InferRunOptions, "states">): Promise<InferRun>;
  /**
   * The network in the caller's own thread, for callers that wait for the answer, such as a router: it takes microseconds.
   *
   * @param maxStates the most states of one call, 1 by default
   */
  evaluator(maxStates?: number): Promise<NetworkEvaluator>;
}

/** Dense and dueling networks in f32 (docs/networks.md). */
export class NetworkEngine {
  readonly #pool: JobPool;
  readonly #modules: EngineModules;

  constructor(pool: JobPool, modules: EngineModules) {
    this.#pool = pool;
    this.#modules = modules;
  }

  /** Reads a network, to evaluate it many times. */
  async load(input: NetworkInput | string, control: CallControl = {}): Promise<LoadedNetwork> {
    const given = toInput("infer", input);
    const { format, view } = await this.#pool.parse("infer", given, checkedControl(control, "control"));
    const known: NetworkInput = { format, source: given.source };
    return {
      view,
      forward: (states, options = {}) =>
        this.forward(known, states === undefined ? options : { ...options, states: states.map((row) => [...row]) }),
      evaluator: async (maxStates = 1) => {
        // Most callers of this engine do without: they load none of it.
        const { NetworkEvaluator } = await import("../workers/network-evaluator.ts");
        const most = checked(MaxStates, maxStates, "maxStates");
        return new NetworkEvaluator(await this.#modules.get("qnet"), format, given.source, most);
      },
    };
  }

  /**
   * Evaluates a network for the states of its file, or for those of the options.
   *
   * @throws {AppError} `invalid-input` with line and column for the source, `too-large`, `cancelled`, `deadline-exceeded`,
   *   `engine-failure`
   */
  async forward(input: NetworkInput | string, options: InferRunOptions = {}): Promise<InferRun> {
    return runJob(this.#pool, "infer", input, options);
  }

  /**
   * Learns a Q-network in a thread of its own (docs/training.md). The same environment, options and seed give the same bytes.
   *
   * @throws {AppError} `invalid-input` or `too-large` naming the option, `cancelled`, `engine-failure`
   */
  async train(
    environment: TrainingEnvironment,
    options: TrainingOptions = {},
    control: TrainingControl = {},
  ): Promise<TrainedNetwork> {
    const { trainNetwork } = await import("./train-network.ts");
    return trainNetwork(environment, options, control);
  }

  /** Goes on from what `onCheckpoint` was given, to the bytes of a training that never stopped. */
  async resumeTraining(checkpoint: Uint8Array, control: TrainingControl = {}): Promise<TrainedNetwork> {
    const { resumeTraining } = await import("./train-network.ts");
    return resumeTraining(checkpoint, control);
  }

  /** What a run with these options would need; it is refused or granted by the same numbers. */
  async estimate(input: NetworkInput | string, options: InferEstimateOptions = {}): Promise<InferEstimate> {
    return estimateJob(this.#pool, "infer", input, options);
  }
}
