import { z } from "zod";
import { checked } from "../models/check.ts";
import { COLLAPSE_RULES, DATA_CLASSES, STRATEGIES } from "../models/job.ts";

const Weight = z.number().positive().max(1000);

/** The part of a tenant's policy that routing reads. A job may ask for less than it allows, never for more. */
export const RoutingPolicy = z.strictObject({
  /** Ids of the back ends that may be used; absent: all that are configured. */
  backends: z.array(z.string().min(1)).optional(),
  /** `auto` may send jobs to another machine. */
  allowExternal: z.boolean().default(false),
  /** `auto` may pick a back end with a price. */
  allowPriced: z.boolean().default(false),
  /** The most that one job may cost. */
  maxCostMicroUsd: z.int().min(0).optional(),
  /** Class of every job; a job may declare a more sensitive one, a less sensitive one has no effect. */
  dataClass: z.enum(DATA_CLASSES).default("internal"),
  /** Regions that may be used besides this machine; absent: all. */
  regions: z.array(z.string().min(1)).optional(),
  /** Used where a job names none. */
  strategies: z.array(z.enum(STRATEGIES)).min(1).default(["balanced"]),
  /** What each strategy's opinion counts; 1 where not named. */
  weights: z.partialRecord(z.enum(STRATEGIES), Weight).default({}),
  /** Used where a job names none. */
  collapse: z.enum(COLLAPSE_RULES).default("best-score"),
  /** 0: only quality counts in `cost-quality`; 1: only the price. */
  costQualityLambda: z.number().min(0).max(1).default(0.5),
  /** The time and the price that halve a score; see docs/routing.md. */
  references: z
    .strictObject({ timeMs: z.number().min(0.001), costMicroUsd: z.number().min(1) })
    .default({ timeMs: 1000, costMicroUsd: 100_000 }),
});
export type RoutingPolicy = z.infer<typeof RoutingPolicy>;

/**
 * The empty document allows what is free and on this machine, by `balanced` and `best-score`.
 *
 * @throws {AppError} `invalid-input` naming the first faulty field
 */
export function parseRoutingPolicy(document: unknown): RoutingPolicy {
  return checked(RoutingPolicy, document, "routing policy");
}
