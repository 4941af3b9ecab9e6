/** Every code that a caller can see, on all surfaces: what HTTP answers and whether trying again can help. */
export const ERROR_CODES = {
  "invalid-input": { status: 400, retryable: false },
  unsupported: { status: 422, retryable: false },
  "too-large": { status: 413, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  "not-found": { status: 404, retryable: false },
  "method-not-allowed": { status: 405, retryable: false },
  conflict: { status: 409, retryable: false },
  "quota-exceeded": { status: 429, retryable: true },
  "rate-limited": { status: 429, retryable: true },
  "deadline-exceeded": { status: 504, retryable: false },
  cancelled: { status: 409, retryable: false },
  "no-backend": { status: 422, retryable: false },
  "provider-unavailable": { status: 503, retryable: true },
  "engine-failure": { status: 500, retryable: true },
  "store-unavailable": { status: 503, retryable: true },
  "storage-full": { status: 507, retryable: true },
  "integrity-violation": { status: 500, retryable: false },
  internal: { status: 500, retryable: false },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface AppErrorOptions extends ErrorOptions {
  /** What a caller can act on without reading the message, such as the new plan of a job. */
  details?: ErrorDetails | undefined;
  /** Line in a text input, from 1. */
  line?: number | undefined;
  /** Column in a text input, from 1. */
  column?: number | undefined;
}

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An error that a caller can act on: a code of the table and a message with the field, the value and the remedy. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
    this.line = options.line;
    this.column = options.column;
    this.details = options.details;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERROR_CODES, value);
}

/** What a thrown value says, for the message of the error that carries it as its cause. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** `ENOENT` and the like, where the operating system refused something. */
export function errnoOf(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}

/** An error as data: what crosses a worker border, and what a job record, `--json` and problem+json show. */
export interface ErrorInfo {
  code: ErrorCode;
  message: string;
  line?: number | undefined;
  column?: number | undefined;
  details?: ErrorDetails | undefined;
}

/** The public face of any thrown value; what is not an {@link AppError} becomes `internal` without its details. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (!(error instanceof AppError)) {
    return { code: "internal", message: "an internal error occurred; the log has the details" };
  }
  return {
    code: error.code,
    message: error.message,
    ...(error.line === undefined ? {} : { line: error.line }),
    ...(error.column === undefined ? {} : { column: error.column }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}

export function fromErrorInfo(info: ErrorInfo): AppError {
  return new AppError(info.code, info.message, { line: info.line, column: info.column, details: info.details });
}
