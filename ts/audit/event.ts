import { toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { EventId, TenantId } from "../core/ids.ts";
import type { AuditAction } from "../models/audit.ts";
import { type Actor, EventFile, type EventManifest, type EventOpening } from "./event-schema.ts";
import { commit } from "./fields.ts";

/** What somebody did. The store keeps it for its tenant; the log learns action, time and commitments ({@link draftEvent}). */
export interface AuditEvent {
  readonly id: EventId;
  readonly tenant: TenantId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** Id of the job, key, tenant or policy version that it was done to. */
  readonly subject: string;
  readonly policyVersion: string | null;
  /** Trace id of the request that asked for it; null where no request did. */
  readonly requestId: string | null;
  /** A few values that say what changed: no payloads, no secrets. */
  readonly detail: Readonly<Record<string, Json>>;
}

/** More is no detail: what is large has a place of its own, and its hash can stand here. */
const MAX_DETAIL_BYTES = 4096;

export interface EventDraft {
  manifest: EventManifest;
  opening: EventOpening;
  /** What the log holds: the manifest's canonical JSON. */
  leaf: Uint8Array;
}

/**
 * Writes the log entry of an event and the opening of its commitments.
 *
 * @param salt 32 fresh random bytes, never used for anything else
 * @throws {AppError} `too-large` when the detail passes 4 KiB
 */
export function draftEvent(event: AuditEvent, salt: Uint8Array): EventDraft {
  const { tenant, actor, subject, requestId } = event;
  const manifest = manifestOf(event, salt);
  const opening: EventOpening = {
    salt: toHex(salt),
    tenant,
    actor,
    subject,
    detail: JSON.parse(canonicalJson(event.detail)) as NonNullable<EventOpening["detail"]>,
    ...(requestId === null ? {} : { requestId }),
  };
  return { manifest, opening, leaf: utf8(canonicalJson(manifest)) };
}

/** The leaf of {@link draftEvent} alone: all that is needed when something happens. */
export function eventLeaf(event: AuditEvent, salt: Uint8Array): Uint8Array {
  return utf8(canonicalJson(manifestOf(event, salt)));
}

function manifestOf(event: AuditEvent, salt: Uint8Array): EventManifest {
  const { tenant, actor, subject, requestId } = event;
  const detail = utf8(canonicalJson(event.detail));
  if (detail.length > MAX_DETAIL_BYTES) {
    throw new AppError("too-large", `the detail of ${event.action} has more than ${MAX_DETAIL_BYTES} bytes`);
  }
  // Not parsed by its schema, which takes a third of all this; whoever reads it does.
  return {
    format: "ketflow-event/1",
    id: event.id,
    action: event.action,
    at: formatTime(event.at),
    policyVersion: event.policyVersion,
    tenantCommitment: commit(salt, utf8(tenant)),
    actorCommitment: commit(salt, utf8(canonicalJson(actor))),
    subjectCommitment: commit(salt, utf8(subject)),
    detailCommitment: commit(salt, detail),
    requestCommitment: requestId === null ? null : commit(salt, utf8(requestId)),
  };
}

/** @param proof the tlog-proof text of the draft's leaf under a checkpoint that holds it */
export function buildEventFile(
  { manifest, opening }: Pick<EventDraft, "manifest" | "opening">,
  proof: string,
): EventFile {
  return EventFile.parse({ format: "ketflow-event-file/1", manifest, opening, proof });
}
