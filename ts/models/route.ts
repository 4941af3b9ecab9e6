import * as z from "zod";
import { COLLAPSE_RULES, STRATEGIES } from "./job.ts";

/** A strategy's opinion of one candidate: higher is better, 0 to 1. */
const StrategyScore = z.strictObject({
  strategy: z.enum(STRATEGIES),
  mean: z.number(),
  variance: z.number().min(0),
});

/** One member of the superposition. */
export const Candidate = z.strictObject({
  backend: z.string(),
  eligible: z.boolean(),
  /** Why it is not eligible, with the value and the limit. */
  reason: z.string().optional(),
  predicted: z.strictObject({
    queueMs: z.number(),
    executionMs: z.number(),
    /** Of the sum, ms². */
    variance: z.number(),
    costMicroUsd: z.int(),
    /** Estimated probability that a shot is free of error. */
    fidelity: z.number(),
  }),
  scores: z.array(StrategyScore),
  /** Over all strategies, by their weights; 0 where not eligible. */
  mean: z.number(),
  variance: z.number().min(0),
});
export type Candidate = z.infer<typeof Candidate>;

/** The decision with everything that went into it; part of every receipt. */
export const RouteDecision = z.strictObject({
  candidates: z.array(Candidate),
  strategies: z.array(z.enum(STRATEGIES)),
  /** One per strategy, in their order; absent: all equal. */
  weights: z.array(z.number().positive()).optional(),
  collapse: z.enum(COLLAPSE_RULES),
  /** What `cost-quality` read besides the candidates; absent under the other rules. */
  costQuality: z
    .strictObject({ lambda: z.number().min(0).max(1), costReferenceMicroUsd: z.number().positive() })
    .optional(),
  /** The back end that stands before all others, if it is eligible: that of an experiment's arm. */
  first: z.string().optional(),
  /** The experiment that the job takes part in, and its arm: null in the pre-period. */
  experiment: z.strictObject({ name: z.string(), version: z.int().min(1), arm: z.string().nullable() }).optional(),
  /** Of the selection rules that draw. */
  seed: z.int().min(0),
  chosen: z.string(),
  /** Back ends to try after the chosen one, best first. */
  fallbacks: z.array(z.string()),
  /** SHA-256 of the canonical JSON of what was read: back end offers, policy, calibration. */
  snapshotHashes: z.strictObject({ backends: z.string(), policy: z.string(), calibration: z.string() }),
});
export type RouteDecision = z.infer<typeof RouteDecision>;
