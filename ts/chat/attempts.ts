import { AppError } from "../core/errors.ts";
import type { Breakers } from "./breaker.ts";
import type { ChatCandidate } from "./choose.ts";
import { type FailureKind, UpstreamFailure } from "./target.ts";

/** One try of one target. */
export interface Attempt {
  readonly candidate: ChatCandidate;
  /** Undefined for the one that answered. */
  readonly failure: FailureKind | undefined;
}

export interface AttemptServices {
  readonly breakers: Breakers;
  clock(): number;
  /** Resolves after `ms`, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The most that a call waits for a target that asked for time. */
const LONGEST_WAIT_MS = 20_000;
const FIRST_BACKOFF_MS = 250;

/**
 * Asks one target after the other until one answers; those with an open breaker are passed over. A failure is no reason to wait
 * while another target is left; when none is, the one that may be asked soonest is waited for, as often as its `retries` say.
 *
 * @param attempts is added to, also where this throws
 * @throws {AppError} `rate-limited`, `provider-unavailable` or, for a request that was refused as it is, `invalid-input`
 */
export async function firstAnswer<T>(
  order: readonly ChatCandidate[],
  ask: (candidate: ChatCandidate) => Promise<T>,
  { breakers, clock, sleep }: AttemptServices,
  signal: AbortSignal,
  attempts: Attempt[],
): Promise<{ answer: T; candidate: ChatCandidate }> {
  for (let round = 0; ; round++) {
    for (const candidate of order) {
      const { target } = candidate;
      if (round > target.retries || breakers.waitMs(target, clock()) > 0) continue;
      breakers.begin(target, clock());
      try {
        const answer = await ask(candidate);
        breakers.succeeded(target);
        attempts.push({ candidate, failure: undefined });
        return { answer, candidate };
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UpstreamFailure)) throw error;
        attempts.push({ candidate, failure: error.kind });
        if (error.kind === "rejected") {
          breakers.succeeded(target);
          throw refusedAsItIs(error, candidate);
        }
        breakers.failed(target, clock(), error.retryAfterMs);
      }
    }
    const next = order.filter(({ target }) => round < target.retries);
    const waits = (next.length > 0 ? next : order).map(({ target }) => breakers.waitMs(target, clock()));
    const waitMs = Math.max(Math.min(...waits), FIRST_BACKOFF_MS * 2 ** round);
    if (next.length === 0 || waitMs > LONGEST_WAIT_MS) throw nobodyAnswered(attempts, waitMs);
    await sleep(waitMs, signal);
  }
}

function refusedAsItIs({ words, status }: UpstreamFailure, { target }: ChatCandidate): AppError {
  const message = `${target.provider} refused the request (${status})${words === undefined ? "" : `: ${words}`}`;
  return new AppError("invalid-input", message);
}

function nobodyAnswered(attempts: readonly Attempt[], waitMs: number): AppError {
  const failures = attempts
    .slice(-8)
    .map(({ candidate: { target }, failure }) => `${target.model.name} at ${target.provider} is ${failure}`);
  const details = { retryAfterMs: waitMs };
  if (failures.length === 0) {
    return new AppError(
      "provider-unavailable",
      "every model that may take this call has failed again and again; it is not asked now",
      { details },
    );
  }
  const isBusy = attempts.every(({ failure }) => failure === "busy");
  return new AppError(isBusy ? "rate-limited" : "provider-unavailable", `no model answered: ${failures.join(", ")}`, {
    details,
  });
}
