import * as z from "zod";
import { freshSeed } from "../core/random.ts";
import { checked } from "../models/check.ts";
import { Seed } from "../models/job.ts";
import type { EstimateOf, OptionsOf, ResultOf } from "../models/job-options.ts";
import { JOB_SCHEMAS, toResultValues } from "../models/job-schemas.ts";
import type { JobType } from "../models/job-type.ts";
import type { EngineInput, EngineRun, Seeded } from "../workers/engine-worker.ts";
import type { CallControl, JobPool, RunControl } from "../workers/job-pool.ts";
import { checkedControl } from "./control.ts";

/** What a job takes besides its input: the options of its type, the seed, and how to watch and stop it. */
export type RunOptions<T extends JobType> = OptionsOf<T> &
  RunControl & {
    /** 0…2⁵³−1; a fresh one otherwise, which the run records. */
    seed?: number | undefined;
  };

export interface JobRun<T extends JobType> extends EngineRun {
  readonly options: OptionsOf<T>;
  /** The JSON view of the container, made when it is first read. */
  readonly result: ResultOf<T>;
  /** With it, the same engine gives the same bytes again. */
  readonly seed: number;
}

/** Runs a job of any type; what each of the engines' own functions does. */
export async function runJob<T extends JobType>(
  pool: JobPool,
  type: T,
  input: EngineInput<T> | string,
  options: RunOptions<T>,
): Promise<JobRun<T>> {
  const { signal, deadlineMs, onProgress, seed: given, ...rest } = options;
  const seed = checked(Seed.optional(), given, "options.seed") ?? freshSeed();
  const ofType = checked(JOB_SCHEMAS[type].options, rest, "options") as OptionsOf<T>;
  const control = checkedControl({ signal, deadlineMs, onProgress });
  const run = await pool.run(type, toInput(type, input), { ...ofType, seed } as Seeded<T>, control);
  let result: ResultOf<T> | undefined;
  return {
    ...run,
    options: run.options as OptionsOf<T>,
    seed,
    get result() {
      result ??= toResultValues(type, run.container, ofType);
      return result;
    },
  };
}

/** What a run with these options would need; it is refused or granted by the same numbers. */
export async function estimateJob<T extends JobType>(
  pool: JobPool,
  type: T,
  input: EngineInput<T> | string,
  options: OptionsOf<T> & CallControl,
): Promise<EstimateOf<T>> {
  const { signal, deadlineMs, ...rest } = options;
  const ofType = checked(JOB_SCHEMAS[type].options, rest, "options") as OptionsOf<T>;
  return pool.estimate(type, toInput(type, input), ofType, checkedControl({ signal, deadlineMs }));
}

/** A text alone is read as what it looks like. @throws {AppError} `invalid-input` */
export function toInput<T extends JobType>(type: T, input: EngineInput<T> | string): EngineInput<T> {
  return typeof input === "string"
    ? { format: "auto", source: input }
    : (checked(INPUTS[type], input, "input") as EngineInput<T>);
}

const INPUTS = {
  circuit: inputOf("circuit"),
  anneal: inputOf("anneal"),
  schedule: inputOf("schedule"),
  infer: inputOf("infer"),
  hybrid: inputOf("hybrid"),
};

function inputOf(type: JobType) {
  return z.object({
    format: z.enum([...JOB_SCHEMAS[type].formats, "auto"]),
    source: z.union([z.string(), z.instanceof(Uint8Array)], "must be text or its bytes as a Uint8Array"),
  });
}
