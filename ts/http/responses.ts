import type { ErrorCode } from "../core/errors.ts";
import { ERROR_CODES } from "../core/errors.ts";
import type { ResponseDoc } from "./operation.ts";
import { PROBLEM_TYPE, Problem } from "./problem.ts";

/** Documents the problems that an operation answers with, by their status; every operation has those of the shell besides. */
export function problems(...codes: readonly ErrorCode[]): Record<number, ResponseDoc> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, named]) => [
      status,
      { description: named.join(", "), schema: Problem, contentType: PROBLEM_TYPE },
    ]),
  );
}
