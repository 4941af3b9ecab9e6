import { AppError } from "../core/errors.ts";
import { LIMITS } from "./limits.ts";

/**
 * How long the caller prefers to wait for the end of a job: `Prefer: wait=SECONDS` of RFC 7240, at most a minute.
 *
 * @throws {AppError} `invalid-input` for a wait that is no whole number of seconds
 */
export function preferredWaitMs(header: string | undefined): number {
  const wait = header
    ?.split(",")
    .map((preference) => preference.trim())
    .find((preference) => /^wait\b/i.test(preference));
  if (wait === undefined) return 0;
  const seconds = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(wait)?.[1];
  if (seconds === undefined) {
    throw new AppError(
      "invalid-input",
      `Prefer: '${wait}' is not read; write wait=SECONDS, 0 to ${LIMITS.waitSeconds}`,
    );
  }
  return Math.min(Number(seconds), LIMITS.waitSeconds) * 1000;
}
