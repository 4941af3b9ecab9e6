export { AppError, ERROR_CODES, type ErrorCode, type ErrorInfo } from "./core/errors.ts";
export * from "./models/circuit.ts";
export * from "./models/job.ts";
