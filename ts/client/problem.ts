import { AppError, ERROR_CODES, type ErrorCode, isErrorCode } from "../core/errors.ts";

/**
 * The error that an answer of the service tells of: problem+json by its code, with what it says besides in `details`; anything
 * else, such as a proxy's page, by its status. `details.requestId` is what the service's operator looks for.
 */
export async function errorOf(response: Response): Promise<AppError> {
  const problem = await readProblem(response);
  const { code, detail, line, column, type: _, title: __, status: ___, retryable: ____, ...details } = problem;
  return new AppError(
    isErrorCode(code) ? code : codeOfStatus(response.status),
    typeof detail === "string" ? detail : `${response.url} answered ${response.status} ${response.statusText}`.trim(),
    {
      line: typeof line === "number" ? line : undefined,
      column: typeof column === "number" ? column : undefined,
      details: { ...details, ...retryAfter(response) },
    },
  );
}

/** How long the service asks to wait, in milliseconds; `undefined` where it does not say. */
function retryAfterMs(headers: Headers): number | undefined {
  const seconds = headers.get("retry-after")?.trim() ?? "";
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function retryAfter({ headers }: Response): { retryAfterMs?: number } {
  const ms = retryAfterMs(headers);
  return ms === undefined ? {} : { retryAfterMs: ms };
}

async function readProblem(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? { ...body } : {};
  } catch {
    return {}; // no JSON: a proxy answered, and the status is all there is
  }
}

/** The first code of the table with this status; what stands before the service is unavailable, what is refused is bad input. */
function codeOfStatus(status: number): ErrorCode {
  if (status === 502 || status === 504) return "provider-unavailable";
  const known = (Object.keys(ERROR_CODES) as ErrorCode[]).find((code) => ERROR_CODES[code].status === status);
  return known ?? (status >= 500 ? "internal" : "invalid-input");
}
