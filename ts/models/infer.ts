import * as z from "zod";

/** Formats a network can be given in. */
export const INFER_FORMATS = ["net-json", "onnx"] as const;
export type InferFormat = (typeof INFER_FORMATS)[number];

/** Options of an infer job. */
export const InferOptions = z.strictObject({
  /** What the network is asked about, one row per state, in place of the states of the file. */
  states: z.array(z.array(z.number()).min(1)).min(1).optional(),
});
export type InferOptions = z.infer<typeof InferOptions>;

/** The JSON view of a result container of schema `infer-result/1`. */
export const InferResult = z.strictObject({
  outputs: z
    .array(z.array(z.number()))
    .meta({ description: "A row per state: of a Q-network the values of its actions" }),
  argmax: z.array(z.int().min(0)).meta({ description: "Index of the largest output per state, the first of equals" }),
});
export type InferResult = z.infer<typeof InferResult>;

/** What the engine says before it runs. */
export interface InferEstimate {
  /** Rows of the batch. */
  states: number;
  /** Numbers of one state. */
  inputs: number;
  /** Outputs for one state. */
  actions: number;
  /** At the peak. */
  bytes: number;
  /** Multiplications, an activation as sixteen: what a calibration turns into milliseconds. */
  operations: number;
}

/** A network as it was read. */
export interface NetworkView {
  inputs: number;
  actions: number;
  /** Weights and biases as they lie in memory. */
  parameters: number;
  /** How many the file itself has. */
  states: number;
}
