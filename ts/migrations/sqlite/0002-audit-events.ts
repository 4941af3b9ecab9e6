import type { Migration } from "./migration.ts";

export const auditEventsMigration: Migration = {
  version: 2,
  sql: `
-- Append only: events with an entry of the log. Sequences are per tenant, without gaps, in commit order.
create table audit_events (
  tenant     text    not null,
  sequence   integer not null,
  id         text    not null,
  at         integer not null,
  action     text    not null,
  actor      text    not null,           -- id of the actor
  subject    text    not null,
  record     text    not null,           -- the event, JSON of ts/audit/event.ts
  salt       blob    not null,           -- opens the commitments of the log entry
  leaf_index integer not null references log_leaves (leaf_index),
  primary key (tenant, sequence)
) strict, without rowid;

-- Ids begin with their time, so this finds a span of time too.
create unique index audit_events_id   on audit_events (tenant, id);
create unique index audit_events_leaf on audit_events (leaf_index);
create index audit_events_action  on audit_events (tenant, action, id);
create index audit_events_actor   on audit_events (tenant, actor, id);
create index audit_events_subject on audit_events (tenant, subject, id);

-- Append only: events without an entry, one for each submission. Two trees instead of six, because accepting a job pays for them.
create table audit_deeds (
  tenant  text not null,
  id      text not null,
  subject text not null,
  record  text not null,
  primary key (tenant, id)
) strict, without rowid;
create index audit_deeds_subject on audit_deeds (tenant, subject, id);

create trigger audit_deeds_are_append_only   before update on audit_deeds begin select raise(abort, 'audit events are append-only'); end;
create trigger audit_deeds_are_never_removed before delete on audit_deeds begin select raise(abort, 'audit events are append-only'); end;
create trigger audit_events_are_append_only   before update on audit_events begin select raise(abort, 'audit events are append-only'); end;
create trigger audit_events_are_never_removed before delete on audit_events begin select raise(abort, 'audit events are append-only'); end;
`,
};
