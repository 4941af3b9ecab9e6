import { rename, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileError } from "../../audit/durable-file.ts";
import { fromUtf8 } from "../../core/bytes.ts";
import { AppError, messageOf } from "../../core/errors.ts";
import { freshSeed } from "../../core/random.ts";
import {
  resumeTraining,
  type TrainedNetwork,
  type TrainingControl,
  trainNetwork,
} from "../../engines/train-network.ts";
import type { TrainingEnvironment, TrainingOptions } from "../../models/training.ts";
import { type ExitCode, within } from "../failure.ts";
import { readBytes } from "../read-input.ts";
import { returnCurve } from "../return-curve.ts";
import type { Terminal } from "../terminal.ts";
import { trainingLine } from "../training-line.ts";
import { writeOutput } from "../write-output.ts";

export interface TrainCommand {
  out?: string;
  options?: string;
  steps?: number | string;
  seed?: number | string;
  checkpoint?: string;
  resume?: string;
  json?: boolean;
}

/** `ketflow train`: the return curve on stderr while it learns, the network in a file. */
export async function train(
  environment: string | undefined,
  flags: TrainCommand,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { onProgress, erase } = trainingLine(terminal);
  const control: TrainingControl = { signal, onProgress, onCheckpoint: keeperOf(flags.checkpoint, terminal) };
  const start = await startOf(environment, flags, terminal);
  let trained: TrainedNetwork;
  try {
    trained = await start(control);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "cancelled") || flags.checkpoint === undefined) throw error;
    throw new AppError("cancelled", `${error.message}; go on with --resume ${flags.checkpoint}`, { cause: error });
  } finally {
    erase();
  }
  if (flags.out !== undefined) await writeOutput(flags.out, `${trained.network}\n`, terminal);
  if (flags.json) terminal.print(JSON.stringify(trained, null, 2));
  else for (const text of trainedText(trained, flags.out, terminal.width)) terminal.print(text);
  return 0;
}

type Start = (control: TrainingControl) => Promise<TrainedNetwork>;

async function startOf(environment: string | undefined, flags: TrainCommand, terminal: Terminal): Promise<Start> {
  if (flags.resume !== undefined) {
    const given = Object.entries({ environment, options: flags.options, steps: flags.steps, seed: flags.seed });
    const [name] = given.find(([, value]) => value !== undefined) ?? [];
    if (name !== undefined) throw new AppError("invalid-input", `${name}: a checkpoint has its own; leave it out`);
    const checkpoint = await readBytes(flags.resume, terminal);
    return (control) => resumeTraining(checkpoint, control);
  }
  if (environment === undefined) {
    throw new AppError("invalid-input", "environment: give cart-pole, a JSON file that describes one, or --resume");
  }
  // Both are checked where the training begins.
  const described = (
    environment.endsWith(".json") ? await readJson(environment, terminal) : { name: environment }
  ) as TrainingEnvironment;
  const options = (flags.options === undefined ? {} : await readJson(flags.options, terminal)) as TrainingOptions;
  const { steps, seed } = flags as TrainingOptions;
  const wanted = { ...options, ...(steps === undefined ? {} : { steps }), ...(seed === undefined ? {} : { seed }) };
  if (wanted.seed === undefined) {
    wanted.seed = freshSeed();
    terminal.complain(`seed ${wanted.seed}`);
  }
  return (control) => trainNetwork(described, wanted, control);
}

async function readJson(file: string, terminal: Terminal): Promise<unknown> {
  const source = fromUtf8(await readBytes(file, terminal));
  return within({ name: file, source }, async () => {
    try {
      return JSON.parse(source);
    } catch (cause) {
      throw new AppError("invalid-input", `${file}: ${messageOf(cause)}`, { cause });
    }
  });
}

/** Writes beside the file and renames, so that there is a whole checkpoint at any time. */
function keeperOf(file: string | undefined, terminal: Terminal): TrainingControl["onCheckpoint"] {
  if (file === undefined) return undefined;
  const path = resolve(terminal.workingDirectory, file);
  return async (bytes) => {
    try {
      await writeFile(`${path}.new`, bytes);
      await rename(`${path}.new`, path);
    } catch (cause) {
      throw fileError(cause, file);
    }
  };
}

function* trainedText(trained: TrainedNetwork, out: string | undefined, width: number): Generator<string> {
  const { steps, updates, episodes, best, convergedAt, meanReturn } = trained;
  const { bars, least, most } = returnCurve(episodes, steps, Math.min(60, width - 30));
  yield `${steps} steps, ${updates} updates, ${episodes.length} episodes`;
  if (episodes.length > 0) yield `return ${bars} ${least} to ${most}`;
  if (best !== undefined) yield `best evaluation: ${best.mean} at step ${best.step}`;
  if (convergedAt !== undefined) yield `converged at step ${convergedAt}`;
  yield `mean return of 100 episodes without exploration: ${Number(meanReturn.toPrecision(6))}`;
  yield out === undefined ? "the network was not kept; give --out FILE" : `network: ${out}`;
}
