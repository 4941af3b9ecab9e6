import { AppError } from "../core/errors.ts";
import type { Keys, Principal } from "../identity/keys.ts";
import type { Scope } from "../models/access.ts";
import type { RateLimits } from "./rate-limit.ts";

export interface AuthServices {
  readonly keys: Keys;
  readonly rateLimits: RateLimits;
}

/** The token of an `Authorization` header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "")?.[1];
}

/**
 * Who holds the token.
 *
 * @param address where wrong tokens are counted; a request without one guesses nothing
 * @throws {AppError} `unauthenticated`; `rate-limited` after too many wrong ones
 */
export async function authenticate(
  token: string | undefined,
  address: string,
  { keys, rateLimits }: AuthServices,
): Promise<Principal> {
  if (token === undefined) {
    throw new AppError("unauthenticated", "Authorization: expected 'Bearer kf_…', an API key of this service");
  }
  try {
    return keys.authenticate(token);
  } catch (error) {
    await rateLimits.countFailure(address);
    throw error;
  }
}

/** @throws {AppError} `forbidden` */
export function requireScope({ name, scopes }: Principal, scope: Scope): void {
  if (!scopes.has(scope)) {
    throw new AppError("forbidden", `this needs the scope ${scope}, which the key '${name}' does not hold`);
  }
}
