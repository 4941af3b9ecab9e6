import { type ProxyMethods, releaseProxy, transfer } from "comlink";
import { initSync, Program } from "../../wasm-pkg/statevector/statevector.js";
import { fromUtf8, toHex, utf8 } from "../core/bytes.ts";
import { type ErrorInfo, isErrorCode, messageOf } from "../core/errors.ts";
import type { CircuitEstimate, CircuitFormat, CircuitOptions, CircuitView, Note } from "../models/circuit.ts";
import { withDefaults } from "../models/circuit-defaults.ts";
import type { EngineIdentity } from "../models/job.ts";
import { ThreadChooser } from "./choose-threads.ts";
import { sha256Quick } from "./digest.ts";
import type { CircuitInput, EngineRun, EngineWorker, OnProgress, ParsedCircuit } from "./engine-worker.ts";
import type { LoadedEngine } from "./load-wasm.ts";

/** Parsed programs that a worker keeps, so that running a circuit again does not parse it again. */
const KEPT_PROGRAMS = 8;
const KEPT_SOURCE_LENGTH = 256 * 1024;
const PROGRESS_EVERY_MS = 50;

/** What reads a circuit: the single-thread build, or the team's. */
type Engine = Pick<typeof Program, "parse">;

/** The statevector engine as a worker offers it. */
export class CircuitWorker implements EngineWorker {
  readonly #programs = new Map<string, Program>();
  #memory: WebAssembly.Memory | undefined;
  #identity: EngineIdentity | undefined;
  readonly #warm = new Set<Engine>();
  readonly #threads = new ThreadChooser();
  #limit: { memoryLimitMiB?: number } = {};

  start(engine: LoadedEngine, memoryLimitMiB: number | undefined): void {
    this.#limit = memoryLimitMiB === undefined ? {} : { memoryLimitMiB };
    this.#memory = initSync({ module: engine.module }).memory;
    this.#identity = engine.identity;
  }

  parse(input: CircuitInput): ParsedCircuit {
    return this.#withProgram(input, (program) => ({
      format: program.format() as CircuitFormat,
      view: JSON.parse(program.view()) as CircuitView,
      notes: notesOf(program),
    }));
  }

  toOpenqasm3(input: CircuitInput): string {
    return this.#withProgram(input, (program) => program.toOpenqasm3());
  }

  estimate(input: CircuitInput, options: CircuitOptions): CircuitEstimate {
    return this.#withProgram(input, (program) => JSON.parse(program.estimate(this.#json(options))) as CircuitEstimate);
  }

  async run(
    input: CircuitInput,
    options: CircuitOptions & { seed: number },
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun> {
    try {
      const json = this.#json(options);
      const poll = pollFor(stop, onProgress);
      const { team, fewerThreads } = await this.#threads.choose(options.threads ?? 1, () =>
        this.estimate(input, options),
      );
      const engine = team ?? Program;
      this.#warmUp(engine);
      const { container, engineMs, notes } = this.#withProgram(
        input,
        (program) => {
          const startMs = performance.now();
          const container = program.run(json, poll) as Uint8Array<ArrayBuffer>;
          return { container, engineMs: performance.now() - startMs, notes: notesOf(program) };
        },
        engine,
      );
      const resultHash = toHex(await sha256Quick(container));
      const { seed: _, ...asked } = options;
      const asRun = withDefaults(asked);
      const identity = team?.identity ?? this.#started();
      const threads = team?.use(engineMs) ?? [{ busyMs: engineMs, pieces: 0 }];
      const run: EngineRun = {
        container,
        resultHash,
        engineMs,
        options: asRun,
        identity,
        notes,
        threads,
        ...(fewerThreads !== undefined && { fewerThreads }),
      };
      return transfer(run, [container.buffer]);
    } finally {
      // The caller's function arrives as comlink's proxy, with a port on each side that nothing else would close.
      (onProgress as Partial<ProxyMethods> | undefined)?.[releaseProxy]?.();
    }
  }

  memoryBytes(): number {
    return (this.#memory?.buffer.byteLength ?? 0) + this.#threads.memoryBytes();
  }

  /**
   * Runs a circuit of two gates once. JavaScript engines compile WASM functions at their first call, 12 ms for all of a run: that
   * is start-up and would otherwise be the larger part of a small circuit's engineMs.
   */
  #warmUp(engine: Engine): void {
    if (this.#warm.has(engine)) return;
    this.#warm.add(engine);
    const input: CircuitInput = {
      format: "openqasm3",
      source: "OPENQASM 3.0; qubit[2] q; U(1, 0, 0) q[0]; ctrl @ U(1, 0, 0) q[0], q[1];",
    };
    this.#withProgram(input, (program) => program.run('{"shots":1}', () => false), engine);
  }

  #json(options: CircuitOptions): string {
    return JSON.stringify({ ...options, ...this.#limit });
  }

  #started(): EngineIdentity {
    if (this.#identity === undefined) throw engineFailure("the worker was called before it was started");
    return this.#identity;
  }

  #withProgram<T>(input: CircuitInput, use: (program: Program) => T, engine: Engine = Program): T {
    this.#started();
    try {
      const ofInput = keyOf(input);
      const key = ofInput && `${engine === Program ? "one" : "team"} ${ofInput}`;
      const kept = key === undefined ? undefined : this.#programs.get(key);
      const program = kept ?? parse(engine, input);
      if (key === undefined) {
        const value = use(program);
        program.free();
        return value;
      }
      this.#keep(key, program);
      return use(program);
    } catch (error) {
      throw toWorkerError(error);
    }
  }

  /** Puts it last in line to be dropped. */
  #keep(key: string, program: Program): void {
    this.#programs.delete(key);
    this.#programs.set(key, program);
    const [oldest] = this.#programs;
    if (this.#programs.size <= KEPT_PROGRAMS || oldest === undefined) return;
    this.#programs.delete(oldest[0]);
    oldest[1].free();
  }
}

function notesOf(program: Program): Note[] {
  return JSON.parse(program.notes()) as Note[];
}

/** What the engine calls at least every 10 ms of work; it stops at `true`. */
function pollFor(stop: Int32Array | undefined, onProgress: OnProgress | undefined) {
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  return (done: number, total: number): boolean => {
    if (onProgress !== undefined && performance.now() - lastProgressMs >= PROGRESS_EVERY_MS) {
      lastProgressMs = performance.now();
      onProgress({ done, total });
    }
    return stop !== undefined && Atomics.load(stop, 0) !== 0;
  };
}

/** Text and its bytes are the same program; `undefined` for one that is not kept. */
function keyOf({ format, source }: CircuitInput): string | undefined {
  if (source.length > KEPT_SOURCE_LENGTH) return undefined;
  try {
    return `${format}\n${typeof source === "string" ? source : fromUtf8(source)}`;
  } catch {
    return undefined; // Not UTF-8: the parser says where.
  }
}

function parse(engine: Engine, input: CircuitInput): Program {
  return engine.parse(input.format, typeof input.source === "string" ? utf8(input.source) : input.source);
}

/** What the engine throws has one of our codes; anything else (a trap, no memory) means that its memory cannot be trusted. */
function toWorkerError(error: unknown): ErrorInfo {
  const { code, message, line, column } = (error ?? {}) as Partial<ErrorInfo>;
  if (!isErrorCode(code)) return engineFailure(messageOf(error));
  return {
    code,
    message: String(message),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof column === "number" ? { column } : {}),
  };
}

function engineFailure(reason: string): ErrorInfo {
  return { code: "engine-failure", message: `the engine stopped in the middle of this job: ${reason}` };
}
