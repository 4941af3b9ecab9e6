import { availableParallelism, cpus } from "node:os";
import { readTextIfThere, writeFileDurably } from "../audit/durable-file.ts";
import { systemClock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Engines } from "../engines/load-engines.ts";
import type { Calibration } from "../models/calibration.ts";
import type { EngineIdentity } from "../models/job.ts";
import { calibrate } from "./calibrate.ts";
import { DEFAULT_CALIBRATION, isStale, operationsOf, parseCalibration } from "./calibration.ts";

/**
 * The calibration that was measured on this machine with this engine, else the cautious one: it only predicts times and is made
 * anew in a second, so nothing in the file is worth refusing to start.
 *
 * @throws {AppError} `store-unavailable` when the file is there and cannot be read
 */
export async function readCalibration(path: string, { engine, build }: EngineIdentity): Promise<Calibration> {
  const text = await readTextIfThere(path);
  if (text === undefined) return DEFAULT_CALIBRATION;
  try {
    const calibration = parseCalibration(JSON.parse(text));
    return isStale(calibration, thisMachine(build.kind), engine.contentHash) ? DEFAULT_CALIBRATION : calibration;
  } catch (error) {
    if (error instanceof AppError || error instanceof SyntaxError) return DEFAULT_CALIBRATION;
    throw error;
  }
}

/** Measures this machine and its engine for about a second, and keeps what was found for the next start. */
export async function calibrateMachine(path: string, engines: Engines): Promise<Calibration> {
  const calibration = await calibrate({
    run: async (source, { seed, ...options }) => {
      const { engineMs } = await engines.circuit.run(source, { ...options, seed });
      return { estimate: await engines.circuit.estimate(source, options), engineMs };
    },
    runRated: async (type, source, options) => {
      const { engineMs } = await engines.run(type, source, { ...options, seed: 0 });
      const estimate = await engines.estimate(type, source, options);
      return { operations: operationsOf({ type, options, estimate } as Parameters<typeof operationsOf>[0]), engineMs };
    },
    machine: thisMachine(engines.identity.build.kind),
    engineContentHash: engines.identity.engine.contentHash,
    now: systemClock,
  });
  await writeFileDurably(path, `${JSON.stringify(calibration, null, 2)}\n`);
  return calibration;
}

/** Where the native engines are installed, the same machine has other times. */
function thisMachine(build: string): string {
  const native = build.startsWith("native") ? ", native" : "";
  return `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores${native}`;
}
