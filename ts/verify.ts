// `ketflow/verify`: checks receipts and logs offline, in Node and in the browser.

export type { Check, Checkpoint, VerifiedCheckpoint } from "./audit/checkpoint.ts";
export { verifyCheckpoint } from "./audit/checkpoint.ts";
export {
  Actor,
  EventFile,
  EventManifest,
  EventOpening,
} from "./audit/event-schema.ts";
export { type Hash, leafHash, verifyInclusion } from "./audit/merkle.ts";
export { type LoadMldsaOptions, loadMldsa, type MlDsa44 } from "./audit/mldsa.ts";
export { formatVerifierKey, parseVerifierKey, type VerifierKey } from "./audit/note.ts";
export { parseProof, type TlogProof } from "./audit/proof.ts";
export { Manifest, Opening, Receipt } from "./audit/receipt-schema.ts";
export { compareRerun, type RerunJob, rerunInput } from "./audit/rerun.ts";
export type { FileReport } from "./audit/signed-file.ts";
export { type EventReport, verifyEventFile } from "./audit/verify-event.ts";
export { type ExportReport, verifyExport } from "./audit/verify-export.ts";
export { parseReceipt, type VerifyOptions, type VerifyReport, verifyReceipt } from "./audit/verify-receipt.ts";
export { AppError, type ErrorCode } from "./core/errors.ts";
export { AUDIT_ACTIONS, type AuditAction } from "./models/audit.ts";
