import type { Migration } from "./migration.ts";

export const experimentsAnalyticsMigration: Migration = {
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

-- What was observed of calls and jobs, by time buckets of two widths and by series; added up as it comes.
create table analytics_cells (
  tenant text    not null references tenants (id),
  width  integer not null,          -- of the bucket, ms
  at     integer not null,          -- its begin, ms since the epoch
  series text    not null,          -- JSON of ts/analytics/observations.ts
  record text    not null,          -- ts/analytics/cell.ts
  primary key (tenant, width, at, series)
) strict, without rowid;
create index analytics_cells_age on analytics_cells (width, at);

create table drift_alerts (
  tenant text    not null references tenants (id),
  at     integer not null,          -- ms since the epoch
  series text    not null,          -- JSON of metric, source, back end and model
  record text    not null,          -- ts/models/analytics.ts
  primary key (tenant, at, series)
) strict, without rowid;
`,
};
