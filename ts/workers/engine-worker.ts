import type { CircuitEstimate, CircuitFormat, CircuitOptions, CircuitView, Note } from "../models/circuit.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { LoadedEngine } from "./load-wasm.ts";

export interface CircuitInput {
  /** `auto` sniffs it from the source. */
  format: CircuitFormat | "auto";
  /** Text, or its UTF-8 bytes. */
  source: string | Uint8Array;
}

export interface ParsedCircuit {
  format: CircuitFormat;
  view: CircuitView;
  notes: Note[];
}

/** What one thread did for a run. */
export interface ThreadUse {
  /** Time in which it worked for the run; of the thread that leads, all but the time in which it waited for others. */
  busyMs: number;
  /** Pieces of shared passes that it did. */
  pieces: number;
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
  options: CircuitOptions;
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
}

export type OnProgress = (progress: Progress) => void;

/**
 * What runs inside a worker; every input is untrusted and parsed there, never on the caller's thread. What it throws is an
 * `ErrorInfo`: data, without a stack.
 */
export interface EngineWorker {
  /** The first call. A run that would need more memory is refused as `too-large`. */
  start(engine: LoadedEngine, memoryLimitMiB: number | undefined): void;
  parse(input: CircuitInput): ParsedCircuit;
  toOpenqasm3(input: CircuitInput): string;
  estimate(input: CircuitInput, options: CircuitOptions): CircuitEstimate;
  /** `stop[0]` ≠ 0 stops the run within 10 ms of work with `cancelled`. */
  run(
    input: CircuitInput,
    options: CircuitOptions & { seed: number },
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun>;
  /** Size of its WASM memory, which can grow but never shrink. */
  memoryBytes(): number;
}
