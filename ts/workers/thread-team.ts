import { identity } from "../../wasm-pkg/statevector-threads/identity.js";
import { initSync, Program, threadUse } from "../../wasm-pkg/statevector-threads/statevector.js";
import type { EngineIdentity } from "../models/job.ts";
import type { ThreadUse } from "./engine-worker.ts";
import { loadBuild } from "./load-wasm.ts";
import { nodeModule } from "./node-module.ts";

/** In a variable, as in live-worker.ts: bundlers take `new URL(…, import.meta.url)` for an asset. */
const HERE = import.meta.url;

/** What a helper needs to join a team. */
export interface TeamMemory {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
}

/**
 * The build of the statevector engine that shares its passes with helper threads, led by the worker that loads it; at most one in
 * each worker, because the glue of a WASM package is one instance. Helpers sleep between runs and end with their worker.
 */
export class ThreadTeam {
  readonly identity: EngineIdentity = identity;
  readonly #shared: TeamMemory;
  #threads = 1;

  private constructor(shared: TeamMemory) {
    this.#shared = shared;
  }

  /** @throws {AppError} as `loadEngine` does; {RangeError} when no address space of 4 GiB is left */
  static async load(): Promise<ThreadTeam> {
    const url = new URL("../../wasm-pkg/statevector-threads/statevector_bg.wasm", import.meta.url);
    const { module } = await loadBuild(url, identity);
    return new ThreadTeam({
      module: module as WebAssembly.Module,
      memory: initSync({ module: module as WebAssembly.Module }).memory,
    });
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
    return Program.parse(format, source);
  }

  /** What each thread of the last run did, which took `engineMs` as a whole. */
  use(engineMs: number): ThreadUse[] {
    const numbers = threadUse();
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
