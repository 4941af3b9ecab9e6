import { fromHex, toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { sha256 } from "../core/sha256.ts";
import { commit } from "./fields.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { parseVerifierKey, type VerifierKey } from "./note.ts";
import { publicOptions, sourceBytes } from "./receipt.ts";
import { Receipt } from "./receipt-schema.ts";
import { addCheck, checkProof, type FileReport, failedCheck, parseSignedFile } from "./signed-file.ts";

export interface VerifyOptions {
  /** Verifier keys of the logs that the caller trusts, as text or parsed. A file's own claims are never among them. */
  trustedKeys: readonly (string | VerifierKey)[];
  mldsa: MlDsa44;
  /** The input, when the receipt does not embed it or the caller wants it compared with a file. */
  input?: Uint8Array;
  /** The tenant's id, when the caller wants that commitment opened too. */
  tenant?: string;
}

export interface VerifyReport extends FileReport {
  /** When the form holds. */
  receipt?: Receipt;
}

/**
 * Checks a receipt offline: its one form, its commitments, its place in the log, and both signatures of the log's head by keys
 * that the caller trusts. Never throws for a bad receipt; the report says what is wrong.
 *
 * @param file the bytes or text of the file, or the parsed receipt
 * @throws {AppError} `invalid-input` for a trusted key that is none
 */
export async function verifyReceipt(
  file: Uint8Array | string | Receipt,
  { trustedKeys, mldsa, input, tenant }: VerifyOptions,
): Promise<VerifyReport> {
  const keys = trustedKeys.map((key) => (typeof key === "string" ? parseVerifierKey(key) : key));
  const report: VerifyReport = { ok: false, checks: [], notChecked: [] };
  try {
    report.receipt = parseReceipt(file);
    report.checks.push({ name: "form", ok: true, detail: "the file is one canonical ketflow-receipt/1" });
  } catch (error) {
    report.checks.push(failedCheck("form", error));
    return report;
  }
  checkCommitments(report, report.receipt, input, tenant);
  await checkProof(report, report.receipt, keys, mldsa);
  report.ok = report.checks.every((check) => check.ok);
  return report;
}

/** Reads a receipt in its one form. @throws {AppError} `invalid-input` or `too-large` saying what is wrong where */
export function parseReceipt(file: Uint8Array | string | Receipt): Receipt {
  return parseSignedFile(file, Receipt, "receipt");
}

function checkCommitments(
  report: VerifyReport,
  { manifest, opening }: Receipt,
  file?: Uint8Array,
  tenant?: string,
): void {
  const salt = fromHex(opening.salt);
  const opens = (commitment: string | null, bytes: Uint8Array): boolean => commit(salt, bytes) === commitment;

  addCheck(
    report,
    "options",
    opens(manifest.optionsCommitment, utf8(canonicalJson(opening.options))) &&
      canonicalJson(publicOptions(opening.options)) === canonicalJson(manifest.options),
    "the options",
  );

  const inputs = [
    ...(opening.input === undefined ? [] : [sourceBytes(opening.input)]),
    ...(file === undefined ? [] : [file]),
  ];
  if (inputs.length === 0) {
    report.notChecked.push({ name: "input", reason: "the input is not in the receipt; give it with --input-file" });
  } else {
    addCheck(
      report,
      "input",
      inputs.every((bytes) => opens(manifest.inputCommitment, bytes)),
      "the input",
    );
  }

  const { result } = opening;
  if (result !== undefined) {
    const container = result.container === undefined ? undefined : sourceBytes(result.container);
    addCheck(
      report,
      "result",
      opens(manifest.resultCommitment, fromHex(result.hash)) &&
        (container === undefined || toHex(sha256(container)) === result.hash),
      "the result",
    );
  } else if (manifest.resultCommitment !== null) {
    report.notChecked.push({ name: "result", reason: "the result is not in the receipt; run it again with --rerun" });
  }

  // Taken out of a copy, it is nothing that a verifier could ask for, so its absence is not reported.
  if (opening.submittedBy !== undefined) {
    addCheck(report, "actor", opens(manifest.actorCommitment, utf8(opening.submittedBy)), "the submitter");
  }
  if (tenant !== undefined) addCheck(report, "tenant", opens(manifest.tenantCommitment, utf8(tenant)), "the tenant");
}
