import type { CircuitEstimate, CircuitFormat, CircuitOptions, CircuitView, Note } from "../models/circuit.ts";
import type { CircuitInput } from "../workers/engine-worker.ts";
import type { CallControl, JobPool } from "../workers/job-pool.ts";
import { checkedControl } from "./control.ts";
import { estimateJob, type JobRun, type RunOptions, runJob, toInput } from "./run-job.ts";

export type CircuitRunOptions = RunOptions<"circuit">;
export interface CircuitEstimateOptions extends CircuitOptions, CallControl {}
export type CircuitRun = JobRun<"circuit">;

/** A circuit that was read once: it keeps the source and what was read from it; workers keep it parsed for the next run. */
export interface CompiledCircuit {
  readonly format: CircuitFormat;
  readonly view: CircuitView;
  readonly notes: readonly Note[];
  run(options?: CircuitRunOptions): Promise<CircuitRun>;
  estimate(options?: CircuitEstimateOptions): Promise<CircuitEstimate>;
  toOpenqasm3(control?: CallControl): Promise<string>;
  toIonqJson(control?: CallControl): Promise<string>;
}

/** Circuits on the embedded statevector engine. A source without a format is OpenQASM 2 or 3, as its first line says, or IonQ's JSON. */
export class CircuitEngine {
  readonly #pool: JobPool;

  constructor(pool: JobPool) {
    this.#pool = pool;
  }

  /**
   * @throws {AppError} `invalid-input` and `unsupported` with line and column for the source, `too-large`, `cancelled`,
   *   `deadline-exceeded`, `engine-failure`
   */
  async run(input: CircuitInput | string, options: CircuitRunOptions = {}): Promise<CircuitRun> {
    return runJob(this.#pool, "circuit", input, options);
  }

  /** Reads the circuit once, to run, estimate or draw it many times. */
  async compile(input: CircuitInput | string, control: CallControl = {}): Promise<CompiledCircuit> {
    const given = toInput("circuit", input);
    const { format, view, notes } = await this.#pool.parse("circuit", given, checkedControl(control, "control"));
    const known: CircuitInput = { format, source: given.source };
    return {
      format,
      view,
      notes,
      run: (options) => this.run(known, options),
      estimate: (options) => this.estimate(known, options),
      toOpenqasm3: (again) => this.toOpenqasm3(known, again),
      toIonqJson: (again) => this.toIonqJson(known, again),
    };
  }

  /** What a run with these options would need; it is refused or granted by the same numbers. */
  async estimate(input: CircuitInput | string, options: CircuitEstimateOptions = {}): Promise<CircuitEstimate> {
    return estimateJob(this.#pool, "circuit", input, options);
  }

  /** The circuit as the functions that draw it take it. */
  async view(input: CircuitInput | string, control: CallControl = {}): Promise<CircuitView> {
    return (await this.compile(input, control)).view;
  }

  /** The circuit as OpenQASM 3. */
  async toOpenqasm3(input: CircuitInput | string, control: CallControl = {}): Promise<string> {
    return this.#pool.toOpenqasm3(toInput("circuit", input), checkedControl(control, "control"));
  }

  /**
   * The circuit as the `input` of a job at IonQ.
   *
   * @throws {AppError} `unsupported` with the operation that IonQ has nothing for; else as {@link run}
   */
  async toIonqJson(input: CircuitInput | string, control: CallControl = {}): Promise<string> {
    return this.#pool.toIonqJson(toInput("circuit", input), checkedControl(control, "control"));
  }
}
