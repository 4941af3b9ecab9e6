import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { LOCAL_TENANT, newEventId } from "../core/ids.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import type { AuditEvent } from "./event.ts";
import type { EventStore, StoredEvent } from "./event-store.ts";
import type { LogKeys } from "./keys.ts";
import type { LogWriter } from "./log-writer.ts";
import { formatVerifierKey } from "./note.ts";

export interface RotationServices {
  readonly keys: LogKeys;
  readonly log: LogWriter;
  readonly events: EventStore;
  readonly group: GroupCommit;
  readonly now: Clock;
}

type Asker = Pick<AuditEvent, "actor" | "policyVersion" | "requestId">;

const SYSTEM: Asker = {
  actor: { kind: "system", id: "system", role: "operator" },
  policyVersion: null,
  requestId: null,
};

/**
 * Begins a rotation of the log's keys under the same origin: makes a second pair, records an event that commits to its verifier
 * keys, and signs a head with both pairs. Receipts go on carrying the old pair's signatures until {@link finishRotation}.
 *
 * The log is the operator's, so the event is one of the tenant `local`.
 *
 * @param overlapMs how long both pairs sign: time for everybody to learn the new keys. 0 where the old ones are not to be trusted
 *   any longer
 * @returns the event; its file is signed by the old pair, so whoever trusts that learns the new keys from it
 * @throws {AppError} `conflict` while another rotation lasts
 */
export async function rotateLogKeys(services: RotationServices, by: Asker, overlapMs: number): Promise<StoredEvent> {
  const { keys, now } = services;
  if (keys.next === undefined) await keys.announce(now() + overlapMs);
  else if ((await findRecord(services)) !== undefined) {
    const until = formatTime(keys.next.overlapUntil);
    throw new AppError("conflict", `the log's keys are being rotated already; the overlap ends ${until}`);
  }
  return recordRotation(services, by);
}

/** Ends a rotation whose overlap is over: the new pair signs alone, the old seeds are wiped. @returns whether it did */
export async function finishRotation(services: RotationServices): Promise<boolean> {
  const { keys, log, now } = services;
  if (keys.next === undefined || now() < keys.next.overlapUntil) return false;
  // A process that died between new keys and event has left the event to us.
  if ((await findRecord(services)) === undefined) await recordRotation(services, SYSTEM);
  // Until the published head carries the new pair's signatures, the old keys are what proves that it is this log's.
  await log.force();
  await keys.retire();
  await log.force();
  return true;
}

async function recordRotation(services: RotationServices, by: Asker): Promise<StoredEvent> {
  const { keys, log, events, group, now } = services;
  if (keys.next === undefined) throw new AppError("internal", "no rotation of the log's keys is under way");
  const { verifierKeys, overlapUntil } = keys.next;
  const at = now();
  const event: AuditEvent = {
    ...by,
    id: newEventId(at),
    tenant: LOCAL_TENANT,
    at,
    action: "log.rotate-key",
    subject: keys.origin,
    detail: { verifierKeys: verifierKeys.map(formatVerifierKey), overlapUntil: formatTime(overlapUntil) },
  };
  await group.run(() => events.record(event));
  await log.force();
  return events.get(event.tenant, event.id);
}

/** The event of the rotation under way, if it is there already. */
async function findRecord({ keys, events }: RotationServices): Promise<StoredEvent | undefined> {
  const newest = await events.search(LOCAL_TENANT, { action: "log.rotate-key", limit: 1 });
  const announced = JSON.stringify(keys.next?.verifierKeys.map(formatVerifierKey));
  return newest.events.find(({ event }) => JSON.stringify(event.detail.verifierKeys) === announced);
}
