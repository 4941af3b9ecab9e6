import { fromUtf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { buildEventFile, draftEvent } from "./event.ts";
import { EventManifest } from "./event-schema.ts";
import type { StoredEvent } from "./event-store.ts";
import { signedFileBytes } from "./signed-file.ts";

/**
 * The text of `*.event.json`: what was logged with the event, its opening, and a proof.
 *
 * @param leaf the event's log entry
 * @param proof its tlog-proof text
 * @throws {AppError} `not-found` for an event whose action makes no log entry
 */
export function issueEventFile({ event, logged }: StoredEvent, leaf: Uint8Array, proof: string): string {
  if (logged === null) {
    throw new AppError("not-found", `${event.action} has no log entry of its own: the job's receipt accounts for it`);
  }
  // The manifest is what was logged, not what today's release would log.
  const manifest = EventManifest.parse(JSON.parse(fromUtf8(leaf)));
  return fromUtf8(
    signedFileBytes(buildEventFile({ manifest, opening: draftEvent(event, logged.salt).opening }, proof)),
  );
}
