// Types alone, by the type of a job: the schemas stand in job-schemas.ts.
import type { AnnealEstimate, AnnealFormat, AnnealOptions, AnnealResult, AnnealView } from "./anneal.ts";
import type { CircuitEstimate, CircuitFormat, CircuitOptions, CircuitResult, CircuitView } from "./circuit.ts";
import type { HybridEstimate, HybridFormat, HybridOptions, HybridResult, HybridView } from "./hybrid.ts";
import type { InferEstimate, InferFormat, InferOptions, InferResult, NetworkView } from "./infer.ts";
import type { JobType } from "./job-type.ts";
import type { ScheduleEstimate, ScheduleFormat, ScheduleOptions, ScheduleResult, ScheduleView } from "./schedule.ts";

interface Parts {
  circuit: {
    format: CircuitFormat;
    options: CircuitOptions;
    result: CircuitResult;
    estimate: CircuitEstimate;
    view: CircuitView;
  };
  anneal: {
    format: AnnealFormat;
    options: AnnealOptions;
    result: AnnealResult;
    estimate: AnnealEstimate;
    view: AnnealView;
  };
  schedule: {
    format: ScheduleFormat;
    options: ScheduleOptions;
    result: ScheduleResult;
    estimate: ScheduleEstimate;
    view: ScheduleView;
  };
  infer: {
    format: InferFormat;
    options: InferOptions;
    result: InferResult;
    estimate: InferEstimate;
    view: NetworkView;
  };
  hybrid: {
    format: HybridFormat;
    options: HybridOptions;
    result: HybridResult;
    estimate: HybridEstimate;
    view: HybridView;
  };
}

export type FormatOf<T extends JobType> = Parts[T]["format"];
export type OptionsOf<T extends JobType> = Parts[T]["options"];
export type ResultOf<T extends JobType> = Parts[T]["result"];
export type EstimateOf<T extends JobType> = Parts[T]["estimate"];
export type ViewOf<T extends JobType> = Parts[T]["view"];

export type JobFormat = FormatOf<JobType>;
export type JobOptions = OptionsOf<JobType>;
export type JobResultValues = ResultOf<JobType>;
