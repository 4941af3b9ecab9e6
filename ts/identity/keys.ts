import type { AuditEvent } from "../audit/event.ts";
import type { Actor } from "../audit/event-schema.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { equalBytes } from "../core/bytes.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import {
  type CreateKey,
  type KeyView,
  type NewKeyView,
  type Role,
  type RotateKey,
  SCOPES_OF_ROLE,
  type Scope,
} from "../models/access.ts";
import { keyIdOf, newToken, tokenHash } from "./token.ts";

/** An API key as it is kept: without its secret. */
export interface ApiKey {
  readonly id: string;
  readonly tenant: TenantId;
  readonly name: string;
  /** The person behind it, for four-eyes approvals; an administrator's new key that names nobody stands for itself. */
  readonly owner: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly replaces: string | null;
}

/** A key with the SHA-256 of its token. */
export interface StoredKey {
  readonly key: ApiKey;
  readonly hash: Uint8Array;
}

export interface KeyStore {
  get(id: string): StoredKey | undefined;
  list(tenant: TenantId): readonly ApiKey[];
  /** Inserts or replaces all of them, with the event, or none. */
  put(keys: readonly StoredKey[], event: AuditEvent): Promise<void>;
  /**
   * Puts what `move` makes of the key as it is inside the transaction, so that no other change falls between the two; nothing
   * where it gives undefined. What it throws undoes the write.
   */
  change(id: string, move: (stored: StoredKey | undefined) => KeyChange | undefined): Promise<void>;
}

export interface KeyChange {
  readonly keys: readonly StoredKey[];
  readonly event: AuditEvent;
}

/** Who is asking: what a valid token proves. */
export interface Principal {
  readonly tenant: TenantId;
  readonly keyId: string;
  readonly name: string;
  readonly owner: string;
  readonly role: Role;
  readonly scopes: ReadonlySet<Scope>;
}

export interface Keys {
  /** @throws {AppError} `unauthenticated` for a token that is unknown, expired, revoked or of a tenant that may not act */
  authenticate(token: string): Principal;
  /** Whether the key that an earlier token proved may still act. */
  isValid(keyId: string): boolean;
  list(tenant: TenantId): KeyView[];
  /** @throws {AppError} `forbidden` when the new key could do more than the one that makes it, or would be another person's */
  create(tenant: TenantId, body: CreateKey, by: Principal, origin: EventOrigin): Promise<NewKeyView>;
  /**
   * A new key in the place of an old one, which works on for the overlap.
   *
   * @throws {AppError} `not-found`; `forbidden` as `create`; `conflict` when it is not valid any more, and when a key that rotates itself would not work on
   *   for an hour: an answer that gets lost must not lock its holder out
   */
  rotate(tenant: TenantId, id: string, body: RotateKey, by: Principal, origin: EventOrigin): Promise<NewKeyView>;
  /** In force with the commit. @throws {AppError} `not-found`; `conflict` for the key that asks */
  revoke(tenant: TenantId, id: string, by: Principal, origin: EventOrigin): Promise<void>;
}

export interface KeyServices {
  readonly store: KeyStore;
  readonly clock: Clock;
  isActive(tenant: TenantId): boolean;
}

export function createKeys({ store, clock, isActive }: KeyServices): Keys {
  /** The key, when it is the tenant's. @throws {AppError} `not-found` for unknown and foreign ids alike */
  function ownedBy(tenant: TenantId, id: string, stored: StoredKey | undefined): StoredKey {
    if (stored === undefined || stored.key.tenant !== tenant) throw new AppError("not-found", `there is no key ${id}`);
    return stored;
  }

  /** Nobody gives, renews or takes away more than they hold themselves. */
  function refuseMore(by: Principal, role: Role, scopes: readonly Scope[]): void {
    const missing = scopes.filter((scope) => !by.scopes.has(scope));
    if (missing.length > 0 || (role === "admin" && by.role !== "admin")) {
      throw new AppError(
        "forbidden",
        `your key does not hold ${missing.join(", ") || "the role admin"}, so it cannot act on a key that does`,
      );
    }
  }

  /**
   * Whoever gets a key's secret can act as the person that the key names, so one person could approve what they asked for
   * themselves. Only the administrator, who answers for who is who, makes keys of others.
   */
  function refuseOthers(by: Principal, owner: string): void {
    if (owner === by.owner || by.role === "admin") return;
    throw new AppError(
      "forbidden",
      `the key would be that of '${owner}', and yours is of '${by.owner}': only a key of role admin makes keys of other persons`,
    );
  }

  function isInForce(key: ApiKey): boolean {
    return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > clock());
  }

  function mayAct(key: ApiKey): boolean {
    return isInForce(key) && isActive(key.tenant);
  }

  /** A stored key is never changed, only replaced by another. */
  const principals = new WeakMap<StoredKey, Principal>();

  return {
    authenticate(token) {
      const id = keyIdOf(token);
      const stored = (id && store.get(id)) || store.get(ADMIN_KEY_ID);
      // Compared also where there is nothing to compare with, so that the time says nothing about which ids exist.
      const isRight = equalBytes(tokenHash(token), stored?.hash ?? NO_HASH);
      if (stored === undefined || !isRight || !mayAct(stored.key)) {
        throw new AppError("unauthenticated", "the API key is not valid: it is unknown, expired or revoked");
      }
      const principal = principals.get(stored) ?? principalOf(stored.key);
      principals.set(stored, principal);
      return principal;
    },
    isValid(keyId) {
      const stored = store.get(keyId);
      return stored !== undefined && mayAct(stored.key);
    },
    list: (tenant) => store.list(tenant).map(viewKey),
    async create(tenant, { name, role, scopes = SCOPES_OF_ROLE[role], owner: named, expiresAt }, by, origin) {
      const at = clock();
      const beyond = scopes.filter((scope) => !SCOPES_OF_ROLE[role].includes(scope));
      if (beyond.length > 0) {
        throw new AppError("invalid-input", `body.scopes: a key of role ${role} cannot hold ${beyond.join(", ")}`);
      }
      refuseMore(by, role, scopes);
      const expires = expiresAt === undefined ? null : Date.parse(expiresAt);
      if (expires !== null && expires <= at) {
        throw new AppError(
          "conflict",
          `body.expiresAt: ${expiresAt} is in the past; give a later time or leave it out`,
        );
      }
      const token = newToken();
      const owner = named ?? (by.role === "admin" ? token.keyId : by.owner);
      refuseOthers(by, owner);
      const key: ApiKey = {
        id: token.keyId,
        tenant,
        name,
        owner,
        role,
        scopes,
        createdAt: at,
        expiresAt: expires,
        revokedAt: null,
        replaces: null,
      };
      const detail = { role, owner, scopes: [...scopes], expiresAt: expires };
      const event = newEvent(origin, { tenant, at, action: "key.create", subject: key.id, detail });
      await store.put([{ key, hash: tokenHash(token.text) }], event);
      return { ...viewKey(key), key: token.text };
    },
    async rotate(tenant, id, { overlapMs }, by, origin) {
      const token = newToken();
      const at = clock();
      let made: ApiKey | undefined;
      await store.change(id, (stored) => {
        const { key: old, hash } = ownedBy(tenant, id, stored);
        refuseMore(by, old.role, old.scopes);
        refuseOthers(by, old.owner);
        if (!isInForce(old)) throw new AppError("conflict", `key ${id} is not valid any more; create a new one`);
        if (id === by.keyId && overlapMs < OWN_OVERLAP_MS) {
          const remedy = "revoke it with the new one when you have that";
          throw new AppError(
            "conflict",
            `a key that rotates itself works on for ${OWN_OVERLAP_MS} ms at least; ${remedy}`,
          );
        }
        const ends = Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, at + overlapMs);
        made = { ...old, id: token.keyId, createdAt: at, replaces: id };
        const detail = { replaces: id, overlapMs };
        return {
          keys: [
            { key: { ...old, expiresAt: ends }, hash },
            { key: made, hash: tokenHash(token.text) },
          ],
          event: newEvent(origin, { tenant, at, action: "key.rotate", subject: made.id, detail }),
        };
      });
      if (made === undefined) throw new AppError("internal", `key ${id} was not rotated`);
      return { ...viewKey(made), key: token.text };
    },
    revoke: (tenant, id, by, origin) =>
      store.change(id, (stored) => {
        const { key, hash } = ownedBy(tenant, id, stored);
        refuseMore(by, key.role, key.scopes);
        if (id === by.keyId) {
          throw new AppError(
            "conflict",
            `key ${id} is the one that asks; create or rotate it, and revoke it with the new one`,
          );
        }
        if (key.revokedAt !== null) return undefined;
        const at = clock();
        return {
          keys: [{ key: { ...key, revokedAt: at }, hash }],
          event: newEvent(origin, { tenant, at, action: "key.revoke", subject: id }),
        };
      }),
  };
}

const OWN_OVERLAP_MS = 3_600_000;

/** The one key whose token may have any form: whoever installs the service chooses it. */
export const ADMIN_KEY_ID = "key_admin";
const NO_HASH = new Uint8Array(32);

export function principalOf(key: ApiKey): Principal {
  const { tenant, id, name, owner, role, scopes } = key;
  return { tenant, keyId: id, name, owner, role, scopes: new Set(scopes) };
}

export function actorOf({ keyId, role, name }: Principal): Actor {
  return { kind: "key", id: keyId, role, name };
}

function viewKey(key: ApiKey): KeyView {
  const { id, tenant, name, owner, role, scopes, replaces } = key;
  return {
    ...{ id, tenant, name, owner, role, scopes: [...scopes], replaces },
    createdAt: formatTime(key.createdAt),
    expiresAt: key.expiresAt === null ? null : formatTime(key.expiresAt),
    revokedAt: key.revokedAt === null ? null : formatTime(key.revokedAt),
  };
}
