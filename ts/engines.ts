export {
  type MeasuredProbability,
  type MirrorContext,
  type MirrorFidelity,
  type MirrorOptions,
  mirrorFidelity,
} from "./algorithms/mirror-fidelity.ts";
export { AppError, ERROR_CODES, type ErrorCode, type ErrorInfo } from "./core/errors.ts";
export type {
  AnnealEngine,
  AnnealEstimateOptions,
  AnnealInput,
  AnnealRun,
  AnnealRunOptions,
} from "./engines/anneal-engine.ts";
export type {
  CircuitEngine,
  CircuitEstimateOptions,
  CircuitRun,
  CircuitRunOptions,
  CompiledCircuit,
} from "./engines/circuit-engine.ts";
export type {
  HybridEngine,
  HybridEstimateOptions,
  HybridInput,
  HybridRun,
  HybridRunOptions,
} from "./engines/hybrid-engine.ts";
export { type Engines, type EnginesOptions, loadEngines } from "./engines/load-engines.ts";
export type {
  InferEstimateOptions,
  InferRun,
  InferRunOptions,
  LoadedNetwork,
  NetworkEngine,
  NetworkInput,
} from "./engines/network-engine.ts";
export type { JobRun, RunOptions } from "./engines/run-job.ts";
export type {
  ScheduleEngine,
  ScheduleEstimateOptions,
  ScheduleInput,
  ScheduleRun,
  ScheduleRunOptions,
} from "./engines/schedule-engine.ts";
export type { TrainedNetwork, TrainingControl, TrainingProgress } from "./engines/train-network.ts";
export * from "./models/anneal.ts";
export { toAnnealResult } from "./models/anneal-result.ts";
export * from "./models/circuit.ts";
export { toCircuitResult } from "./models/circuit-result.ts";
export * from "./models/hybrid.ts";
export { toHybridResult } from "./models/hybrid-result.ts";
export * from "./models/infer.ts";
export { toInferResult } from "./models/infer-result.ts";
export type { EngineIdentity } from "./models/job.ts";
export { JOB_TYPES, type JobType } from "./models/job-type.ts";
export { ProblemSolution } from "./models/problem.ts";
export { decodeResultContainer, type ResultContainer, type Section } from "./models/result-container.ts";
export * from "./models/schedule.ts";
export { toScheduleResult } from "./models/schedule-result.ts";
export * from "./models/training.ts";
export type { CircuitInput, EngineInput, EngineRun, OnProgress, Progress } from "./workers/engine-worker.ts";
export type { EngineName } from "./workers/engines.ts";
export type { CallControl, RunControl } from "./workers/job-pool.ts";
export type { NetworkEvaluator } from "./workers/network-evaluator.ts";
