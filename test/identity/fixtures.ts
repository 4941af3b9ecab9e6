import { createSqliteEventStore } from "../../ts/audit/event-store-sqlite.ts";
import type { EventOrigin } from "../../ts/audit/new-event.ts";
import { createSqliteDatabase } from "../../ts/database/sqlite-database.ts";
import { createKeys } from "../../ts/identity/keys.ts";
import { createSqliteKeyStore } from "../../ts/identity/keys-sqlite.ts";
import { createTenants } from "../../ts/tenancy/tenants.ts";
import { createSqliteTenantStore } from "../../ts/tenancy/tenants-sqlite.ts";
import { openConnection } from "../jobs/fixtures.ts";

/** 2026-01-02T03:04:05Z. */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5);
export const ORIGIN: EventOrigin = { actor: { kind: "local", id: "test", role: "local" }, requestId: null };

/** Tenants and keys of a data folder, with a clock that the test moves. */
export async function openAccess(folder: string) {
  const connection = await openConnection(folder);
  const database = createSqliteDatabase(connection);
  const events = createSqliteEventStore(database);
  const time = { now: START };
  const clock = (): number => time.now;
  const inFlight = new Map<string, number>();
  const tenantStore = createSqliteTenantStore(database, events);
  const tenants = createTenants({ store: tenantStore, clock, jobsInFlight: (id) => inFlight.get(id) ?? 0 });
  const keyStore = createSqliteKeyStore(database, events);
  const keys = createKeys({
    ...{ store: keyStore, clock },
    isActive: (tenant) => tenantStore.get(tenant)?.status === "active",
  });
  return { database, events, time, clock, inFlight, tenants, keyStore, keys, close: () => database.close() };
}

export type Access = Awaited<ReturnType<typeof openAccess>>;
