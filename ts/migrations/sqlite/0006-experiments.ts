import type { Migration } from "./migration.ts";

export const experimentsMigration: Migration = {
  version: 6,
  sql: `
create table experiments (
  tenant  text    not null references tenants (id),
  name    text    not null,
  version integer not null,         -- from 1; what is compared never changes within a version
  running integer not null,         -- 1, or 0 when it was stopped
  record  text    not null,         -- ts/experiments/store.ts
  primary key (tenant, name, version)
) strict, without rowid;
create index experiments_running on experiments (tenant) where running = 1;

create table experiment_arms (
  tenant  text    not null,
  name    text    not null,
  version integer not null,
  arm     integer not null,         -- its place in the document; -1: all units of the pre-period
  record  text    not null,         -- ts/experiments/tallies.ts
  primary key (tenant, name, version, arm)
) strict, without rowid;

-- Of the newest version of each experiment alone, and none where each call is a unit.
create table experiment_units (
  tenant  text    not null,
  name    text    not null,
  version integer not null,
  unit    text    not null,         -- HMAC of what the caller named it by
  record  text    not null,         -- ts/experiments/tallies.ts
  primary key (tenant, name, version, unit)
) strict, without rowid;

-- What callers told of their calls' answers, once for each.
create table outcomes (
  tenant   text not null references tenants (id),
  decision text not null,           -- id of the event chat.complete
  record   text not null,           -- ts/experiments/store.ts
  primary key (tenant, decision)
) strict, without rowid;
`,
};
