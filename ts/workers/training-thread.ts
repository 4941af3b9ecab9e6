import { type Remote, wrap } from "comlink";
import { identity } from "../../wasm-pkg/dqn/identity.js";
import { AppError } from "../core/errors.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import { loadBuild } from "./load-wasm.ts";
import { startThread, type Thread, type ThreadScript } from "./start-thread.ts";
import type { TrainingSlice, TrainingStart, TrainingWorker } from "./training-worker.ts";
import { fromWire } from "./wire-error.ts";

const SCRIPT: ThreadScript = {
  name: "ketflow-training",
  file: "./training-worker.js",
  inBrowser: () =>
    new Worker(new URL("./training-worker.js", import.meta.url), { type: "module", name: "ketflow-training" }),
  option: "train",
};

export interface TrainingUrls {
  /** Where `dqn_bg.wasm` was copied to, for bundlers that do not move it themselves. */
  wasmUrl?: URL | undefined;
  /** Where a bundle of `dist/workers/training-worker.js` was copied to, for the same reason. */
  workerUrl?: URL | undefined;
}

/** The thread of one training, from its start to its end. */
export class TrainingThread {
  readonly #remote: Remote<TrainingWorker>;
  readonly #thread: Thread;
  readonly #died = withResolvers<never>();

  constructor(workerUrl: URL | undefined) {
    this.#died.promise.catch(() => {}); // The calls report it.
    const onDeath = (reason: string) =>
      this.#died.reject(new AppError("engine-failure", `the training's worker died: ${reason}`));
    this.#thread = startThread(SCRIPT, workerUrl, onDeath);
    this.#remote = wrap<TrainingWorker>(this.#thread.endpoint);
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
    void this.#thread.terminate();
  }

  async #call<T>(invoke: (remote: Remote<TrainingWorker>) => Promise<T>): Promise<T> {
    try {
      return await Promise.race([invoke(this.#remote), this.#died.promise]);
    } catch (error) {
      throw error instanceof AppError ? error : fromWire(error);
    }
  }
}
