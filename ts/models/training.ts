import * as z from "zod";
import { Seed } from "./job.ts";

/** What a training plays in (docs/training.md). */
export const TrainingEnvironment = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("cart-pole") }),
  z.strictObject({
    name: z.literal("dispatch-queue"),
    arrivalRate: z.number(),
    serviceRates: z.array(z.number()),
    capacity: z.int(),
    rejectionCost: z.number(),
    jobs: z.int(),
  }),
]);
export type TrainingEnvironment = z.infer<typeof TrainingEnvironment>;

/** A value along the steps of a training: from `from` to `to` in equal steps, then `to`. */
const Linear = z.strictObject({ from: z.number(), to: z.number(), steps: z.int().min(0) });

/** Fields and their defaults as docs/training.md has them; the engine checks their ranges. */
export const TrainingOptions = z
  .strictObject({
    seed: Seed,
    steps: z.int().min(1),
    hidden: z.array(z.int()),
    dueling: z.boolean(),
    double: z.boolean(),
    nStep: z.int().min(1),
    gamma: z.number(),
    learningRate: Linear,
    maxGradientNorm: z.number(),
    batchSize: z.int().min(1),
    bufferSize: z.int().min(1),
    learningStarts: z.int().min(1),
    trainEvery: z.int().min(1),
    updatesPerRound: z.int().min(1),
    priorityExponent: z.number(),
    importanceExponent: Linear,
    target: z.union([z.strictObject({ soft: z.number() }), z.strictObject({ hard: z.int().min(1) })]),
    exploration: z.union([z.strictObject({ "epsilon-greedy": Linear }), z.strictObject({ boltzmann: Linear })]),
    evaluateEvery: z.int().min(0),
    evaluationEpisodes: z.int().min(1),
    targetReturn: z.number(),
    convergence: z.strictObject({
      every: z.int().min(1),
      probeStates: z.int().min(1),
      agreement: z.number(),
      errorChange: z.number(),
      patience: z.int().min(1),
    }),
  })
  .partial();
export type TrainingOptions = z.infer<typeof TrainingOptions>;

/** One episode with its exploration: a point of the return curve. */
export interface TrainingEpisode {
  /** The step of the training that was its last. */
  step: number;
  /** Its steps. */
  length: number;
  /** The sum of its rewards. */
  total: number;
}

/** How far a training is. */
export interface TrainingView {
  steps: number;
  totalSteps: number;
  updates: number;
  isOver: boolean;
  /** The best evaluation so far, when it was asked for any. */
  best?: { step: number; mean: number };
  /** The step at which it converged, when it was asked to look. */
  convergedAt?: number;
}
