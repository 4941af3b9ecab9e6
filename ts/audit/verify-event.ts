import { fromHex, utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { EventFile } from "./event-schema.ts";
import { commit } from "./fields.ts";
import { parseVerifierKey } from "./note.ts";
import { addCheck, checkProof, type FileReport, failedCheck, parseSignedFile } from "./signed-file.ts";
import type { VerifyOptions } from "./verify-receipt.ts";

export interface EventReport extends FileReport {
  /** When the form holds. */
  event?: EventFile;
}

/**
 * Checks the file of an audit event offline, as `verifyReceipt` checks a receipt. Never throws for a bad file.
 *
 * @throws {AppError} `invalid-input` for a trusted key that is none
 */
export async function verifyEventFile(
  file: Uint8Array | string | EventFile,
  { trustedKeys, mldsa, tenant }: Omit<VerifyOptions, "input">,
): Promise<EventReport> {
  const keys = trustedKeys.map((key) => (typeof key === "string" ? parseVerifierKey(key) : key));
  const report: EventReport = { ok: false, checks: [], notChecked: [] };
  try {
    report.event = parseSignedFile(file, EventFile, "event");
    report.checks.push({ name: "form", ok: true, detail: "the file is one canonical ketflow-event-file/1" });
  } catch (error) {
    report.checks.push(failedCheck("form", error));
    return report;
  }
  checkCommitments(report, report.event, tenant);
  await checkProof(report, report.event, keys, mldsa);
  report.ok = report.checks.every((check) => check.ok);
  return report;
}

function checkCommitments(report: EventReport, { manifest, opening }: EventFile, tenant?: string): void {
  const salt = fromHex(opening.salt);
  const check = (name: string, value: string | undefined, commitment: string | null): void => {
    if (value !== undefined) addCheck(report, name, commit(salt, utf8(value)) === commitment, `the ${name}`);
    else if (commitment !== null) {
      report.notChecked.push({ name, reason: `the ${name} was taken out of this copy; ask for a whole one` });
    }
  };
  const json = (value: object | undefined): string | undefined => value && canonicalJson(value as Json);
  check("tenant", opening.tenant, manifest.tenantCommitment);
  if (tenant !== undefined) check("tenant", tenant, manifest.tenantCommitment);
  check("actor", json(opening.actor), manifest.actorCommitment);
  check("subject", opening.subject, manifest.subjectCommitment);
  check("detail", json(opening.detail), manifest.detailCommitment);
  check("request", opening.requestId, manifest.requestCommitment);
}
