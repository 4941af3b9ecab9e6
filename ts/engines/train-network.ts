import * as z from "zod";
import { AppError } from "../core/errors.ts";
import { freshSeed } from "../core/random.ts";
import { checked } from "../models/check.ts";
import { TrainingEnvironment, type TrainingEpisode, TrainingOptions, type TrainingView } from "../models/training.ts";
import { TrainingThread, type TrainingUrls } from "../workers/training-thread.ts";
import type { TrainingStart } from "../workers/training-worker.ts";

/** How long a training goes on between two looks at its signal and two reports. */
const SLICE_MS = 50;

export interface TrainingProgress extends TrainingView {
  /** Those that are over since the last report. */
  episodes: readonly TrainingEpisode[];
}

export interface TrainingControl extends TrainingUrls {
  /** Stops the training within a tenth of a second, after its last checkpoint. */
  signal?: AbortSignal | undefined;
  /** About 20 times a second. */
  onProgress?: ((progress: TrainingProgress) => void) | undefined;
  /** Is given the state of the training every `checkpointEvery` steps, at its end, and before it stops by the signal. */
  onCheckpoint?: ((bytes: Uint8Array) => void | Promise<void>) | undefined;
  /** In steps, 10,000 by default; they are given where the next slice ends. */
  checkpointEvery?: number | undefined;
  /** Episodes that the network is worth at the end without exploration, 100 by default. */
  finalEpisodes?: number | undefined;
}

export interface TrainedNetwork extends TrainingView {
  /** A `.net.json` document: the best network by evaluation, or without one the last. */
  network: string;
  /** Its mean return in `finalEpisodes` episodes that the training never saw. */
  meanReturn: number;
  /** The return curve. */
  episodes: TrainingEpisode[];
}

const Control = z.object({
  signal: z.instanceof(AbortSignal).optional(),
  checkpointEvery: z.int().min(1).optional(),
  finalEpisodes: z.int().min(1).max(100_000).optional(),
});
/** One above the largest seed of a training, which so has seen none of these episodes. */
const FINAL_SEED = 2 ** 53;

/**
 * Learns a Q-network in a thread of its own (docs/training.md). The same environment, options and seed give the same bytes, and
 * so does one that goes on from a checkpoint.
 *
 * @throws {AppError} `invalid-input` or `too-large` naming the option, `cancelled`, `engine-failure`
 */
export function trainNetwork(
  environment: TrainingEnvironment,
  options: TrainingOptions,
  control: TrainingControl,
): Promise<TrainedNetwork> {
  const seeded = { seed: freshSeed(), ...checked(TrainingOptions, options, "options") };
  const known = checked(TrainingEnvironment, environment, "environment");
  return train({ environment: JSON.stringify(known), options: JSON.stringify(seeded) }, control);
}

/** Goes on from what `onCheckpoint` was given. @throws {AppError} as {@link trainNetwork}; `unsupported` for another version */
export function resumeTraining(checkpoint: Uint8Array, control: TrainingControl): Promise<TrainedNetwork> {
  return train({ checkpoint: checked(z.instanceof(Uint8Array), checkpoint, "checkpoint") }, control);
}

async function train(start: TrainingStart, control: TrainingControl): Promise<TrainedNetwork> {
  const { onProgress, onCheckpoint, wasmUrl, workerUrl } = control;
  const { signal, checkpointEvery = 10_000, finalEpisodes = 100 } = checked(Control, control, "control");
  const thread = new TrainingThread(workerUrl);
  try {
    let { view, episodes } = await thread.begin(start, wasmUrl);
    const curve = [...episodes];
    let keptAt = view.steps;
    const keep = async () => {
      keptAt = view.steps;
      await onCheckpoint?.(await thread.checkpoint());
    };
    while (!view.isOver) {
      if (signal?.aborted) {
        if (onCheckpoint !== undefined) await keep();
        throw new AppError("cancelled", `the caller cancelled it after ${view.steps} steps`, { cause: signal.reason });
      }
      ({ view, episodes } = await thread.advance(SLICE_MS));
      curve.push(...episodes);
      onProgress?.({ ...view, episodes });
      if (onCheckpoint !== undefined && (view.isOver || view.steps - keptAt >= checkpointEvery)) await keep();
    }
    return { ...view, ...(await thread.finish(finalEpisodes, FINAL_SEED)), episodes: curve };
  } finally {
    thread.end();
  }
}
