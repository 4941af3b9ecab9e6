// `ketflow/server`: jobs with routing, log and receipts in this process, and the HTTP service.

export type { Check } from "./audit/checkpoint.ts";
export { auditLog, readCheckpoint } from "./audit/log-reader.ts";
export { type BackupOptions, backupData, type Restored, type RestoreOptions, restoreData } from "./service/backup.ts";
export { checkData } from "./service/check-data.ts";
export type { DataPlace } from "./service/data-folder.ts";
export { exportData } from "./service/export.ts";

import type { Service, ServiceOptions } from "./service/http-service.ts";

export type { Service, ServiceOptions } from "./service/http-service.ts";
export {
  type LocalJobPage,
  type LocalOutcome,
  type LocalService,
  type LocalServiceOptions,
  openLocalService,
  type SubmitControl,
} from "./service/local-service.ts";
export { type RotationOutcome, rotateKeys } from "./service/rotate.ts";

/**
 * Serves a data folder over HTTP. Loaded when it is called: whoever runs one job pays for no server.
 *
 * @throws {AppError} as `openLocalService`, and `conflict` when the port is taken
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  return (await import("./service/http-service.ts")).openService(options);
}
