// `ketflow/server`: jobs with routing, log and receipts in this process, and the HTTP service.

export { auditLog, readCheckpoint } from "./audit/log-reader.ts";
export { openService, type Service, type ServiceOptions } from "./service/http-service.ts";
export {
  type LocalJobPage,
  type LocalOutcome,
  type LocalService,
  type LocalServiceOptions,
  openLocalService,
  type SubmitControl,
} from "./service/local-service.ts";
