import * as z from "zod";
import { isEventId } from "../core/ids.ts";
import { AUDIT_ACTIONS, type AuditAction } from "../models/audit.ts";
import { Hex32, ProofText, Time } from "./fields.ts";

// The audit event as the log and the file `*.event.json` hold it. docs/receipt.md explains every field; unknown members are
// refused everywhere.

/**
 * Kept as rows alone: the one log entry of these jobs is their outcome, which commits to who submitted them, and that of a call is the
 * call.
 */
const ROW_ONLY_ACTIONS: ReadonlySet<AuditAction> = new Set([
  "job.submit",
  "job.cancel",
  "job.pause",
  "job.resume",
  "job.retry",
  "outcome.record",
]);

export function makesLeaf(action: AuditAction): boolean {
  return !ROW_ONLY_ACTIONS.has(action);
}

/** Who did it. `key`: whoever holds an API key. `system`: Ketflow by itself. `local`: whoever may run commands on the data folder. */
export const Actor = z.strictObject({
  kind: z.enum(["key", "system", "local"]),
  id: z.string().min(1).max(128),
  role: z.string().min(1).max(64),
  name: z.string().max(256).optional(),
});
export type Actor = z.infer<typeof Actor>;

/** What the log's leaf says, for good and for everyone who reads the log: no tenant, no person, no object. */
export const EventManifest = z.strictObject({
  format: z.literal("ketflow-event/1"),
  id: z.string().refine(isEventId, "must be an event id"),
  action: z.enum(AUDIT_ACTIONS),
  at: Time,
  /** The tenant's policy that was in force, null where there was none. */
  policyVersion: z.string().max(256).nullable(),
  /** HMAC-SHA-256 under the salt of the opening, like those below: over the tenant's id. */
  tenantCommitment: Hex32,
  /** Over the canonical JSON of the actor. */
  actorCommitment: Hex32,
  /** Over the id of what it was done to. */
  subjectCommitment: Hex32,
  /** Over the canonical JSON of the detail. */
  detailCommitment: Hex32,
  /** Over the id of the request that asked for it; null where no request did. */
  requestCommitment: Hex32.nullable(),
});
export type EventManifest = z.infer<typeof EventManifest>;

/** What opens the commitments; all but the salt may be taken out of a copy. */
export const EventOpening = z.strictObject({
  salt: Hex32,
  tenant: z.string().optional(),
  actor: Actor.optional(),
  subject: z.string().optional(),
  detail: z.record(z.string(), z.json()).optional(),
  requestId: z.string().optional(),
});
export type EventOpening = z.infer<typeof EventOpening>;

export const EventFile = z.strictObject({
  format: z.literal("ketflow-event-file/1"),
  manifest: EventManifest,
  opening: EventOpening,
  proof: ProofText,
});
export type EventFile = z.infer<typeof EventFile>;
