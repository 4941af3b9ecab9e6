import type * as z from "zod";
import type { CreateKey, KeyView, NewKeyView, RotateKey } from "../models/access.ts";
import type { AuditAction, EventPageView, EventView } from "../models/audit.ts";
import type { BackendView } from "../models/backend.ts";
import type { PolicyView, TenantPolicy } from "../models/policy.ts";
import type { PolicyPreviewView } from "../models/policy-preview.ts";
import type { CreateTenant, TenantView, UpdateTenant, UsageView } from "../models/tenant.ts";
import { type CallOptions, nothing, segment, type Transport } from "./transport.ts";

/** A policy as it is written: what is left out has the safe default. */
export type PolicyDocument = z.input<typeof TenantPolicy>;

/** The keys of the caller's own tenant, or for the administrator those of any. */
export interface KeyCalls {
  list(options?: CallOptions): Promise<KeyView[]>;
  /** The answer holds the secret, this one time. */
  create(key: CreateKey, options?: CallOptions): Promise<NewKeyView>;
  /** A new key with the same rights; the old one works on for `overlapMs`, a day by default. */
  rotate(id: string, options?: CallOptions & Partial<RotateKey>): Promise<NewKeyView>;
  revoke(id: string, options?: CallOptions): Promise<void>;
}

export interface AuditSearch extends CallOptions {
  action?: AuditAction | undefined;
  /** Id of a key. */
  actor?: string | undefined;
  /** Id of what it was done to. */
  subject?: string | undefined;
  /** RFC 3339 in UTC; `to` is not included. */
  from?: string | undefined;
  to?: string | undefined;
  /** Events of one request: 1 to 1000. */
  limit?: number | undefined;
}

/** Every method throws an {@link AppError} with the service's code. */
export interface AdministrationCalls {
  readonly backends: {
    list(options?: CallOptions): Promise<BackendView[]>;
    get(id: string, options?: CallOptions): Promise<BackendView>;
    /** Measures the service's machine, for about a second. */
    calibrate(id: string, options?: CallOptions): Promise<BackendView>;
  };
  readonly policy: {
    get(options?: CallOptions): Promise<PolicyView>;
    set(policy: PolicyDocument, options?: CallOptions): Promise<PolicyView>;
    /** Newest first. */
    versions(options?: CallOptions): Promise<PolicyView[]>;
    /** What a policy would have decided about the latest jobs: 1 to 100, 20 by default. */
    preview(policy: PolicyDocument, options?: CallOptions & { jobs?: number | undefined }): Promise<PolicyPreviewView>;
  };
  readonly keys: KeyCalls & {
    /** Of a tenant, for the administrator. */
    of(tenant: string): KeyCalls;
  };
  readonly tenants: {
    list(options?: CallOptions): Promise<TenantView[]>;
    get(id: string, options?: CallOptions): Promise<TenantView>;
    create(tenant: CreateTenant, options?: CallOptions): Promise<TenantView>;
    update(id: string, change: UpdateTenant, options?: CallOptions): Promise<TenantView>;
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  readonly audit: {
    /** Newest first; asks for the next page when it is needed. */
    search(search?: AuditSearch): AsyncGenerator<EventView>;
    searchPage(search?: AuditSearch & { cursor?: string | undefined }): Promise<EventPageView>;
    get(id: string, options?: CallOptions): Promise<EventView>;
  };
  usage(options?: CallOptions): Promise<UsageView>;
  /** The verifier keys of the service's log, one a line: to be compared with what its operator says before they are trusted. */
  logKeys(options?: CallOptions): Promise<string>;
  /** Resolves when the service takes work. @throws {AppError} `store-unavailable`, `provider-unavailable` */
  health(options?: CallOptions): Promise<void>;
}

export function administrationCalls({ json, read }: Transport): AdministrationCalls {
  function keysAt(path: string): KeyCalls {
    return {
      list: async ({ signal } = {}) => (await json<{ keys: KeyView[] }>({ path, signal })).keys,
      create: (body, { signal } = {}) => json({ method: "POST", path, body, signal }),
      rotate: (id, { signal, ...body } = {}) =>
        json({ method: "POST", path: `${path}/${segment(id)}:rotate`, body, signal }),
      revoke: (id, { signal } = {}) => read({ method: "DELETE", path: `${path}/${segment(id)}`, signal }, nothing),
    };
  }

  const searchPage: AdministrationCalls["audit"]["searchPage"] = ({ signal, ...query } = {}) =>
    json({ path: "v1/audit", query, signal });

  return {
    backends: {
      list: async ({ signal } = {}) =>
        (await json<{ backends: BackendView[] }>({ path: "v1/backends", signal })).backends,
      get: (id, { signal } = {}) => json({ path: `v1/backends/${segment(id)}`, signal }),
      calibrate: (id, { signal } = {}) =>
        json({ method: "POST", path: `v1/backends/${segment(id)}:calibrate`, signal }),
    },
    policy: {
      get: ({ signal } = {}) => json({ path: "v1/policy", signal }),
      set: (body, { signal } = {}) => json({ method: "PUT", path: "v1/policy", body, signal }),
      versions: async ({ signal } = {}) =>
        (await json<{ versions: PolicyView[] }>({ path: "v1/policy/versions", signal })).versions,
      preview: (policy, { signal, jobs } = {}) =>
        json({ method: "POST", path: "v1/policy:dry-run", body: { policy, jobs }, repeatable: true, signal }),
    },
    keys: { ...keysAt("v1/keys"), of: (tenant) => keysAt(`v1/tenants/${segment(tenant)}/keys`) },
    tenants: {
      list: async ({ signal } = {}) => (await json<{ tenants: TenantView[] }>({ path: "v1/tenants", signal })).tenants,
      get: (id, { signal } = {}) => json({ path: `v1/tenants/${segment(id)}`, signal }),
      create: (body, { signal } = {}) => json({ method: "POST", path: "v1/tenants", body, signal }),
      update: (id, body, { signal } = {}) => json({ method: "PATCH", path: `v1/tenants/${segment(id)}`, body, signal }),
      delete: (id, { signal } = {}) => read({ method: "DELETE", path: `v1/tenants/${segment(id)}`, signal }, nothing),
    },
    audit: {
      searchPage,
      async *search(options = {}) {
        let cursor: string | undefined;
        do {
          const page = await searchPage({ ...options, cursor });
          yield* page.events;
          cursor = page.next ?? undefined;
        } while (cursor !== undefined);
      },
      get: (id, { signal } = {}) => json({ path: `v1/audit/${segment(id)}`, signal }),
    },
    usage: ({ signal } = {}) => json({ path: "v1/usage", signal }),
    logKeys: ({ signal } = {}) => read({ path: "log/keys", signal }, (response) => response.text()),
    health: ({ signal } = {}) => read({ path: "health/ready", signal }, nothing),
  };
}
