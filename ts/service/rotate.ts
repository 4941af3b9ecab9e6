import { issueEventFile } from "../audit/issue-event.ts";
import { finishRotation, rotateLogKeys } from "../audit/rotate-log-keys.ts";
import { addTrustedLog, trustedLogsPath } from "../audit/trusted-logs.ts";
import { AppError } from "../core/errors.ts";
import { type DataPlace, LOCAL_ORIGIN, withLedger } from "./data-folder.ts";

export interface RotationOutcome {
  origin: string;
  /** When the older keys stop signing; the next start after it drops them. */
  overlapUntil: number;
  /** The text of the event's file, signed by the older keys: it brings the new verifier keys to those who trust those. */
  eventFile: string;
}

/** Begins a rotation of the keys of a log that no process has open. @throws {AppError} `conflict` while another one lasts */
export function rotateKeys(place: DataPlace, overlapMs: number): Promise<RotationOutcome> {
  return withLedger(place, async ({ database, events, logKeys, log, now }) => {
    const services = { keys: logKeys, log, events, group: database.group, now };
    const stored = await rotateLogKeys(services, { ...LOCAL_ORIGIN, policyVersion: null }, overlapMs);
    const index = stored.logged?.leafIndex ?? -1;
    const [leaf] = database.leaves.range(index, index + 1);
    if (leaf === undefined) throw new AppError("internal", "the rotation has no log entry");
    const eventFile = issueEventFile(stored, leaf, await log.prove(index));
    const overlapUntil = logKeys.next?.overlapUntil ?? now();
    await addTrustedLog(trustedLogsPath(place.environment ?? process.env), logKeys.verifierKeys);
    await finishRotation(services);
    return { origin: logKeys.origin, overlapUntil, eventFile };
  });
}
