import * as z from "zod";
import { ERROR_CODES, type ErrorCode, toErrorInfo } from "../core/errors.ts";
import type { Reply, ResponseDoc } from "./operation.ts";
import { problemReply, type ReportError } from "./problem.ts";

/** An error as OpenAI's API writes it, with our code; what its clients turn into their own classes. */
export const OpenAiError = z.strictObject({
  error: z.strictObject({
    message: z.string().meta({ description: "What was wrong, with the value, and what to do" }),
    type: z.string(),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    param: z.null(),
  }),
});

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
};

/** Longer waits are for people: a client that sleeps for minutes looks as if it hangs. */
const LONGEST_RETRY_S = 60;

export function openAiErrorBody(error: unknown): z.infer<typeof OpenAiError> {
  const { code, message } = toErrorInfo(error);
  const { status } = ERROR_CODES[code];
  const type = TYPES[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { error: { message, type, code, param: null } };
}

/** As {@link problemReply}, in the shape that clients of OpenAI's API read. */
export function openAiErrorReply(error: unknown, requestId: string, report: ReportError): Reply {
  const { status, headers } = problemReply(error, requestId, report);
  const { code } = toErrorInfo(error);
  const mayRetry = ERROR_CODES[code].retryable && Number(headers["retry-after"] ?? 0) <= LONGEST_RETRY_S;
  return {
    status,
    // Else they try 409 and every 5xx again.
    headers: { ...headers, "content-type": "application/json", "x-should-retry": String(mayRetry) },
    body: JSON.stringify(openAiErrorBody(error)),
  };
}

/** As `problems`, for operations with these errors. */
export function openAiErrors(...codes: readonly ErrorCode[]): Record<number, ResponseDoc> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [status, { description: named.join(", "), schema: OpenAiError }]),
  );
}
