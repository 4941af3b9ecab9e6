// Not by its one door, which loads the drivers of every store: 9 MB of an idle service.
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRes from "rate-limiter-flexible/lib/RateLimiterRes.js";
import { AppError } from "../core/errors.ts";
import { LIMITS } from "./limits.ts";

export interface RateLimits {
  /**
   * Counts a request of a key.
   *
   * @returns the headers of draft-ietf-httpapi-ratelimit-headers for its answer
   * @throws {AppError} `rate-limited` with when to try again
   */
  take(keyId: string): Promise<Readonly<Record<string, string>>>;
  /** Counts a request with a wrong key. @throws {AppError} `rate-limited` when the address had too many of them */
  countFailure(address: string): Promise<void>;
}

/** @param requestsPerSecond of one key @param failuresPerMinute of one address */
export function createRateLimits(
  requestsPerSecond: number = LIMITS.requestsPerSecond,
  failuresPerMinute: number = LIMITS.failedAuthenticationsPerMinute,
): RateLimits {
  const requests = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  const failures = new RateLimiterMemory({ points: failuresPerMinute, duration: 60 });
  const policy = `"requests";q=${requestsPerSecond};w=1`;
  return {
    async take(keyId) {
      const { remainingPoints, msBeforeNext } = await consume(
        requests,
        keyId,
        `more than ${requestsPerSecond} requests a second with this key; send them more slowly`,
      );
      const limit = `"requests";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1000)}`;
      return { "ratelimit-policy": policy, ratelimit: limit };
    },
    async countFailure(address) {
      await consume(
        failures,
        address,
        `more than ${failuresPerMinute} requests with a wrong key in a minute; check the key`,
      );
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string, message: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new AppError("rate-limited", message, { details: { retryAfterMs: refusal.msBeforeNext } });
  }
}
