import * as z from "zod";
import { checked } from "./check.ts";
import { COLLAPSE_RULES, DATA_CLASSES, STRATEGIES } from "./job.ts";
import type { JobType } from "./job-type.ts";

const Weight = z.number().positive().max(1000);

/** The part of a tenant's policy that routing reads. A job may ask for less than it allows, never for more. */
export const RoutingPolicy = z.strictObject({
  /** Ids of the back ends that may be used; absent: all that are configured. */
  backends: z.array(z.string().min(1).max(128)).max(256).optional(),
  /** `auto` may send jobs to another machine. */
  allowExternal: z.boolean().default(false),
  /** `auto` may pick a back end with a price. */
  allowPriced: z.boolean().default(false),
  /** The most that one job may cost. */
  maxCostMicroUsd: z.int().min(0).optional(),
  /** Class of every job; a job may declare a more sensitive one, a less sensitive one has no effect. */
  dataClass: z.enum(DATA_CLASSES).default("internal"),
  /** Regions that may be used besides this machine; absent: all. */
  regions: z.array(z.string().min(1).max(64)).max(256).optional(),
  /** Used where a job names none. */
  strategies: z.array(z.enum(STRATEGIES)).min(1).max(STRATEGIES.length).default(["balanced"]),
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

const Approvers = z.int().min(1).max(10);

/** When people have to agree, besides the one who asked. The first rule that a route meets counts. */
export const ApprovalRule = z.strictObject({
  /** Every condition that is given must hold; a rule without any holds for every plan. */
  when: z
    .strictObject({
      minCostMicroUsd: z.int().min(0).optional(),
      external: z.boolean().optional(),
      backends: z.array(z.string().min(1).max(128)).min(1).max(256).optional(),
      dataClass: z.enum(DATA_CLASSES).optional().meta({ description: "This class or a more sensitive one" }),
    })
    .default({}),
  approvers: Approvers.meta({ description: "How many; none of them may be who submitted the job" }),
});
export type ApprovalRule = z.infer<typeof ApprovalRule>;

const Budget = z.int().min(1).nullable();

/** The whole policy of a tenant: `PUT /v1/policy`. The empty document is the safe default. */
export const TenantPolicy = z.strictObject({
  routing: RoutingPolicy.prefault({}),
  /** Which jobs wait for `execute` although routing would let them run. */
  dryRun: z.enum(["when-priced-or-external", "always"]).default("when-priced-or-external"),
  approvals: z.array(ApprovalRule).max(64).default([]),
  /** How long a job may wait for its approvals before it expires. */
  approvalsExpireAfterMs: z.int().min(1000).max(2_592_000_000).default(86_400_000),
  /**
   * The most that one attempt may take, by class of work, where the job names no deadline of its own; null: no limit. A job's
   * own `deadlineMs` counts from acceptance, these from the start of the attempt, so that a queue or a restart costs nobody
   * their job.
   */
  deadlines: z
    .strictObject({ neuralMs: Budget.default(1000), quantumMs: Budget.default(2000), hybridMs: Budget.default(3000) })
    .prefault({}),
  /** Answer a job from an equal earlier one of the same tenant; a job may ask not to. */
  reuseResults: z.boolean().default(true),
  /** Whether `ketflow/auto` learns from the outcomes that callers tell, and which share of its calls is drawn evenly for that. */
  learning: z
    .strictObject({ online: z.boolean().default(false), exploration: z.number().min(0).max(0.02).default(0.02) })
    .prefault({}),
  /** Which chat calls may be answered by an equal earlier call's answer, and for how long one is kept. */
  answers: z
    .strictObject({
      /** `deterministic`: calls with temperature 0 or a seed, and those that ask for it. */
      reuse: z.enum(["deterministic", "when-asked", "never"]).default("deterministic"),
      keepMs: z.int().min(1000).max(604_800_000).default(3_600_000),
      /** So much longer an answer is given while a new one is asked for, which costs what a call costs; 0: never. */
      staleMs: z.int().min(0).max(604_800_000).default(0),
    })
    .prefault({}),
});
export type TenantPolicy = z.infer<typeof TenantPolicy>;

const BUDGETS: { readonly [T in JobType]: keyof TenantPolicy["deadlines"] } = {
  circuit: "quantumMs",
  anneal: "quantumMs",
  schedule: "quantumMs",
  infer: "neuralMs",
  hybrid: "hybridMs",
};

/** The most that one attempt of a job of this type may take on this machine; null: no limit. */
export function budgetOf({ deadlines }: Pick<TenantPolicy, "deadlines">, type: JobType): number | null {
  return deadlines[BUDGETS[type]];
}

/**
 * @param what how the caller knows the document, for the message
 * @throws {AppError} `invalid-input` with the path of the first faulty field
 */
export function parseTenantPolicy(document: unknown, what = "policy"): TenantPolicy {
  return checked(TenantPolicy, document, what);
}

/** A policy as it was in force from one moment on; versions count from 1, and 0 is the default of the installation. */
export const PolicyView = z.strictObject({
  version: z.int().min(0),
  policy: TenantPolicy,
  setAt: z.string().nullable(),
  setBy: z.string().nullable(),
  hash: z.string().meta({ description: "SHA-256 of the canonical routing part: `policyVersion` of receipts" }),
});
export type PolicyView = z.infer<typeof PolicyView>;
