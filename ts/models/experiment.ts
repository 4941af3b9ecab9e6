import * as z from "zod";
import { AUTO_MODEL } from "./chat.ts";
import { COLLAPSE_RULES, STRATEGIES } from "./job.ts";
import { JOB_TYPES } from "./job-type.ts";

/** What a call or a job is measured by. More of the first two is better, less of the others. */
const EXPERIMENT_METRICS = ["success", "quality", "latency", "cost"] as const;
export type ExperimentMetric = (typeof EXPERIMENT_METRICS)[number];

/** The difference that would matter where the document names none: 2 points, 100 ms, 100 µUSD. */
const EFFECTS: { readonly [M in ExperimentMetric]: number } = { success: 0.02, quality: 0.02, latency: 100, cost: 100 };

export function effectOf({ metric, effect }: Pick<ExperimentDocument, "metric" | "effect">): number {
  return effect ?? EFFECTS[metric];
}

/** The collapse rules that choose among language models. */
const COLLAPSES = ["best-score", "cheapest", "cost-quality"] as const;

const Name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be 1 to 64 small letters, digits or hyphens");
const CostQualityLambda = z.number().min(0).max(1).optional().meta({
  description: "For `cost-quality`, as in policies",
});

/** How calls of an arm are routed. Nothing: as they would be without the experiment. */
export const CallRoute = z.union(
  [
    z.strictObject({ model: z.string().min(1).max(128).meta({ description: "The calls go to this model" }) }),
    z.strictObject({
      router: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "must be the hash of a router")
        .optional()
        .meta({ description: "Hash of a router that was in force at some time; default: the one that is" }),
      collapse: z.enum(COLLAPSES).optional().meta({
        description: "`best-score`: quality alone; `cheapest`: the price alone; `cost-quality`: both, the default",
      }),
      costQualityLambda: CostQualityLambda,
    }),
  ],
  "must name a model, or a router, a collapse and its costQualityLambda, or nothing",
);
export type CallRoute = z.infer<typeof CallRoute>;

/** How jobs of an arm are routed. Nothing: as they would be without the experiment. */
export const JobRoute = z.union(
  [
    z.strictObject({
      backend: z.string().min(1).max(128).meta({ description: "The jobs go to this back end, where they may" }),
    }),
    z.strictObject({
      strategies: z.array(z.enum(STRATEGIES)).min(1).max(STRATEGIES.length).optional(),
      collapse: z.enum(COLLAPSE_RULES).optional(),
      costQualityLambda: CostQualityLambda,
    }),
  ],
  "must name a backend, or strategies, a collapse and its costQualityLambda, or nothing",
);
export type JobRoute = z.infer<typeof JobRoute>;

const ArmRoute = z.union(
  [CallRoute, JobRoute],
  "must name a model or a backend, or a router, strategies, a collapse and its costQualityLambda, or nothing",
);
export type ArmRoute = z.infer<typeof ArmRoute>;

const Arm = z.strictObject({
  name: Name,
  weight: z
    .number()
    .min(0.001)
    .max(1000)
    .default(1)
    .meta({ description: "Share of the units, relative to the others" }),
  route: ArmRoute.default({}),
});

const GuardRails = z.strictObject({
  errorRate: z.number().min(0).max(1).optional().meta({
    description: "By how much an arm's share of failed and broken calls may exceed the first arm's",
  }),
  costMicroUsd: z.number().min(0).max(1e12).optional().meta({
    description: "By how much an arm's mean cost of a call may exceed the first arm's",
  }),
  p95LatencyMs: z.number().min(1).max(3_600_000).optional().meta({
    description: "What an arm's 95th percentile of the time to the end of the answer may be at most",
  }),
});

/** What is compared with what, and when it ends by itself. */
export const ExperimentDocument = z.strictObject({
  calls: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .meta({
      description: `The model that calls name to take part; default, where \`jobs\` is not given: ${AUTO_MODEL}`,
    }),
  jobs: z
    .enum(JOB_TYPES)
    .optional()
    .meta({
      description:
        "Jobs of this type take part instead of calls: those whose back end Ketflow chooses at once, by the policy alone (no target, no " +
        "`routing` of their own, no plan)",
    }),
  unit: z
    .string()
    .regex(/^(?:call|job|key|user|metadata\.[\w-]{1,64})$/, "must be call, job, key, user or metadata.NAME")
    .meta({
      description:
        "What stays in one arm: each call or job by itself, an API key, or who the caller says by `user` (of calls) or an entry of " +
        "`metadata`; what says nothing does not take part",
    }),
  metric: z.enum(EXPERIMENT_METRICS).default("success"),
  effect: z.number().min(1e-6).max(1e12).optional().meta({
    description: "The difference that would matter, in points of 1, milliseconds or micro-USD; default: 0.02, 100, 100",
  }),
  significance: z.number().min(0.0001).max(0.5).default(0.05).meta({
    description: "Chance that anything false is ever said of the metric, or of the guard rails",
  }),
  arms: z
    .array(Arm)
    .min(2)
    .max(8)
    .meta({ description: "The first one is in use today; the others are compared with it" }),
  guardRails: GuardRails.prefault({}),
  prePeriodMs: z.int().min(0).max(2_592_000_000).default(0).meta({
    description:
      "For so long all go the first arm's way, and the metric of each unit is learned as its covariate; not for `unit: call` and `job`",
  }),
});
export type ExperimentDocument = z.infer<typeof ExperimentDocument>;

/** The body of `POST /v1/experiments`. */
export const CreateExperiment = ExperimentDocument.extend({ name: Name });
export type CreateExperiment = z.infer<typeof CreateExperiment>;

const Count = z.int().min(0);
const Mean = z.number().nullable().meta({ description: "Mean over units; null before the first" });

const ArmView = z.strictObject({
  name: z.string(),
  assigned: Count.meta({ description: "Units" }),
  calls: Count,
  success: Mean,
  errorRate: Mean,
  quality: Mean,
  qualityUnits: Count.meta({ description: "Units of which an outcome was told" }),
  latencyMs: Mean,
  slow: Mean.meta({ description: "Share of calls above `guardRails.p95LatencyMs`; null without it" }),
  costMicroUsd: Mean,
  difference: z
    .strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
    .nullable()
    .meta({
      description:
        "Of the metric, this arm less the first, with bounds that hold at all looks together; null for the first arm and before both have " +
        "100 units, a bound is null while nothing has varied",
    }),
  verdict: z.enum(["first", "open", "better", "worse", "harmful"]),
  broken: z.array(z.string()).meta({ description: "Guard rails that it surely breaks" }),
});

const STOP_CAUSES = ["asked", "guard-rail", "sample-ratio-mismatch"] as const;

export const ExperimentView = CreateExperiment.extend({
  version: z.int().min(1),
  status: z.enum(["pre-period", "running", "stopped"]),
  createdAt: z.string(),
  createdBy: z.string(),
  beginsAt: z.string().meta({ description: "When arms are assigned: the end of the pre-period" }),
  stoppedAt: z.string().nullable(),
  stopCause: z.enum(STOP_CAUSES).nullable(),
  state: z.enum(["running", "decided", "sample-ratio-mismatch"]).meta({
    description: "`decided`: no arm is open any more; `sample-ratio-mismatch`: nothing may be compared",
  }),
  covariate: z
    .strictObject({ units: Count, theta: z.number(), explained: z.number() })
    .nullable()
    .meta({ description: "CUPED: units known from the pre-period, and the share of the variance that they explain" }),
  results: z.array(ArmView).meta({ description: "In the order of the arms" }),
});
export type ExperimentView = z.infer<typeof ExperimentView>;

export const ExperimentPageView = z.strictObject({
  experiments: z.array(ExperimentView),
  next: z.string().nullable().meta({ description: "`cursor` of the next page; null on the last one" }),
});
export type ExperimentPageView = z.infer<typeof ExperimentPageView>;

/** The body of `PUT /v1/decisions/{id}/outcome`. */
export const SetOutcome = z.strictObject({
  quality: z.number().min(0).max(1).meta({ description: "What the answer was worth" }),
});
export type SetOutcome = z.infer<typeof SetOutcome>;

export const OutcomeView = z.strictObject({
  decision: z.string(),
  quality: z.number(),
  at: z.string(),
  by: z.string(),
  experiment: z
    .strictObject({ name: z.string(), version: z.int(), arm: z.string().nullable() })
    .nullable()
    .meta({ description: "Where the call was counted; the arm is null in the pre-period" }),
});
export type OutcomeView = z.infer<typeof OutcomeView>;
