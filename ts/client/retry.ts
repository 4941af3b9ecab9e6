import { AppError, ERROR_CODES } from "../core/errors.ts";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** A service that asks for more patience than this is not waited for: the caller hears of it at once. */
const LONGEST_WAIT_MS = 60_000;

/** What a client takes from the outside, so that its patience can be tested. */
export interface Patience {
  /** Tries after the first one. */
  readonly retries: number;
  /** 0 ≤ x < 1 */
  random(): number;
  /** @throws {AppError} `cancelled` when the signal aborts */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/**
 * Milliseconds before the next try: as long as the service asks for, else between half and all of a time that doubles with each
 * try, so that clients that failed together do not come back together.
 *
 * @param tries that have failed, from 1
 */
export function backOffMs(tries: number, random: number, retryAfterMs = 0): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1));
  return Math.max(retryAfterMs, Math.round(ceiling * (0.5 + random / 2)));
}

/**
 * Tries again what may be repeated, for as long as the code of the table says that it can help.
 *
 * @throws {AppError} of the last try
 */
export async function withRetries<T>(
  { retries, random, sleep }: Patience,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries > retries || !canBeRetried(error)) throw error;
      await sleep(backOffMs(tries, random(), askedDelayMs(error)), signal);
    }
  }
}

export function canBeRetried(error: unknown): error is AppError {
  return error instanceof AppError && ERROR_CODES[error.code].retryable && askedDelayMs(error) <= LONGEST_WAIT_MS;
}

function askedDelayMs({ details }: AppError): number {
  return typeof details?.retryAfterMs === "number" ? details.retryAfterMs : 0;
}

export function cancelled(signal: AbortSignal | undefined): AppError {
  return new AppError("cancelled", "the call was cancelled by its caller", { cause: signal?.reason });
}

export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const give = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", give);
      resolve();
    }, ms);
    signal?.addEventListener("abort", give, { once: true });
  });
}
