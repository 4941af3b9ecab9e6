import type { TenantId } from "../core/ids.ts";
import type { AuditAction } from "../models/audit.ts";
import type { AuditEvent } from "./event.ts";

export interface EventQuery {
  readonly action?: AuditAction | undefined;
  /** Id of the actor. */
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  /** Milliseconds since the epoch, `from` included, `to` excluded. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** `next` of the page before: the id of its last event. */
  readonly cursor?: string | undefined;
  /** At most 1,000 are given. */
  readonly limit: number;
}

export interface StoredEvent {
  readonly event: AuditEvent;
  /** Place of its log entry, and the salt that opens it; null for actions that make none. */
  readonly logged: { readonly leafIndex: number; readonly salt: Uint8Array } | null;
}

/** An event with an entry of the log, as an export takes it. */
export interface LoggedEvent extends StoredEvent {
  /** Per tenant, from 1, in commit order without gaps. */
  readonly sequence: number;
  readonly logged: NonNullable<StoredEvent["logged"]>;
}

export interface EventPage {
  /** Newest first. */
  readonly events: readonly StoredEvent[];
  readonly next?: string | undefined;
}

/** Who did what: rows that are only ever added, each in the transaction of what it tells of. */
export interface EventStore {
  /**
   * Adds an event and, where its action makes one, its log entry. Synchronous, and only inside an open transaction
   * (`SqliteDatabase.group`), so that event and change are stored together or not at all.
   *
   * @returns the index of its leaf, null without one
   * @throws {AppError} `too-large` for a detail above 4 KiB, `internal` outside a transaction
   */
  record(event: AuditEvent): number | null;
  /** @throws {AppError} `invalid-input` for a cursor that is none */
  search(tenant: TenantId, query: EventQuery): Promise<EventPage>;
  /** @throws {AppError} `not-found` for unknown and foreign ids alike */
  get(tenant: TenantId, id: string): Promise<StoredEvent>;
  /** The events with an entry of the log after sequence `after`, oldest first. */
  range(tenant: TenantId, after: number, limit: number): Promise<readonly LoggedEvent[]>;
}
