import type { Migration } from "./migration.ts";

export const modelProvidersMigration: Migration = {
  version: 5,
  sql: `
create table model_providers (
  tenant text not null references tenants (id),
  name   text not null,
  record text not null,             -- ts/chat/providers.ts
  secret blob,                      -- its key, sealed (ts/chat/secret-box.ts)
  primary key (tenant, name)
) strict, without rowid;

-- Kept by hash, so that every decision can be made again.
create table model_routers (
  tenant   text not null references tenants (id),
  hash     text not null,
  snapshot text not null,           -- ts/routing/models/router-snapshot.ts
  primary key (tenant, hash)
) strict, without rowid;

-- Which one is in force.
create table model_router_of (
  tenant text not null primary key references tenants (id),
  record text not null              -- ts/chat/routers.ts
) strict, without rowid;
`,
};
