import type { AuditEvent } from "../audit/event.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import {
  type CreateTenant,
  DEFAULT_QUOTAS,
  type Quotas,
  type TenantState,
  type TenantView,
  type UpdateTenant,
} from "../models/tenant.ts";

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly status: TenantState;
  readonly quotas: Quotas;
  readonly createdAt: number;
}

/** Where tenants are kept. A write is stored together with the event that tells of it. */
export interface TenantStore {
  get(id: string): Tenant | undefined;
  list(): readonly Tenant[];
  /** @throws {AppError} `conflict` when the id was ever given before */
  insert(tenant: Tenant, event: AuditEvent): Promise<void>;
  /**
   * Stores what `move` makes of the tenant as it is inside the transaction, so that no other change falls between the two. What
   * it throws undoes the write.
   */
  change(id: string, move: (tenant: Tenant | undefined) => TenantChange): Promise<Tenant>;
}

interface TenantChange {
  readonly tenant: Tenant;
  readonly event: AuditEvent;
}

/** Tenants as administrators use them. */
export interface Tenants {
  /** Reads are of memory or of one indexed row. @throws {AppError} `not-found` for unknown and deleted tenants alike */
  get(id: string): Tenant;
  list(): readonly Tenant[];
  create(body: CreateTenant, origin: EventOrigin): Promise<Tenant>;
  /** @throws {AppError} `conflict` for suspending the tenant of the admin key */
  update(id: string, body: UpdateTenant, origin: EventOrigin): Promise<Tenant>;
  /** @throws {AppError} `conflict` while the tenant has unfinished jobs, and for the tenant of the admin key */
  remove(id: string, origin: EventOrigin): Promise<void>;
}

export interface TenantServices {
  readonly store: TenantStore;
  readonly clock: Clock;
  /** The tenant of the admin key: without it nobody could act for the installation. */
  readonly home?: TenantId | undefined;
  /** Unfinished jobs of a tenant. */
  jobsInFlight(id: TenantId): number;
}

export function createTenants({ store, clock, home, jobsInFlight }: TenantServices): Tenants {
  /** @throws {AppError} `not-found` for unknown and deleted tenants alike */
  function present(id: string, tenant: Tenant | undefined): Tenant {
    if (tenant === undefined || tenant.status === "deleted") {
      throw new AppError("not-found", `there is no tenant ${id}`);
    }
    return tenant;
  }

  function refuseHome(id: string, what: string): void {
    if (id === home) throw new AppError("conflict", `tenant ${id} has the admin key, so it cannot be ${what}`);
  }

  return {
    get: (id) => present(id, store.get(id)),
    list: () => store.list().filter(({ status }) => status !== "deleted"),
    async create({ id, name = id, quotas }, origin) {
      const at = clock();
      const tenant: Tenant = {
        id: id as TenantId,
        name,
        status: "active",
        quotas: merged(DEFAULT_QUOTAS, quotas),
        createdAt: at,
      };
      await store.insert(tenant, newEvent(origin, { tenant: tenant.id, at, action: "tenant.create", subject: id }));
      return tenant;
    },
    update: (id, { name, status, quotas }, origin) =>
      store.change(id, (stored) => {
        const before = present(id, stored);
        if (status === "suspended") refuseHome(id, "suspended");
        const tenant: Tenant = {
          ...before,
          name: name ?? before.name,
          status: status ?? before.status,
          quotas: merged(before.quotas, quotas),
        };
        const detail = { status: tenant.status, quotas: tenant.quotas };
        const at = clock();
        return {
          tenant,
          event: newEvent(origin, { tenant: tenant.id, at, action: "tenant.update", subject: id, detail }),
        };
      }),
    async remove(id, origin) {
      await store.change(id, (stored) => {
        const tenant = present(id, stored);
        refuseHome(id, "deleted");
        const unfinished = jobsInFlight(tenant.id);
        if (unfinished > 0) {
          throw new AppError(
            "conflict",
            `tenant ${id} has ${unfinished} unfinished jobs; cancel them or wait for their end`,
          );
        }
        return {
          tenant: { ...tenant, status: "deleted" },
          event: newEvent(origin, { tenant: tenant.id, at: clock(), action: "tenant.delete", subject: id }),
        };
      });
    },
  };
}

function merged(before: Quotas, change: CreateTenant["quotas"] = {}): Quotas {
  return { ...before, ...(withoutUndefined(change) as Partial<Quotas>) };
}

export function viewTenant({ id, name, status, quotas, createdAt }: Tenant): TenantView {
  return { id, name, status, quotas, createdAt: formatTime(createdAt) };
}
