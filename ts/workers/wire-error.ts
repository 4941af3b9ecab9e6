import { AppError, type ErrorInfo, fromErrorInfo, isErrorCode } from "../core/errors.ts";

/** What the far end of comlink threw: an `ErrorInfo`, or what a fault of its own left of an `Error`. */
export function fromWire(error: unknown): AppError {
  const info = (error ?? {}) as Partial<ErrorInfo>;
  if (isErrorCode(info.code) && typeof info.message === "string") return fromErrorInfo(info as ErrorInfo);
  return new AppError("engine-failure", `the engine's worker failed: ${info.message ?? String(error)}`);
}
