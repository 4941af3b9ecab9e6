import type { EngineIdentity } from "../models/job.ts";
import type { ThreadUse } from "../models/thread-use.ts";
import { loadBuild } from "./load-wasm.ts";
import { nodeModule } from "./node-module.ts";
import type { Program } from "./packages.ts";
import {
  THREADED_IDENTITIES,
  THREADED_PACKAGES,
  THREADED_WASM_URLS,
  type ThreadedEngine,
} from "./threaded-packages.ts";

/** In a variable, as in live-worker.ts: bundlers take `new URL(…, import.meta.url)` for an asset. */
const HERE = import.meta.url;

/** What a helper needs to join a team. */
export interface TeamMemory {
  engine: ThreadedEngine;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

/**
 * The build of an engine that shares its work with helper threads, led by the worker that loads it; at most one of each engine in
 * a worker, because the glue of a WASM package is one instance. Helpers sleep between runs and end with their worker.
 */
export class ThreadTeam {
  readonly identity: EngineIdentity;
  readonly #shared: TeamMemory;
  #threads = 1;

  private constructor(shared: TeamMemory) {
    this.#shared = shared;
    this.identity = THREADED_IDENTITIES[shared.engine];
  }

  /** @throws {AppError} as `loadEngine` does; {RangeError} when no address space of 4 GiB is left */
  static async load(engine: ThreadedEngine): Promise<ThreadTeam> {
    const loaded = await loadBuild(THREADED_WASM_URLS[engine](), THREADED_IDENTITIES[engine]);
    const module = loaded.module as WebAssembly.Module;
    const { memory } = THREADED_PACKAGES[engine].initSync({ module });
    return new ThreadTeam({ engine, module, memory });
  }

  get memory(): WebAssembly.Memory {
    return this.#shared.memory;
  }

  /** This one and the helpers that have joined. */
  get threads(): number {
    return this.#threads;
  }

  /** Starts helpers until the team has `threads` threads. @throws when one does not start; those that did stay */
  async grow(threads: number): Promise<void> {
    const missing = Math.max(0, threads - this.#threads);
    const starts = await Promise.allSettled(Array.from({ length: missing }, () => startHelper(this.#shared)));
    for (const start of starts) if (start.status === "fulfilled" && start.value > 0) this.#threads++;
    for (const start of starts) if (start.status === "rejected") throw start.reason;
  }

  parse(format: string, source: Uint8Array): Program {
    return THREADED_PACKAGES[this.#shared.engine].Program.parse(format, source);
  }

  /** What each thread of the last run did, which took `engineMs` as a whole. */
  use(engineMs: number): ThreadUse[] {
    const numbers = THREADED_PACKAGES[this.#shared.engine].threadUse();
    return Array.from({ length: numbers.length / 2 }, (_, thread) => {
      const [ms = 0, pieces = 0] = numbers.subarray(2 * thread, 2 * thread + 2);
      return { busyMs: thread === 0 ? engineMs - ms : ms, pieces };
    });
  }
}

/** Settles with the number of the helper when it has joined; 0 when the team is full. */
function startHelper(team: TeamMemory): Promise<number> {
  const threads = nodeModule("node:worker_threads");
  return threads === undefined ? startWebHelper(team) : startNodeHelper(threads, team);
}

function startNodeHelper({ Worker }: typeof import("node:worker_threads"), team: TeamMemory): Promise<number> {
  return new Promise((resolve, reject) => {
    const helper = new Worker(new URL("./helper-worker.js", HERE), { name: "ketflow-helper", execArgv: [] });
    helper.once("message", (number: number) => {
      helper.unref(); // From now on it blocks in WASM.
      resolve(number);
    });
    helper.once("error", reject);
    helper.once("exit", (code) => reject(new Error(`the helper thread ended with exit code ${code}`)));
    helper.postMessage(team);
  });
}

function startWebHelper(team: TeamMemory): Promise<number> {
  return new Promise((resolve, reject) => {
    const helper = new Worker(new URL("./helper-worker.js", import.meta.url), {
      type: "module",
      name: "ketflow-helper",
    });
    helper.addEventListener("message", ({ data }: MessageEvent<number>) => resolve(data), { once: true });
    helper.addEventListener("error", (event) => {
      event.preventDefault();
      reject(new Error(event.message || "the script of the helper thread did not load"));
    });
    helper.postMessage(team);
  });
}
