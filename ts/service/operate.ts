import { join } from "node:path";
import { newEvent } from "../audit/new-event.ts";
import { formatVerifierKey } from "../audit/note.ts";
import { finishRotation, rotateLogKeys } from "../audit/rotate-log-keys.ts";
import { formatTime, systemClock } from "../core/clock.ts";
import type { OperateRouteServices } from "../http/routes/operate.ts";
import { exportLeaves } from "../jobs/export-leaves.ts";
import { backup } from "./backup.ts";
import type { House } from "./house.ts";

/** Ends a rotation whose overlap is over, while the service runs. @returns stops looking */
export function watchRotation(house: House, onError: (error: unknown) => void): () => void {
  const { database, events, log, logKeys } = house;
  const services = { keys: logKeys, log, events, group: database.group, now: systemClock };
  const timer = setInterval(() => void finishRotation(services).catch(onError), ROTATION_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

const ROTATION_CHECK_MS = 60_000;

/** What an operator does to a house that is open; the same as the `audit` commands do to a folder that is not. */
export function operateServices(house: House, dataDir: string): OperateRouteServices {
  const { database, events, log, logKeys, store } = house;
  const now = systemClock;
  return {
    async rotateLogKeys(origin, overlapMs) {
      const services = { keys: logKeys, log, events, group: database.group, now };
      await rotateLogKeys(services, { ...origin, policyVersion: null }, overlapMs);
      const { verifierKeys = [], overlapUntil = now() } = logKeys.next ?? {};
      await finishRotation(services);
      return {
        origin: logKeys.origin,
        overlapUntil: formatTime(overlapUntil),
        verifierKeys: verifierKeys.map(formatVerifierKey),
      };
    },
    async backup(origin, name, keys) {
      const path = join(dataDir, "backups", name);
      const { files, log: head } = await backup({ dataDir, database, events, logKeys, log, now }, origin, path, {
        keys,
      });
      const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
      return { path, files: files.length, bytes, log: { origin: head.origin, size: head.size } };
    },
    async exportLeaves(tenant, origin) {
      const event = newEvent(origin, { tenant, at: now(), action: "audit.export", subject: tenant });
      await database.group.run(() => events.record(event));
      return exportLeaves({ store, events, log }, tenant);
    },
  };
}
