import type { Migration } from "./migration.ts";

export const auditEventsMigration: Migration = {
  version: 2,
  sql: `
-- Append only. Sequences are per tenant, without gaps, in commit order.
create table audit_events (
  tenant     text    not null,
  sequence   integer not null,
  id         text    not null,
  at         integer not null,
  action     text    not null,
  actor      text    not null,           -- id of the actor
  subject    text    not null,
  record     text    not null,           -- the event, JSON of ts/audit/event.ts
  salt       blob,                       -- opens the commitments of the log entry; null without one
  leaf_index integer references log_leaves (leaf_index),
  primary key (tenant, sequence),
  check ((salt is null) = (leaf_index is null))
) strict, without rowid;

-- Ids begin with their time, so this finds a span of time too.
create unique index audit_events_id   on audit_events (tenant, id);
create unique index audit_events_leaf on audit_events (leaf_index) where leaf_index is not null;
-- Rare actions only: those of jobs are everywhere, and an index of them would cost each submission.
create index audit_events_action  on audit_events (tenant, action, id) where leaf_index is not null;
create index audit_events_actor   on audit_events (tenant, actor, id);
create index audit_events_subject on audit_events (tenant, subject, id);

create trigger audit_events_are_append_only   before update on audit_events begin select raise(abort, 'audit events are append-only'); end;
create trigger audit_events_are_never_removed before delete on audit_events begin select raise(abort, 'audit events are append-only'); end;
`,
};
