import * as z from "zod";
import { ERROR_CODES, type ErrorCode, toErrorInfo } from "../core/errors.ts";
import type { Reply } from "./operation.ts";

export const PROBLEM_TYPE = "application/problem+json";

/** Every error of the API: problem details of RFC 9457 with our code. */
export const Problem = z
  .object({
    type: z.string().meta({ description: "A URI reference to what the code means" }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: "What was wrong, with the value, and what to do" }),
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
    retryable: z.boolean().meta({ description: "The same request may succeed later" }),
    requestId: z.string(),
    line: z.int().optional().meta({ description: "In a text input, from 1" }),
    column: z.int().optional(),
  })
  .loose();

/** Where the person who looks for the reason finds the whole error. */
export type ReportError = (error: unknown) => void;

/** Only what is not an {@link AppError}, or says that we failed, is reported: a caller's mistake is no event of ours. */
export function problemReply(error: unknown, requestId: string, report: ReportError): Reply {
  const info = toErrorInfo(error);
  const { status, retryable } = ERROR_CODES[info.code];
  if (status >= 500 && info.code !== "provider-unavailable") report(error);
  const { details, line, column } = info;
  const body = {
    type: `/docs#${info.code}`,
    title: info.code.replaceAll("-", " "),
    status,
    detail: info.message,
    code: info.code,
    retryable,
    requestId,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...details,
  };
  const retryAfterMs = details?.retryAfterMs ?? (retryable ? 1000 : undefined);
  return {
    status,
    headers: {
      ...{ "content-type": PROBLEM_TYPE, "cache-control": "no-store" },
      ...(typeof retryAfterMs === "number" && { "retry-after": String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
      ...(info.code === "unauthenticated" && { "www-authenticate": 'Bearer realm="ketflow"' }),
      ...(typeof details?.allow === "string" && { allow: details.allow }),
    },
    body: JSON.stringify(body),
  };
}
