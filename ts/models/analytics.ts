import * as z from "zod";

/** What rows can be told apart by. */
export const DIMENSIONS = ["source", "strategy", "backend", "model"] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Width of a time bucket; `all`: one for the whole span. */
export const BUCKETS = { "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000, all: Number.POSITIVE_INFINITY } as const;
export type Bucket = keyof typeof BUCKETS;

const DimensionList = z
  .string()
  .regex(
    /^(?:source|strategy|backend|model)(?:,(?:source|strategy|backend|model)){0,3}$/,
    `must be a list of ${DIMENSIONS.join(", ")}, with commas`,
  )
  .default(DIMENSIONS.join(","))
  .meta({ description: "What rows are told apart by; what is left out is added up" });

/** The query of `GET /v1/analytics`. */
export const AnalyticsQuery = z.strictObject({
  from: z.iso.datetime().optional().meta({ description: "RFC 3339 in UTC; default: a day before `to`" }),
  to: z.iso.datetime().optional().meta({ description: "Default: now" }),
  bucket: z.enum(Object.keys(BUCKETS) as [Bucket, ...Bucket[]]).default("1h"),
  by: DimensionList,
});
export type AnalyticsQuery = z.infer<typeof AnalyticsQuery>;

const Count = z.int().min(0);
const Bin = z.strictObject({ n: Count, predicted: z.number(), observed: z.number() });

export const AnalyticsRow = z.strictObject({
  at: z.string().meta({ description: "Begin of the time bucket" }),
  source: z.enum(["chat", "job"]).nullable().meta({ description: "Null where rows are not told apart by it" }),
  strategy: z.string().nullable().meta({
    description:
      "Of jobs: the strategies and the collapse rule, or `experiment`; of calls: `learned` (a router), `cost-efficient` (the price alone), `named`, `experiment`, `reused` (an earlier answer)",
  }),
  backend: z.string().nullable().meta({ description: "Back end or provider; `none` before one was chosen" }),
  model: z.string().nullable().meta({ description: "Of jobs: their type" }),
  count: Count,
  errors: Count.meta({ description: "Failed, broken, expired" }),
  cancelled: Count,
  latencyMs: z
    .strictObject({
      ...{ mean: z.number(), min: z.number(), p50: z.number(), p90: z.number(), p95: z.number(), p99: z.number() },
      max: z.number(),
    })
    .nullable()
    .meta({ description: "From acceptance to the end; quantiles are right to 1 % of their value" }),
  costMicroUsd: z.number().min(0),
  quality: z
    .strictObject({ n: Count, mean: z.number() })
    .nullable()
    .meta({ description: "What callers told of the answers" }),
  regret: z.strictObject({ n: Count, mean: z.number() }).nullable().meta({
    description:
      "Estimate: value of the best candidate less that of the one that answered, both as the router predicted them, 0 to 1",
  }),
  calibration: z
    .strictObject({ n: Count, error: z.number(), bins: z.array(Bin) })
    .nullable()
    .meta({ description: "Quality by predicted quality, in tenths; `error`: expected calibration error" }),
  runTime: z.array(Bin).nullable().meta({ description: "Mean run time of jobs by predicted run time, ms, in decades" }),
});
export type AnalyticsRow = z.infer<typeof AnalyticsRow>;

const Window = z.strictObject({ n: Count, mean: z.number(), p50: z.number().nullable(), p95: z.number().nullable() });

export const DriftAlert = z.strictObject({
  at: z.string(),
  metric: z.enum(["latency", "quality", "errors"]),
  test: z.enum(["kolmogorov-smirnov", "welch"]),
  source: z.enum(["chat", "job"]),
  backend: z.string(),
  model: z.string(),
  statistic: z.number().meta({ description: "D of Kolmogorov-Smirnov, t of Welch" }),
  threshold: z.number().meta({ description: "What it is not beyond once in a million, if nothing has changed" }),
  reference: Window.meta({ description: "The 24 full hours before" }),
  recent: Window.meta({ description: "The last 30 minutes" }),
});
export type DriftAlert = z.infer<typeof DriftAlert>;

const ExperimentState = z.strictObject({
  name: z.string(),
  version: z.int(),
  status: z.string(),
  state: z.string(),
  arms: z.array(z.strictObject({ name: z.string(), assigned: Count, verdict: z.string() })),
});
export type ExperimentState = z.infer<typeof ExperimentState>;

export const AnalyticsView = z.strictObject({
  from: z.string(),
  to: z.string(),
  bucket: z.enum(Object.keys(BUCKETS) as [Bucket, ...Bucket[]]),
  rows: z.array(AnalyticsRow).meta({ description: "By time, then by what they are told apart by" }),
  experiments: z.array(ExperimentState).meta({ description: "Those that run" }),
  alerts: z.array(DriftAlert).meta({ description: "Drift that was found in the span, the newest first; 100 at most" }),
});
export type AnalyticsView = z.infer<typeof AnalyticsView>;

/** What a live stream sends: the rows of the current five minutes, whenever they change. */
export const AnalyticsSnapshot = z.strictObject({ at: z.string(), rows: z.array(AnalyticsRow) });
export type AnalyticsSnapshot = z.infer<typeof AnalyticsSnapshot>;

/** One frame of the text/event-stream, its fields as texts. */
export const AnalyticsFrame = z.strictObject({
  event: z.enum(["rows", "alert", "end"]),
  data: z.string().meta({
    contentMediaType: "application/json",
    contentSchema: {
      anyOf: ["AnalyticsSnapshot", "DriftAlert", "StreamEnd"].map((name) => ({ $ref: `#/components/schemas/${name}` })),
    },
  }),
});
