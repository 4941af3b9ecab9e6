import type * as z from "zod";
import { ANNEAL_FORMATS, AnnealOptions, AnnealResult } from "./anneal.ts";
import { toAnnealResult } from "./anneal-result.ts";
import { CIRCUIT_FORMATS, CircuitOptions, CircuitResult } from "./circuit.ts";
import { toCircuitResult } from "./circuit-result.ts";
import { HYBRID_FORMATS, HybridOptions, HybridResult } from "./hybrid.ts";
import { toHybridResult } from "./hybrid-result.ts";
import { INFER_FORMATS, InferOptions, InferResult } from "./infer.ts";
import { toInferResult } from "./infer-result.ts";
import type { FormatOf, JobFormat, OptionsOf, ResultOf } from "./job-options.ts";
import { JOB_TYPES, type JobType } from "./job-type.ts";
import { SCHEDULE_FORMATS, ScheduleOptions, ScheduleResult } from "./schedule.ts";
import { toScheduleResult } from "./schedule-result.ts";

interface JobSchema<T extends JobType> {
  readonly formats: readonly FormatOf<T>[];
  readonly options: z.ZodType<OptionsOf<T>, OptionsOf<T>>;
  /** Names of the options. */
  readonly optionNames: readonly string[];
  readonly result: z.ZodType<ResultOf<T>>;
  /** The JSON view of a result container. @throws {AppError} `integrity-violation` */
  toResult(container: Uint8Array, options: OptionsOf<T>): ResultOf<T>;
}

/** What belongs to each type of job: one line for each. */
export const JOB_SCHEMAS: { readonly [T in JobType]: JobSchema<T> } = {
  circuit: {
    formats: CIRCUIT_FORMATS,
    options: CircuitOptions,
    optionNames: CircuitOptions.keyof().options,
    result: CircuitResult,
    toResult: toCircuitResult,
  },
  anneal: {
    formats: ANNEAL_FORMATS,
    options: AnnealOptions,
    optionNames: AnnealOptions.keyof().options,
    result: AnnealResult,
    toResult: toAnnealResult,
  },
  schedule: {
    formats: SCHEDULE_FORMATS,
    options: ScheduleOptions,
    optionNames: ScheduleOptions.keyof().options,
    result: ScheduleResult,
    toResult: toScheduleResult,
  },
  infer: {
    formats: INFER_FORMATS,
    options: InferOptions,
    optionNames: InferOptions.keyof().options,
    result: InferResult,
    toResult: toInferResult,
  },
  hybrid: {
    formats: HYBRID_FORMATS,
    options: HybridOptions,
    optionNames: HybridOptions.keyof().options,
    result: HybridResult,
    toResult: toHybridResult,
  },
};

export const JOB_FORMATS: readonly [JobFormat, ...JobFormat[]] = [
  ...CIRCUIT_FORMATS,
  ...ANNEAL_FORMATS,
  ...SCHEDULE_FORMATS,
  ...INFER_FORMATS,
  ...HYBRID_FORMATS,
];

/** The type of job that takes a format: no two take the same. */
export function typeOfFormat(format: JobFormat): JobType {
  return JOB_TYPES.find((type) => (JOB_SCHEMAS[type].formats as readonly JobFormat[]).includes(format)) ?? "circuit";
}

/** The JSON view of the result of any job. @throws {AppError} `integrity-violation` */
export function toResultValues<T extends JobType>(type: T, container: Uint8Array, options: OptionsOf<T>): ResultOf<T> {
  return JOB_SCHEMAS[type].toResult(container, options);
}
