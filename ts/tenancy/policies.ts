import type { AuditEvent } from "../audit/event.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { canonicalHash, type Json } from "../core/canonical-json.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { type PolicyView, parseTenantPolicy, type TenantPolicy } from "../models/policy.ts";

/** One version of a tenant's policy; versions count from 1 and are never changed. */
export interface PolicyVersion {
  readonly tenant: TenantId;
  readonly version: number;
  readonly policy: TenantPolicy;
  readonly setAt: number;
  /** Id of the key. */
  readonly setBy: string;
}

export interface PolicyStore {
  newest(tenant: TenantId): PolicyVersion | undefined;
  /** Newest first. */
  list(tenant: TenantId, limit: number): readonly PolicyVersion[];
  /** @throws {AppError} `conflict` when the version is there already */
  insert(version: PolicyVersion, event: AuditEvent): Promise<void>;
}

/** The policies of all tenants. */
export interface Policies {
  /** What counts for a job that is decided now. */
  current(tenant: TenantId): TenantPolicy;
  view(tenant: TenantId): PolicyView;
  versions(tenant: TenantId, limit: number): PolicyView[];
  /** In force with the commit, for every decision after it. @throws {AppError} `invalid-input` with the path of the fault; the old one stays */
  set(tenant: TenantId, document: unknown, origin: EventOrigin): Promise<PolicyView>;
  /** Replaces what tenants without a policy of their own have. @throws {AppError} `invalid-input`; the old one stays */
  setDefault(document: unknown): void;
}

export function createPolicies(store: PolicyStore, clock: Clock, defaultDocument: unknown = {}): Policies {
  let fallback = viewDefault(parseTenantPolicy(defaultDocument, "default policy"));
  /** Parsed and hashed once, so that a request costs neither. */
  const newest = new Map<TenantId, PolicyView | undefined>();

  function find(tenant: TenantId): PolicyView {
    if (!newest.has(tenant)) {
      const version = store.newest(tenant);
      newest.set(tenant, version && viewVersion(version));
    }
    return newest.get(tenant) ?? fallback;
  }

  return {
    current: (tenant) => find(tenant).policy,
    view: find,
    versions: (tenant, limit) => store.list(tenant, limit).map(viewVersion),
    async set(tenant, document, origin) {
      const policy = parseTenantPolicy(document);
      const at = clock();
      const version = (store.newest(tenant)?.version ?? 0) + 1;
      const next: PolicyVersion = { tenant, version, policy, setAt: at, setBy: origin.actor.id };
      const hash = routingHash(policy);
      const detail = { version, hash: canonicalHash(policy as unknown as Json) };
      const facts = { tenant, at, subject: `policy/${version}`, policyVersion: hash, detail };
      try {
        await store.insert(next, newEvent(origin, { ...facts, action: "policy.set" }));
      } finally {
        // Also where the commit failed: a request may have read the row before that.
        newest.delete(tenant);
      }
      return viewVersion(next);
    },
    setDefault(document) {
      fallback = viewDefault(parseTenantPolicy(document, "default policy"));
    },
  };
}

/** How routes and receipts name a policy: the hash of the part that routing reads. */
function routingHash(policy: TenantPolicy): string {
  return canonicalHash(policy.routing as unknown as Json);
}

function viewVersion({ version, policy, setAt, setBy }: PolicyVersion): PolicyView {
  return { version, policy, setAt: formatTime(setAt), setBy, hash: routingHash(policy) };
}

function viewDefault(policy: TenantPolicy): PolicyView {
  return { version: 0, policy, setAt: null, setBy: null, hash: routingHash(policy) };
}

/** @throws {AppError} `conflict` that a store answers when two set the same version at once */
export function versionTaken(version: number): AppError {
  return new AppError(
    "conflict",
    `policy version ${version} was set by somebody else meanwhile; read the policy again`,
  );
}
