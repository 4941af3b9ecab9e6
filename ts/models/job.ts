import * as z from "zod";
import { MAX_SEED } from "../core/random.ts";
import { ANNEAL_FORMATS, AnnealOptions } from "./anneal.ts";
import { CIRCUIT_FORMATS, CircuitOptions } from "./circuit.ts";
import { HYBRID_FORMATS, HybridOptions } from "./hybrid.ts";
import { INFER_FORMATS, InferOptions } from "./infer.ts";
import type { JobType } from "./job-type.ts";
import { SCHEDULE_FORMATS, ScheduleOptions } from "./schedule.ts";

/** Strategies that score candidates; see docs/routing.md. */
export const STRATEGIES = [
  "task-optimized",
  "cost-efficient",
  "latency-optimized",
  "quality-first",
  "fidelity-aware",
  "balanced",
] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** Selection rules over the scored candidates. */
export const COLLAPSE_RULES = [
  "best-score",
  "weighted",
  "consensus",
  "fastest",
  "cheapest",
  "cost-quality",
  "thompson",
] as const;
export type CollapseRule = (typeof COLLAPSE_RULES)[number];

export const DATA_CLASSES = ["public", "internal", "confidential", "restricted"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** The place among {@link DATA_CLASSES}: higher is more sensitive. */
export function sensitivity(value: DataClass): number {
  return DATA_CLASSES.indexOf(value);
}

export function moreSensitive(a: DataClass, b: DataClass): DataClass {
  return sensitivity(a) > sensitivity(b) ? a : b;
}

export const Seed = z.int().min(0).max(MAX_SEED);

export const Source = z.union([z.string(), z.strictObject({ base64: z.base64() })]);
export type Source = z.infer<typeof Source>;

export const Constraints = z.strictObject({
  maxCostMicroUsd: z.int().min(0).optional(),
  /** From acceptance. */
  deadlineMs: z.int().min(1).optional(),
  dataClass: z.enum(DATA_CLASSES).optional(),
  regions: z.array(z.string().min(1).max(64)).max(64).optional(),
});
export type Constraints = z.infer<typeof Constraints>;

export const RoutingRequest = z.strictObject({
  strategies: z.array(z.enum(STRATEGIES)).min(1).max(STRATEGIES.length).optional(),
  collapse: z.enum(COLLAPSE_RULES).optional(),
});
export type RoutingRequest = z.infer<typeof RoutingRequest>;

/** Comes back with every reading of the job, so it is short: what is large belongs into a store of the caller's. */
const Metadata = z
  .record(z.string().min(1).max(128), z.string().max(1024))
  .refine((metadata) => Object.keys(metadata).length <= 64, "at most 64 members are kept")
  .meta({ description: "Echoed: up to 64 texts of up to 1,024 characters", maxProperties: 64 });

/** The members of a job's body that do not depend on its type. */
const Common = {
  seed: Seed.optional(),
  /** `auto` (default) or the id of a back end. */
  target: z.string().min(1).max(128).optional(),
  mode: z.enum(["run", "plan"]).optional(),
  constraints: Constraints.optional(),
  routing: RoutingRequest.optional(),
  metadata: Metadata.optional(),
};

function bodyOf<T extends JobType, Format extends string, Options extends z.ZodType>(
  type: T,
  formats: readonly [Format, ...Format[]],
  options: Options,
) {
  return z.strictObject({
    type: z.literal(type),
    input: z.strictObject({ format: z.enum(formats), source: Source }),
    options: options.optional(),
    ...Common,
  });
}

/** The body of `POST /v1/jobs`, and of a `.job.json` file. */
export const SubmitJob = z.discriminatedUnion("type", [
  bodyOf("circuit", CIRCUIT_FORMATS, CircuitOptions),
  bodyOf("anneal", ANNEAL_FORMATS, AnnealOptions),
  bodyOf("schedule", SCHEDULE_FORMATS, ScheduleOptions),
  bodyOf("infer", INFER_FORMATS, InferOptions),
  bodyOf("hybrid", HYBRID_FORMATS, HybridOptions),
]);
export type SubmitJob = z.infer<typeof SubmitJob>;
/** The body of a job of one type. */
export type SubmitOf<T extends SubmitJob["type"]> = Extract<SubmitJob, { type: T }>;

export { FINAL_STATES, JOB_STATES, type JobState, OUTCOMES, type Outcome } from "./job-state.ts";
export { JOB_TYPES, type JobType } from "./job-type.ts";

/** Which engine made a result, and by which binary: see docs/receipt.md. */
export interface EngineIdentity {
  engine: { name: string; version: string; contentHash: string };
  build: { kind: string; sha256: string };
}
