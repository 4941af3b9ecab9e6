import { newEvent } from "../audit/new-event.ts";
import { equalBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { SCOPES } from "../models/access.ts";
import { ADMIN_KEY_ID, type ApiKey, type KeyStore } from "./keys.ts";
import { newAdminToken, tokenHash } from "./token.ts";

const LEAST_CHARACTERS = 8;

/**
 * Sees to it that there is an admin key.
 *
 * @param given from the environment: from now on that is the key, and the one before is not
 * @returns the token to show once, when one was made here
 * @throws {AppError} `invalid-input` for a given key that cannot be sent in a header, is shorter than 8 characters, or was
 *   revoked
 */
export async function ensureAdminKey(
  store: KeyStore,
  tenant: TenantId,
  clock: Clock,
  given: string | undefined,
): Promise<string | undefined> {
  const present = store.get(ADMIN_KEY_ID);
  if (given === undefined && present !== undefined) return undefined;
  if (given !== undefined && !new RegExp(`^[\\x21-\\x7e]{${LEAST_CHARACTERS},}$`).test(given)) {
    throw new AppError(
      "invalid-input",
      `KETFLOW_ADMIN_KEY: expected at least ${LEAST_CHARACTERS} printable ASCII characters without spaces`,
    );
  }
  const token = given ?? newAdminToken();
  const hash = tokenHash(token);
  const at = clock();
  if (present !== undefined && equalBytes(present.hash, hash)) {
    const { revokedAt, expiresAt } = present.key;
    if (revokedAt === null && (expiresAt === null || expiresAt > at)) return undefined;
    throw new AppError("invalid-input", "KETFLOW_ADMIN_KEY: this key was revoked or replaced; give another one");
  }
  const key: ApiKey = {
    ...{ id: ADMIN_KEY_ID, tenant, name: "admin", owner: ADMIN_KEY_ID, scopes: SCOPES, createdAt: at },
    ...{ role: "admin", expiresAt: null, revokedAt: null, replaces: null },
  };
  const actor = { kind: "system", id: "ketflow", role: "system" } as const;
  const origin = { actor, requestId: null };
  const action = present === undefined ? "key.create" : "key.rotate";
  await store.put(
    [{ key, hash }],
    newEvent(origin, { tenant, at, action, subject: ADMIN_KEY_ID, detail: { role: "admin" } }),
  );
  return given === undefined ? token : undefined;
}
