import type { Note } from "../models/circuit.ts";
import type { HybridDocument, HybridEstimate, HybridOptions } from "../models/hybrid.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { EstimateOf, FormatOf, JobOptions, OptionsOf, ViewOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { ThreadUse } from "../models/thread-use.ts";
import type { EngineName } from "./engines.ts";
import type { LoadedEngine } from "./load-wasm.ts";

export interface EngineInput<T extends JobType = JobType> {
  /** `auto` sniffs it from the source. */
  format: FormatOf<T> | "auto";
  /** Text, or its bytes. */
  source: string | Uint8Array;
}

export type CircuitInput = EngineInput<"circuit">;

/** Jobs that an engine runs by itself; a hybrid job is a search over circuits. */
export type EngineType = Exclude<JobType, "hybrid">;

/** What a source was read as. */
export interface Parsed<T extends JobType = JobType> {
  format: FormatOf<T>;
  view: ViewOf<T>;
  notes: Note[];
}

/** What an engine gives back: the hashed bytes and how they came to be. */
export interface EngineRun {
  /** The result container (docs/result-container.md). */
  container: Uint8Array;
  /** SHA-256 of the container, hexadecimal. */
  resultHash: string;
  /** The engine's own time, without parsing, start-up or transport. */
  engineMs: number;
  /** As run, defaults filled in; with the seed and the input, enough to get the same bytes again. */
  options: JobOptions;
  identity: EngineIdentity;
  notes: Note[];
  /** The threads of a run on this machine's engine, the leading one first. */
  threads?: ThreadUse[] | undefined;
  /** Why there were fewer than the option `threads` asks for. */
  fewerThreads?: string | undefined;
}

export interface Progress {
  done: number;
  total: number;
  /** Of a search: the best energy or value so far, once there is one. */
  best?: number | undefined;
}

export type OnProgress = (progress: Progress) => void;

/** Options as the pool sends them, with the seed of the run. */
export type Seeded<T extends JobType = JobType> = OptionsOf<T> & { seed: number };

/**
 * What runs inside a worker; every input is untrusted and parsed there, never on the caller's thread. What it throws is an
 * `ErrorInfo`: data, without a stack.
 */
export interface EngineWorker {
  /** The first call. A run that would need more memory is refused as `too-large`. */
  start(memoryLimitMiB: number | undefined): void;
  /** Before the first call of a job that this engine runs. */
  load(name: EngineName, engine: LoadedEngine): void;
  parse<T extends EngineType>(type: T, input: EngineInput<T>): Parsed<T>;
  toOpenqasm3(input: CircuitInput): string;
  toIonqJson(input: CircuitInput): string;
  estimate<T extends EngineType>(type: T, input: EngineInput<T>, options: OptionsOf<T>): EstimateOf<T>;
  /** `stop[0]` ≠ 0 stops the run within 10 ms of work with `cancelled`. */
  run<T extends EngineType>(
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun>;
  /** The same three of a hybrid job, whose document was read and checked before: that needs a library which workers do without. */
  parseHybrid(document: HybridDocument): Promise<Parsed<"hybrid">>;
  estimateHybrid(document: HybridDocument, options: HybridOptions): Promise<HybridEstimate>;
  runHybrid(
    document: HybridDocument,
    options: HybridOptions & { seed: number },
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun>;
  /** Size of its WASM memories, which can grow but never shrink, when the present run has ended. */
  memoryBytes(): Promise<number>;
}
