import { type Remote, wrap } from "comlink";
import { AppError } from "../core/errors.ts";
import type { EngineWorker } from "./engine-worker.ts";
import type { EngineName } from "./engines.ts";
import type { EngineModules } from "./load-wasm.ts";
import { nodeModule } from "./node-module.ts";
import { startThread, type Thread, type ThreadScript } from "./start-thread.ts";
import { fromWire } from "./wire-error.ts";

export interface WorkerOptions {
  modules: EngineModules;
  /** Where the worker's script is, if not beside this file. */
  workerUrl?: URL | undefined;
  /** What a run may take of it; what WASM can address by default. */
  memoryLimitMiB?: number | undefined;
}

const SCRIPT: ThreadScript = {
  name: "ketflow-engine",
  file: "./worker.js",
  inBrowser: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "ketflow-engine" }),
  option: "loadEngines",
};

/** Threads share memory in Node, and in pages that are cross-origin isolated. */
function stopFlag(): Int32Array | undefined {
  const isShared = nodeModule("node:worker_threads") !== undefined || globalThis.crossOriginIsolated === true;
  return isShared && typeof SharedArrayBuffer !== "undefined" ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
}

/** One thread with engines in it, from its start to its death. It does one call at a time. */
export class LiveWorker {
  readonly #thread: Thread;
  readonly #remote: Remote<EngineWorker>;
  readonly #modules: EngineModules;
  readonly #started: Promise<void>;
  readonly #engines = new Map<EngineName, Promise<void>>();
  #deathCause: AppError | undefined;
  #rejectCall: (error: AppError) => void = () => {};

  /** Set to non-zero, it stops the present run; `undefined` where threads share no memory. */
  readonly stop: Int32Array | undefined = stopFlag();
  /** What its WASM memory had grown to at the end of its last run. */
  memoryBytes = 0;

  constructor({ modules, workerUrl, memoryLimitMiB }: WorkerOptions) {
    this.#modules = modules;
    const onDeath = (reason: string) =>
      this.#die(new AppError("engine-failure", `the engine's worker died: ${reason}`));
    this.#thread = startThread(SCRIPT, workerUrl, onDeath);
    this.#remote = wrap<EngineWorker>(this.#thread.endpoint);
    this.#started = this.#remote.start(memoryLimitMiB);
    this.#started.catch(() => {}); // The first call reports it.
  }

  /** Dead, or so broken that no other call may use it. */
  get isLost(): boolean {
    return this.#deathCause !== undefined;
  }

  /** Hands it an engine ahead of the first call that needs it, which reports what goes wrong. */
  load(engine: EngineName): Promise<void> {
    const known = this.#engines.get(engine);
    if (known !== undefined) return known;
    const loading = this.#modules.best(engine).then((module) => this.#remote.load(engine, module));
    this.#engines.set(engine, loading);
    loading.catch(() => this.#engines.delete(engine));
    return loading;
  }

  /**
   * @param engine that the call is for
   * @throws {AppError} what the worker threw, or why it died before it could answer
   */
  call<T>(engine: EngineName, invoke: (remote: Remote<EngineWorker>) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#rejectCall = reject;
      if (this.#deathCause !== undefined) reject(this.#deathCause);
      this.#started
        .then(() => this.load(engine))
        .then(() => invoke(this.#remote))
        .then(resolve, (thrown: unknown) => {
          const error = fromWire(thrown);
          if (error.code === "engine-failure") this.#die(error);
          reject(error);
        });
    });
  }

  hold(on: boolean): void {
    this.#thread.hold(on);
  }

  /** Ends the thread whatever it is doing; a call that waits for it throws `error`. */
  async terminate(error: AppError): Promise<void> {
    this.#die(error);
    await this.#thread.terminate();
  }

  #die(error: AppError): void {
    this.#deathCause ??= error;
    this.#rejectCall(error);
  }
}
