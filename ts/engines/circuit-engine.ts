import * as z from "zod";
import { freshSeed } from "../core/random.ts";
import { checked } from "../models/check.ts";
import {
  CIRCUIT_FORMATS,
  type CircuitEstimate,
  type CircuitFormat,
  CircuitOptions,
  type CircuitResult,
  type CircuitView,
  type Note,
} from "../models/circuit.ts";
import { toCircuitResult } from "../models/circuit-result.ts";
import { Seed } from "../models/job.ts";
import type { CallControl, CircuitPool, RunControl } from "../workers/circuit-pool.ts";
import type { CircuitInput, EngineRun, OnProgress } from "../workers/engine-worker.ts";

/** What a circuit job takes besides the circuit: the options of the result, and how to watch and stop it. */
export interface CircuitRunOptions extends CircuitOptions, RunControl {
  /** 0…2⁵³−1; a fresh one otherwise, which the run records. */
  seed?: number | undefined;
}

export interface CircuitEstimateOptions extends CircuitOptions, CallControl {}

export interface CircuitRun extends EngineRun {
  /** The JSON view of the container, made when it is first read. */
  readonly result: CircuitResult;
  /** With it, the same engine gives the same bytes again. */
  readonly seed: number;
}

/** A circuit that was read once: it keeps the source and what was read from it; workers keep it parsed for the next run. */
export interface CompiledCircuit {
  readonly format: CircuitFormat;
  readonly view: CircuitView;
  readonly notes: readonly Note[];
  run(options?: CircuitRunOptions): Promise<CircuitRun>;
  estimate(options?: CircuitEstimateOptions): Promise<CircuitEstimate>;
  toOpenqasm3(control?: CallControl): Promise<string>;
}

const Seeded = CircuitOptions.extend({ seed: Seed.optional() });

/** Circuits on the embedded statevector engine. A source without a format is OpenQASM 2 or 3, as its first line says. */
export class CircuitEngine {
  readonly #pool: CircuitPool;

  constructor(pool: CircuitPool) {
    this.#pool = pool;
  }

  /**
   * @throws {AppError} `invalid-input` and `unsupported` with line and column for the source, `too-large`, `cancelled`,
   *   `deadline-exceeded`, `engine-failure`
   */
  async run(input: CircuitInput | string, options: CircuitRunOptions = {}): Promise<CircuitRun> {
    const { signal, deadlineMs, onProgress, ...rest } = options;
    const { seed = freshSeed(), ...circuitOptions } = checked(Seeded, rest, "options");
    const control = checked(Control, { signal, deadlineMs, onProgress }, "options");
    const run = await this.#pool.run(toInput(input), { ...circuitOptions, seed }, control);
    let result: CircuitResult | undefined;
    return {
      ...run,
      seed,
      get result() {
        result ??= toCircuitResult(run.container, circuitOptions);
        return result;
      },
    };
  }

  /** Reads the circuit once, to run, estimate or draw it many times. */
  async compile(input: CircuitInput | string, control: CallControl = {}): Promise<CompiledCircuit> {
    const { format, view, notes } = await this.#pool.parse(toInput(input), checked(Control, control, "control"));
    const known: CircuitInput = { format, source: toInput(input).source };
    return {
      format,
      view,
      notes,
      run: (options) => this.run(known, options),
      estimate: (options) => this.estimate(known, options),
      toOpenqasm3: (again) => this.toOpenqasm3(known, again),
    };
  }

  /** What a run with these options would need; it is refused or granted by the same numbers. */
  async estimate(input: CircuitInput | string, options: CircuitEstimateOptions = {}): Promise<CircuitEstimate> {
    const { signal, deadlineMs, ...rest } = options;
    return this.#pool.estimate(
      toInput(input),
      checked(CircuitOptions, rest, "options"),
      checked(Control, { signal, deadlineMs }, "options"),
    );
  }

  /** The circuit as the functions that draw it take it. */
  async view(input: CircuitInput | string, control: CallControl = {}): Promise<CircuitView> {
    return (await this.#pool.parse(toInput(input), checked(Control, control, "control"))).view;
  }

  /** The circuit as OpenQASM 3. */
  async toOpenqasm3(input: CircuitInput | string, control: CallControl = {}): Promise<string> {
    return this.#pool.toOpenqasm3(toInput(input), checked(Control, control, "control"));
  }
}

const Input = z.object({
  format: z.enum([...CIRCUIT_FORMATS, "auto"]),
  source: z.union([z.string(), z.instanceof(Uint8Array)], "must be text or its UTF-8 bytes as a Uint8Array"),
});

function toInput(input: CircuitInput | string): CircuitInput {
  return typeof input === "string" ? { format: "auto", source: input } : checked(Input, input, "input");
}

const Control = z.object({
  signal: z.instanceof(AbortSignal).optional(),
  // The longest timer of JavaScript: what is longer would fire at once.
  deadlineMs: z
    .number()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  onProgress: z.custom<OnProgress>((value) => typeof value === "function", "must be a function").optional(),
});
