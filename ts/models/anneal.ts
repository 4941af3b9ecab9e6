import * as z from "zod";
import { ProblemSolution } from "./problem.ts";

/** Formats a binary quadratic model can be given in, and those of problems that are compiled to one. */
export const ANNEAL_FORMATS = ["coo", "qubo", "rudy", "bqp", "dimod-json", "dimod-bqm", "problem-json", "lp"] as const;
export type AnnealFormat = (typeof ANNEAL_FORMATS)[number];

export const ANNEAL_METHODS = ["auto", "anneal", "temper", "path-integral", "tabu", "exact"] as const;

const Beta = z.number().positive();

/** Options of an anneal job, the same names as the flags of the command line. */
export const AnnealOptions = z.strictObject({
  /** Independent runs from random starts; 64 by default. */
  reads: z.int().min(1).max(1_000_000).optional(),
  /** Passes over all variables in each read; 1,000 by default. Of `temper` a pass is one of all replicas, of `tabu` one flip. */
  sweeps: z.int().min(1).max(100_000_000).optional(),
  /** The search ends with what it has found by then; the sweeps that it did are recorded as `sweepLimit`. */
  timeLimitMs: z.number().positive().max(86_400_000).optional(),
  /** Sweeps of all reads together, unit after unit (sixteen reads of `anneal`, one of the others); the last counts as it stands. Of `exact` nodes of branch and bound. */
  sweepLimit: z.int().min(1).optional(),
  /** The search ends with the first read that is at least as good. */
  targetEnergy: z.number().optional(),
  method: z.enum(ANNEAL_METHODS).optional(),
  /** First and last inverse temperature, of `temper` those of the ladder; from the model by default. */
  betaRange: z
    .tuple([Beta, Beta])
    .refine(([first, last]) => first <= last, "must be the smaller one first")
    .optional(),
  /** Where every read begins, in the model's own values; at random by default. */
  initial: z
    .array(z.union([z.literal(-1), z.literal(0), z.literal(1)]))
    .min(1)
    .optional(),
  /** Whether low or high energies are wanted; `min` by default, but for `bqp`, which has to say it; not for problems. */
  sense: z.enum(["min", "max"]).optional(),
  /** Distinct samples that are kept, the best; 100 by default. */
  maxSamples: z.int().min(1).max(1_000_000).optional(),
  /** Proves what no energy can pass; for models up to 3,000 variables. */
  bound: z.boolean().optional(),
  /** Threads that share the reads; 1 by default. Never changes a byte of the result. */
  threads: z.int().min(1).max(256).optional(),
});
export type AnnealOptions = z.infer<typeof AnnealOptions>;

const Values = z.array(z.int().min(-1).max(1));

/** What method `auto` picked, and why. */
export const AnnealAuto = z.strictObject({
  method: z.enum(["anneal", "temper", "tabu", "exact"]),
  reason: z.enum(["small-width", "beta-range", "short-search", "race"]),
  searches: z
    .array(
      z.strictObject({
        method: z.enum(["anneal", "temper", "tabu"]),
        reads: z.int().min(1),
        sweeps: z.int().min(1),
        energy: z.number(),
      }),
    )
    .optional()
    .meta({ description: "Of a race: its searches in order, each with the best energy that it found" }),
});

/** The JSON view of a result container of schema `anneal-result/1`. */
export const AnnealResult = z.strictObject({
  vartype: z.enum(["spin", "binary"]),
  variables: z.array(z.unknown()).meta({ description: "What the source calls them, in the order of samples" }),
  best: z.strictObject({
    energy: z.number(),
    sample: Values,
    cut: z
      .number()
      .optional()
      .meta({ description: "Of a graph (`rudy`): the weight of the edges between the two sides" }),
  }),
  samples: z
    .array(
      z.strictObject({
        energy: z.number(),
        sample: Values,
        occurrences: z.int().min(1),
        objective: z.number().optional().meta({ description: "Of a problem: what the sample is worth" }),
        feasible: z.boolean().optional().meta({ description: "Of a problem: whether the sample breaks nothing" }),
      }),
    )
    .meta({ description: "Distinct samples, the best first, with the number of reads that ended in each" }),
  solution: ProblemSolution.optional().meta({
    description:
      "Of a problem (`problem-json`, `lp`): the best feasible sample as its solution; without one, the best sample",
  }),
  bound: z
    .strictObject({
      energy: z.number().meta({ description: "No sample has a lower energy; with sense max, none has a higher one" }),
      cut: z
        .number()
        .optional()
        .meta({ description: "Of a graph: no cut weighs more; with sense max, none weighs less" }),
      gap: z
        .number()
        .optional()
        .meta({ description: "Of a graph: |bound − cut| by the larger of the two; 0 is proved optimal" }),
      witness: z
        .array(z.number())
        .meta({ description: "A diagonal that makes the matrix of the spins positive semidefinite, which proves it" }),
    })
    .optional(),
  proved: z
    .boolean()
    .optional()
    .meta({ description: "Of method `exact`: whether no sample is better; false where its work was used up before" }),
  auto: AnnealAuto.optional().meta({ description: "Of method `auto`: what it picked, and why" }),
  work: z.strictObject({ sweeps: z.int().min(0), reads: z.int().min(0) }).meta({
    description:
      "What was done, all reads together; of an exact search no reads, and the nodes of branch and bound as sweeps",
  }),
});
export type AnnealResult = z.infer<typeof AnnealResult>;

/** What the engine says before it runs. */
export interface AnnealEstimate {
  variables: number;
  couplings: number;
  /** At the peak. */
  bytes: number;
  /** What a calibration turns into milliseconds: about the visits of a neighbour, for sixteen reads or replicas at once. */
  operations: number;
  method: (typeof ANNEAL_METHODS)[number];
}

/** A model as it was read. */
export interface AnnealView {
  vartype: "spin" | "binary";
  variables: number;
  couplings: number;
  offset: number;
  /** The kind of problem that it was compiled from. */
  problem?: ProblemSolution["problem"];
}
