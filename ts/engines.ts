export { AppError, ERROR_CODES, type ErrorCode, type ErrorInfo } from "./core/errors.ts";
export type {
  CircuitEngine,
  CircuitEstimateOptions,
  CircuitRun,
  CircuitRunOptions,
  CompiledCircuit,
} from "./engines/circuit-engine.ts";
export { type Engines, type EnginesOptions, loadEngines } from "./engines/load-engines.ts";
export * from "./models/circuit.ts";
export { toCircuitResult } from "./models/circuit-result.ts";
export type { EngineIdentity } from "./models/job.ts";
export { decodeResultContainer, type ResultContainer, type Section } from "./models/result-container.ts";
export type { CallControl, RunControl } from "./workers/circuit-pool.ts";
export type { CircuitInput, EngineRun, OnProgress } from "./workers/engine-worker.ts";
