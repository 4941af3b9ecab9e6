// The file that the thread of a training runs.
import { expose, transfer } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import * as dqn from "../../wasm-pkg/dqn/dqn.js";
import { type ErrorInfo, isErrorCode, messageOf } from "../core/errors.ts";
import type { TrainingEpisode, TrainingView } from "../models/training.ts";
import type { CompiledEngine } from "./load-wasm.ts";
import { nodeModule } from "./node-module.ts";

/** Steps between two looks at the clock: some milliseconds for the networks of small tasks. */
const STEPS_AT_ONCE = 32;

/** What a training begins with: JSON, or the bytes of one that was stopped. */
export type TrainingStart = { environment: string; options: string } | { checkpoint: Uint8Array };

export interface TrainingSlice {
  view: TrainingView;
  /** Those that are over since the slice before. */
  episodes: TrainingEpisode[];
}

/** One training. Its caller advances it slice by slice, so that it can be watched, stopped and kept between two of them. */
export class TrainingWorker {
  #training: dqn.Training | undefined;
  #shown = 0;

  begin({ module }: CompiledEngine, start: TrainingStart): TrainingSlice {
    dqn.initSync({ module: module as WebAssembly.Module });
    const { Training } = dqn;
    this.#training = translated(() =>
      "checkpoint" in start ? Training.resume(start.checkpoint) : Training.begin(start.environment, start.options),
    );
    return this.#slice();
  }

  /** Goes on for about so many milliseconds. */
  advance(sliceMs: number): TrainingSlice {
    const untilMs = performance.now() + sliceMs;
    const training = this.#ready();
    translated(() => {
      while (training.advance(STEPS_AT_ONCE) > 0 && performance.now() < untilMs);
    });
    return this.#slice();
  }

  checkpoint(): Uint8Array {
    const bytes = translated(() => this.#ready().checkpoint());
    return transfer(bytes, [bytes.buffer]);
  }

  /** The network as it is, and the mean return of so many episodes of it without exploration. */
  finish(episodes: number, seed: number): { network: string; meanReturn: number } {
    const training = this.#ready();
    return translated(() => ({
      network: training.network(),
      meanReturn: training.evaluate(episodes, BigInt(seed)),
    }));
  }

  #slice(): TrainingSlice {
    const training = this.#ready();
    const episodes: TrainingEpisode[] = JSON.parse(training.episodes(this.#shown));
    this.#shown += episodes.length;
    return { view: JSON.parse(training.view()), episodes };
  }

  #ready(): dqn.Training {
    if (this.#training !== undefined) return this.#training;
    throw { code: "engine-failure", message: "the training did not begin" } satisfies ErrorInfo;
  }
}

/** What the engine throws crosses the border as data. */
function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw { code: isErrorCode(code) ? code : "engine-failure", message: messageOf(error) } satisfies ErrorInfo;
  }
}

const parentPort = nodeModule("node:worker_threads")?.parentPort;
if (parentPort) expose(new TrainingWorker(), nodeEndpoint(parentPort));
else expose(new TrainingWorker());
