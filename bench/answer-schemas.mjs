// What an answer may state, by kind of workload. Each names who says so.
import * as z from "zod";

const Probability = z.number().min(0).max(1);
const source = z.string().min(1);

export const CircuitAnswer = z
  .strictObject({
    expectation: z.number().optional(),
    /** Input → derivative of the expectation, of every input. */
    gradient: z.record(z.string(), z.number()).optional(),
    marginals: z
      .array(z.strictObject({ qubits: z.array(z.int().min(0)).min(1), probabilities: z.array(Probability).min(2) }))
      .min(1)
      .optional(),
    probabilities: z.record(z.string(), Probability).optional(),
    counts: z
      .strictObject({
        shots: z.int().min(1),
        /** Allowed distance of a bit's observed frequency, in standard deviations of the shots. */
        sigmas: z.number().positive(),
        /** P(bit = 1), lowest bit first. */
        bits: z.array(Probability).min(1),
        /** P(an odd number of these bits is 1); bit k of the hexadecimal number stands for bit k of the outcome. */
        parities: z
          .array(z.strictObject({ bits: z.string().regex(/^[0-9a-f]+$/), probability: Probability }))
          .min(1)
          .optional(),
        /** The only outcomes that may appear. */
        only: z.array(z.string()).min(1).optional(),
        /** A set of outcomes, bit k of the hexadecimal number standing for outcome k, and the share of shots that fall into it. */
        heavy: z.strictObject({ outcomes: z.string().regex(/^[0-9a-f]+$/), probability: Probability }).optional(),
      })
      .optional(),
    source,
  })
  .refine(({ source: _, ...facts }) => Object.keys(facts).length > 0, "an answer states at least one fact");
/** @typedef {z.infer<typeof CircuitAnswer>} CircuitAnswer */

export const AnnealAnswer = z.strictObject({
  /** The lowest energy that there is, and how far above it the best sample may be. */
  optimum: z.number(),
  within: z.number().min(0),
  source,
});
/** @typedef {z.infer<typeof AnnealAnswer>} AnnealAnswer */

export const ScheduleAnswer = z.strictObject({
  makespan: z
    .strictObject({ atLeast: z.int().min(0), atMost: z.int().min(0) })
    .refine(({ atLeast, atMost }) => atLeast <= atMost, "atLeast is the smaller one"),
  source,
});
/** @typedef {z.infer<typeof ScheduleAnswer>} ScheduleAnswer */

export const InferAnswer = z.strictObject({
  /** Absolute, of each output. */
  tolerance: z.number().positive(),
  /** Of the first states. */
  outputs: z.array(z.array(z.number()).min(1)).min(1),
  /** Of each output over all states. */
  means: z.array(z.number()).min(1),
  /** Of every state; −1 where two outputs are too near to each other to tell. */
  argmax: z.array(z.int().min(-1)).min(1),
  source,
});
/** @typedef {z.infer<typeof InferAnswer>} InferAnswer */
