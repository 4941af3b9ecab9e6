import { type ProxyMethods, releaseProxy, transfer } from "comlink";
import { fromUtf8, toHex, utf8 } from "../core/bytes.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import type { AnnealOptions } from "../models/anneal.ts";
import type { CircuitOptions, Note } from "../models/circuit.ts";
import { methodAsRun } from "../models/circuit-result.ts";
import { DEFAULT_READS, withDefaults } from "../models/defaults.ts";
import type { HybridDocument, HybridEstimate, HybridOptions } from "../models/hybrid.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { EstimateOf, FormatOf, OptionsOf, ViewOf } from "../models/job-options.ts";
import type { ThreadUse } from "../models/thread-use.ts";
import { chooseNativeThreads, ThreadChooser, type Threads } from "./choose-threads.ts";
import { sha256Quick } from "./digest.ts";
import type {
  CircuitInput,
  EngineInput,
  EngineRun,
  EngineType,
  EngineWorker,
  OnProgress,
  Parsed,
  Seeded,
} from "./engine-worker.ts";
import { ENGINE_OF, type EngineName } from "./engines.ts";
import { HybridRuns } from "./hybrid-runs.ts";
import type { LoadedEngine } from "./load-wasm.ts";
import { NativeProgram, NativeReader } from "./native-program.ts";
import { nodeModule } from "./node-module.ts";
import { type EnginePackage, PACKAGES, type Program, WARM_UPS } from "./packages.ts";
import { budgeted, pollFor, timeLimitOf, untimed, workOf } from "./run-clock.ts";
import { engineFailure, rethrow, toWorkerError } from "./wire-error.ts";

/** Programs that a worker keeps as they were read, so that running one again does not read it again. */
const KEPT_PROGRAMS = 8;
const KEPT_SOURCE_LENGTH = 256 * 1024;

/** What a WASM memory addresses, less 256 MiB for what a run needs besides. */
const WASM_MEMORY_MIB = 4096 - 256;

/** What reads a source: an engine's package, or the threaded build of it that a team shares. */
type Reader = Pick<EnginePackage["Program"], "parse">;

/** What an engine did. */
interface Executed {
  container: Uint8Array<ArrayBuffer>;
  engineMs: number;
  notes: Note[];
  identity: EngineIdentity;
  threads: ThreadUse[];
  fewerThreads: string | undefined;
  /** Ended by its time limit. */
  isCut: boolean;
}

interface Ready {
  readonly identity: EngineIdentity;
  readonly reader: Reader;
  /** None of an engine that is native: what a run took is free when it ends. */
  readonly memory: WebAssembly.Memory | undefined;
}

/** The engines as a worker offers them. */
export class JobWorker implements EngineWorker {
  readonly #engines = new Map<EngineName, Ready>();
  readonly #programs = new Map<string, Program>();
  readonly #warm = new Set<Reader>();
  readonly #threads = { circuit: new ThreadChooser("statevector"), anneal: new ThreadChooser("annealer") };
  readonly #hybrid = new HybridRuns({
    view: (circuit) => this.parse("circuit", circuit).view,
    estimate: (circuit, options) => this.estimate("circuit", circuit, options),
    run: (circuit, options, control) => this.#execute("circuit", circuit, options, control),
  });
  #memoryLimitMiB: number | undefined;
  #present: Promise<unknown> = Promise.resolve();

  start(memoryLimitMiB: number | undefined): void {
    this.#memoryLimitMiB = memoryLimitMiB;
  }

  load(name: EngineName, engine: LoadedEngine): void {
    const { identity } = engine;
    if ("addon" in engine) {
      const reader = new NativeReader(name, engine.addon);
      this.#engines.set(name, { identity, reader, memory: undefined });
    } else {
      const { memory } = PACKAGES[name].initSync({ module: engine.module as WebAssembly.Module });
      this.#engines.set(name, { identity, reader: PACKAGES[name].Program, memory });
    }
  }

  parse<T extends EngineType>(type: T, input: EngineInput<T>): Parsed<T> {
    return this.#withProgram(type, input, (program) => ({
      format: program.format() as FormatOf<T>,
      view: JSON.parse(program.view()) as ViewOf<T>,
      notes: notesOf(program),
    }));
  }

  toOpenqasm3(input: CircuitInput): string {
    return this.#withProgram("circuit", input, (program) => program.toOpenqasm3?.() ?? "");
  }

  toIonqJson(input: CircuitInput): string {
    return this.#withProgram("circuit", input, (program) => program.toIonqJson?.() ?? "");
  }

  estimate<T extends EngineType>(type: T, input: EngineInput<T>, options: OptionsOf<T>): EstimateOf<T> {
    const json = this.#json(type, untimed(budgeted(type, options)));
    return this.#withProgram(type, input, (program) => JSON.parse(program.estimate(json)) as EstimateOf<T>);
  }

  run<T extends EngineType>(
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun> {
    return this.#watched(onProgress, async () => {
      const { isCut, fewerThreads, ...done } = await this.#execute(type, input, options, { stop, onProgress });
      const { seed: _, ...asked } = untimed(options);
      // The time limit is replaced by the work that was done in it, which gives the same bytes on every machine.
      const isTimed = isCut || (type === "schedule" && "timeLimitMs" in options);
      const work = isTimed ? workOf(type, done.container) : {};
      const chosen = type === "circuit" ? { method: methodAsRun(done.container, asked as CircuitOptions) } : {};
      const asRun = { ...withDefaults(type, asked as OptionsOf<T>), ...work, ...chosen };
      return { ...done, options: asRun, ...(fewerThreads !== undefined && { fewerThreads }) };
    });
  }

  parseHybrid(document: HybridDocument): Promise<Parsed<"hybrid">> {
    return this.#hybrid.parse(document).catch(rethrow);
  }

  estimateHybrid(document: HybridDocument, options: HybridOptions): Promise<HybridEstimate> {
    return this.#hybrid.estimate(document, options).catch(rethrow);
  }

  runHybrid(
    document: HybridDocument,
    options: HybridOptions & { seed: number },
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<EngineRun> {
    return this.#watched(onProgress, async () => {
      this.#warmUp("statevector", this.#ready("statevector").reader);
      const startMs = performance.now();
      const run = await this.#hybrid.run(document, options, stop, onProgress).catch(rethrow);
      return { ...run, engineMs: performance.now() - startMs, notes: [] };
    });
  }

  async memoryBytes(): Promise<number> {
    await this.#present;
    const ofTeams = this.#threads.circuit.memoryBytes() + this.#threads.anneal.memoryBytes();
    return [...this.#engines.values()].reduce((sum, { memory }) => sum + (memory?.buffer.byteLength ?? 0), ofTeams);
  }

  /** A run from its start to the hash of its result. */
  async #watched(
    onProgress: OnProgress | undefined,
    work: () => Promise<Omit<EngineRun, "resultHash" | "container"> & { container: Uint8Array<ArrayBuffer> }>,
  ): Promise<EngineRun> {
    const { promise, resolve } = withResolvers<void>();
    this.#present = promise;
    try {
      const run = await work();
      const resultHash = toHex(await sha256Quick(run.container));
      return transfer({ ...run, resultHash }, [run.container.buffer]);
    } finally {
      // The caller's function arrives as comlink's proxy, with a port on each side that nothing else would close.
      (onProgress as Partial<ProxyMethods> | undefined)?.[releaseProxy]?.();
      resolve();
    }
  }

  async #execute<T extends EngineType>(
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    {
      stop,
      onProgress,
      times = 1,
    }: { stop: Int32Array | undefined; onProgress?: OnProgress | undefined; times?: number },
  ): Promise<Executed> {
    const json = this.#json(type, untimed(budgeted(type, options)));
    const { team, threads: nativeThreads = 1, fewerThreads } = await this.#choose(type, input, options, times);
    const name = ENGINE_OF[type];
    const reader = team ?? this.#ready(name).reader;
    const { identity } = team ?? this.#ready(name);
    this.#warmUp(name, reader);
    const runIt = (program: Program) => {
      const startMs = performance.now();
      const watch = pollFor(stop, onProgress, timeLimitOf(options));
      if (program instanceof NativeProgram) program.threads = nativeThreads;
      const container = program.run(json, watch.poll) as Uint8Array<ArrayBuffer>;
      const engineMs = performance.now() - startMs;
      const sharers = team ?? (program instanceof NativeProgram ? program : undefined);
      const threads = sharers?.use(engineMs) ?? [{ busyMs: engineMs, pieces: 0 }];
      return { container, engineMs, threads, notes: notesOf(program), isCut: watch.isCut() };
    };
    return { ...this.#withProgram(type, input, runIt, reader), identity, fewerThreads };
  }

  /** Who shares the run with this worker; one circuit may run several `times`. */
  async #choose<T extends EngineType>(
    type: T,
    input: EngineInput<T>,
    options: OptionsOf<T>,
    times: number,
  ): Promise<Threads> {
    const { threads = 1 } = options as CircuitOptions & AnnealOptions;
    const isNative = this.#ready(ENGINE_OF[type]).reader instanceof NativeReader;
    if (type === "circuit") {
      const shared = () => {
        const estimate = this.estimate("circuit", input as CircuitInput, options as CircuitOptions);
        return { ...estimate, amplitudeUpdates: times * estimate.amplitudeUpdates };
      };
      if (isNative) return chooseNativeThreads("statevector", threads, shared);
      return this.#threads.circuit.choose(threads, shared);
    }
    if (type !== "anneal") return {};
    const shared = () => {
      const { reads = DEFAULT_READS } = options as AnnealOptions;
      return { ...this.estimate("anneal", input as EngineInput<"anneal">, options as AnnealOptions), reads };
    };
    if (isNative) return chooseNativeThreads("annealer", threads, shared);
    return this.#threads.anneal.choose(threads, shared);
  }

  #warmUp(name: EngineName, reader: Reader): void {
    if (this.#warm.has(reader)) return;
    this.#warm.add(reader);
    const [format, source, options] = WARM_UPS[name];
    const program = reader.parse(format, utf8(source));
    program.run(options, () => 0);
    program.free();
  }

  #json(type: EngineType, options: object): string {
    const isNative = this.#ready(ENGINE_OF[type]).memory === undefined;
    const mostMiB = isNative ? machineMemoryMiB() : WASM_MEMORY_MIB;
    // The same default in every build: method `auto` asks whether amplitudes fit, and the other method has other bytes.
    const asked = this.#memoryLimitMiB;
    const memoryLimitMiB = asked === undefined ? WASM_MEMORY_MIB : Math.min(asked, mostMiB);
    return JSON.stringify({ ...options, memoryLimitMiB });
  }

  #ready(name: EngineName): Ready {
    const ready = this.#engines.get(name);
    if (ready === undefined) throw engineFailure(`it was called before its engine ${name} was loaded`);
    return ready;
  }

  #withProgram<T extends EngineType, R>(
    type: T,
    input: EngineInput<T>,
    use: (program: Program) => R,
    reader: Reader = this.#ready(ENGINE_OF[type]).reader,
  ): R {
    const name = ENGINE_OF[type];
    try {
      const key = keyOf(reader === this.#ready(name).reader ? name : `${name} team`, input);
      const kept = key === undefined ? undefined : this.#programs.get(key);
      const program = kept ?? reader.parse(input.format, bytesOf(input.source));
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

/** Three quarters of what the machine has: the rest is for others. */
function machineMemoryMiB(): number {
  return Math.floor(((nodeModule("node:os")?.totalmem() ?? 0) / 2 ** 20) * 0.75);
}

function notesOf(program: Program): Note[] {
  return program.notes === undefined ? [] : (JSON.parse(program.notes()) as Note[]);
}

/** Text and its bytes are the same program; `undefined` for one that is not kept. */
function keyOf(name: string, { format, source }: EngineInput): string | undefined {
  if (source.length > KEPT_SOURCE_LENGTH) return undefined;
  try {
    return `${name} ${format}\n${typeof source === "string" ? source : fromUtf8(source)}`;
  } catch {
    return undefined; // Not UTF-8: the parser says where, or takes bytes.
  }
}

function bytesOf(source: string | Uint8Array): Uint8Array {
  return typeof source === "string" ? utf8(source) : source;
}
