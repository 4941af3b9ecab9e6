import type { EstimateOf, OptionsOf } from "./job-options.ts";
import type { JobType } from "./job-type.ts";

/** What is known of a job before it runs: what it asks for and what its engine says about it. */
export type Work = {
  [T in JobType]: { readonly type: T; readonly options: OptionsOf<T>; readonly estimate: EstimateOf<T> };
}[JobType];
