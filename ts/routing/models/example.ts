import type { ReadPrompt } from "./prompt-outline.ts";

/** What is known about one prompt: how good and how dear each model's answer was. */
export interface RoutingExample {
  readonly prompt: string;
  /** The family that the data's author put it into; `undefined` where the file has none. */
  readonly task: string | undefined;
  readonly features: ReadPrompt;
  /** Per model, 0…1. */
  readonly quality: Float64Array;
  /** Per model, ≥ 0, in the unit of the data set. */
  readonly cost: Float64Array;
}

/** What a cost of a data set is. */
export type CostUnit =
  /** As the rows give it. */
  | "given"
  /** 0 for the cheaper of two models, 1 for the other: the mean is the share of calls that the stronger one gets. */
  | "strong-calls"
  /** Price per million tokens × (characters / 4 in, 200 out): an assumption, because nobody counted the tokens. */
  | "assumed-tokens";

export interface RoutingData {
  readonly models: readonly string[];
  readonly costUnit: CostUnit;
  readonly examples: readonly RoutingExample[];
}
