import { AppError, type ErrorInfo, fromErrorInfo, isErrorCode, messageOf, toErrorInfo } from "../core/errors.ts";

/** What the engine throws has one of our codes; anything else (a trap, no memory) means that its memory cannot be trusted. */
export function toWorkerError(error: unknown): ErrorInfo {
  const { code, message, line, column } = (error ?? {}) as Partial<ErrorInfo>;
  if (!isErrorCode(code)) return engineFailure(messageOf(error));
  return {
    code,
    message: String(message),
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof column === "number" ? { column } : {}),
  };
}

/** Algorithms throw our errors, the engine below them what a worker throws. */
export function rethrow(error: unknown): never {
  throw error instanceof AppError ? toErrorInfo(error) : toWorkerError(error);
}

export function engineFailure(reason: string): ErrorInfo {
  return { code: "engine-failure", message: `the engine stopped in the middle of this job: ${reason}` };
}

/** What the far end of comlink threw: an `ErrorInfo`, or what a fault of its own left of an `Error`. */
export function fromWire(error: unknown): AppError {
  const info = (error ?? {}) as Partial<ErrorInfo>;
  if (isErrorCode(info.code) && typeof info.message === "string") return fromErrorInfo(info as ErrorInfo);
  return new AppError("engine-failure", `the engine's worker failed: ${info.message ?? String(error)}`);
}
