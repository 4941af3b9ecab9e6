import type { Migration } from "./migration.ts";

export const jobsMigration: Migration = {
  version: 1,
  sql: `
-- A job: columns for what is searched, the rest in the JSON of ts/jobs/job.ts.
create table jobs (
  row              integer not null primary key,
  tenant           text    not null,
  id               text    not null,
  type             text    not null,
  status           text    not null,
  ready_at         integer not null,
  deadline_at      integer,            -- null once final
  lease_expires_at integer,            -- null unless running
  idempotency_key  text,
  content_key      text,               -- of a result that other jobs may reuse
  result_hash      text,
  salt             blob,               -- opens the commitments of the log entry
  record           text    not null
) strict;

create unique index jobs_id          on jobs (tenant, id);
create unique index jobs_idempotency on jobs (tenant, idempotency_key) where idempotency_key is not null;
create index jobs_queue   on jobs (tenant, ready_at, id) where status = 'queued';
create index jobs_overdue on jobs (deadline_at) where deadline_at is not null;
create index jobs_lapsed  on jobs (lease_expires_at) where lease_expires_at is not null;
create index jobs_content on jobs (tenant, content_key, id) where content_key is not null;

-- Beside the job, because a job row is rewritten with every change and an input can be megabytes.
create table inputs (
  job    integer not null primary key references jobs (row),
  source blob    not null
) strict;

-- By content, so that jobs which reuse a result share its bytes; per tenant, so that nothing is shared between tenants.
create table results (
  tenant      text not null,
  result_hash text not null,
  container   blob not null,
  primary key (tenant, result_hash)
) strict;

-- Append only. Sequences are per tenant, without gaps, in commit order.
create table events (
  tenant   text    not null,
  sequence integer not null,
  job_id   text    not null,
  at       integer not null,
  kind     text    not null,
  data     text    not null,
  primary key (tenant, sequence)
) strict, without rowid;

-- Append only: the entries of the tamper-evident log, written with what they report.
create table log_leaves (
  leaf_index integer not null primary key,
  bytes      blob    not null
) strict;

create trigger events_are_append_only      before update on events     begin select raise(abort, 'events are append-only'); end;
create trigger log_leaves_are_append_only  before update on log_leaves begin select raise(abort, 'log entries are append-only'); end;
create trigger log_leaves_are_never_removed before delete on log_leaves begin select raise(abort, 'log entries are append-only'); end;
`,
};
