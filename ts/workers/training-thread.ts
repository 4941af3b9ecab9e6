import { type Endpoint, type Remote, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { identity } from "../../wasm-pkg/dqn/identity.js";
import { AppError } from "../core/errors.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import { loadBuild } from "./load-wasm.ts";
import { nodeModule } from "./node-module.ts";
import type { TrainingSlice, TrainingStart, TrainingWorker } from "./training-worker.ts";
import { fromWire } from "./wire-error.ts";

/** In a variable, because bundlers take `new URL(…, import.meta.url)` for an asset; the browser's line below is the one for them. */
const HERE = import.meta.url;

export interface TrainingUrls {
  /** Where `dqn_bg.wasm` was copied to, for bundlers that do not move it themselves. */
  wasmUrl?: URL | undefined;
  /** Where a bundle of `dist/workers/training-worker.js` was copied to, for the same reason. */
  workerUrl?: URL | undefined;
}

/** The thread of one training, from its start to its end. */
export class TrainingThread {
  readonly #remote: Remote<TrainingWorker>;
  readonly #terminate: () => unknown;
  readonly #died = withResolvers<never>();

  constructor(workerUrl: URL | undefined) {
    this.#died.promise.catch(() => {}); // The calls report it.
    const onDeath = (reason: string) =>
      this.#died.reject(new AppError("engine-failure", `the training's worker died: ${reason}`));
    const { endpoint, terminate } = startThread(workerUrl, onDeath);
    this.#remote = wrap<TrainingWorker>(endpoint);
    this.#terminate = terminate;
  }

  /** @throws {AppError} as the engine refuses environment, options or checkpoint; `engine-failure` */
  async begin(start: TrainingStart, wasmUrl: URL | undefined): Promise<TrainingSlice> {
    const engine = await loadBuild(wasmUrl ?? new URL("../../wasm-pkg/dqn/dqn_bg.wasm", import.meta.url), identity);
    return this.#call((remote) => remote.begin(engine, start));
  }

  advance(sliceMs: number): Promise<TrainingSlice> {
    return this.#call((remote) => remote.advance(sliceMs));
  }

  checkpoint(): Promise<Uint8Array> {
    return this.#call((remote) => remote.checkpoint());
  }

  finish(episodes: number, seed: number): Promise<{ network: string; meanReturn: number }> {
    return this.#call((remote) => remote.finish(episodes, seed));
  }

  end(): void {
    this.#terminate();
  }

  async #call<T>(invoke: (remote: Remote<TrainingWorker>) => Promise<T>): Promise<T> {
    try {
      return await Promise.race([invoke(this.#remote), this.#died.promise]);
    } catch (error) {
      throw error instanceof AppError ? error : fromWire(error);
    }
  }
}

function startThread(
  workerUrl: URL | undefined,
  onDeath: (reason: string) => void,
): { endpoint: Endpoint; terminate(): unknown } {
  const threads = nodeModule("node:worker_threads");
  if (threads !== undefined) {
    const url = workerUrl ?? new URL("./training-worker.js", HERE);
    const worker = new threads.Worker(url, { name: "ketflow-training", execArgv: [] });
    worker.on("error", (error) => onDeath(error.message));
    worker.on("exit", (code) => onDeath(`it ended with exit code ${code}`));
    return { endpoint: nodeEndpoint(worker), terminate: () => worker.terminate() };
  }
  const worker =
    workerUrl === undefined
      ? new Worker(new URL("./training-worker.js", import.meta.url), { type: "module", name: "ketflow-training" })
      : new Worker(workerUrl, { type: "module", name: "ketflow-training" });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onDeath(event.message || `the script ${workerUrl ?? ""} did not load; give train a workerUrl`);
  });
  return { endpoint: worker, terminate: () => worker.terminate() };
}
