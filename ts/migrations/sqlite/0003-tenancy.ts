import type { Migration } from "./migration.ts";

export const tenancyMigration: Migration = {
  version: 3,
  sql: `
create table tenants (
  id     text not null primary key,
  record text not null              -- ts/tenancy/tenants.ts
) strict;

-- Append only: a tenant's policy in all its versions, from 1.
create table policies (
  tenant  text    not null references tenants (id),
  version integer not null,
  record  text    not null,         -- ts/tenancy/policies.ts
  primary key (tenant, version)
) strict, without rowid;

create table api_keys (
  id     text not null primary key,
  tenant text not null references tenants (id),
  hash   blob not null,             -- SHA-256 of the token
  record text not null              -- ts/identity/keys.ts
) strict;
create index api_keys_tenant on api_keys (tenant, id);

-- What each tenant's jobs used, by day since 1970 in UTC; written with each outcome.
create table usage (
  tenant         text    not null,
  day            integer not null,
  compute_ms     real    not null,
  cost_micro_usd integer not null,
  primary key (tenant, day)
) strict, without rowid;

-- With jobs_queue and jobs_lapsed: who is not final yet, counted for quotas when a process starts. Jobs that run at once never
-- come in here.
create index jobs_waiting on jobs (tenant) where status in ('planned', 'awaiting-approval', 'paused');

-- Who still has a result, when one of its jobs is deleted.
create index jobs_result on jobs (tenant, result_hash) where result_hash is not null;

create trigger policies_are_append_only   before update on policies begin select raise(abort, 'policies are append-only'); end;
create trigger policies_are_never_removed before delete on policies begin select raise(abort, 'policies are append-only'); end;
`,
};
