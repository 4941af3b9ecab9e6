import { equalBytes, fromHex, fromUtf8, toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import { type Check, checkCheckpoint } from "./checkpoint.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { parseNote, parseVerifierKey, type VerifierKey } from "./note.ts";
import { parseProof } from "./proof.ts";
import { commit, manifestBytes, publicOptions, receiptBytes, sourceBytes } from "./receipt.ts";
import { Receipt } from "./receipt-schema.ts";

/** Larger files are no receipts: inputs and results above 256 KiB are not embedded. */
const MAX_RECEIPT_BYTES = 16 * 1024 * 1024;
/** Deeper nesting is no receipt, and would exhaust the stack of the readers below. */
const MAX_NESTING = 64;

export interface VerifyOptions {
  /** Verifier keys of the logs that the caller trusts, as text or parsed. A receipt's own claims are never among them. */
  trustedKeys: readonly (string | VerifierKey)[];
  mldsa: MlDsa44;
  /** The input, when the receipt does not embed it or the caller wants it compared with a file. */
  input?: Uint8Array;
  /** The tenant's id, when the caller wants that commitment opened too. */
  tenant?: string;
}

export interface VerifyReport {
  /** Every check that was made holds. */
  ok: boolean;
  /** In the order they were made; after a failed `form` or `proof` there are no more. */
  checks: Check[];
  /** What the receipt leaves open, and how to have it checked. */
  notChecked: { name: string; reason: string }[];
  /** When the form holds. */
  receipt?: Receipt;
  /** When the proof can be read: the signed head of the log and the leaf's place under it. */
  log?: { origin: string; size: number; rootHash: string; signedAtSeconds: number; index: number };
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
    report.checks.push(failed("form", error));
    return report;
  }
  checkCommitments(report, report.receipt, input, tenant);
  try {
    await checkProof(report, report.receipt, keys, mldsa);
  } catch (error) {
    report.checks.push(failed("proof", error));
  }
  report.ok = report.checks.every((check) => check.ok);
  return report;
}

/**
 * Reads a receipt and accepts it only when writing it again gives the same bytes: so white space, the order and doubling of
 * members, other spellings of numbers and strings, and byte order marks are all refused.
 *
 * @throws {AppError} `invalid-input` or `too-large` saying what is wrong where
 */
export function parseReceipt(file: Uint8Array | string | Receipt): Receipt {
  const bytes = fileBytes(file);
  if (bytes.length > MAX_RECEIPT_BYTES) {
    throw new AppError("too-large", `the file has ${bytes.length} bytes; receipts have at most ${MAX_RECEIPT_BYTES}`);
  }
  const raw = parseJson(bytes);
  const parsed = Receipt.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      "invalid-input",
      `receipt: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "has another form"}`,
    );
  }
  if (!equalBytes(receiptBytes(parsed.data), bytes)) {
    throw new AppError(
      "invalid-input",
      "receipt: the file is not in its one form (canonical JSON and a newline): it was edited or reformatted",
    );
  }
  return parsed.data;
}

function fileBytes(file: Uint8Array | string | Receipt): Uint8Array {
  if (typeof file === "string") {
    if (!file.isWellFormed()) throw new AppError("invalid-input", "receipt: the text holds lone surrogates");
    return utf8(file);
  }
  return file instanceof Uint8Array ? file : receiptBytes(file);
}

function parseJson(bytes: Uint8Array): unknown {
  if (deepestNesting(bytes) > MAX_NESTING) {
    throw new AppError("invalid-input", `receipt: not JSON of a receipt: nested deeper than ${MAX_NESTING} levels`);
  }
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new AppError("invalid-input", `receipt: not JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function deepestNesting(bytes: Uint8Array): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < bytes.length; at++) {
    const character = String.fromCharCode(bytes[at] ?? 0);
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth--;
  }
  return deepest;
}

function checkCommitments(
  report: VerifyReport,
  { manifest, opening }: Receipt,
  file?: Uint8Array,
  tenant?: string,
): void {
  const salt = fromHex(opening.salt);
  const opens = (commitment: string | null, bytes: Uint8Array): boolean => commit(salt, bytes) === commitment;
  const add = (name: string, ok: boolean, held: string, broken: string): void => {
    report.checks.push({ name, ok, detail: ok ? held : broken });
  };

  add(
    "options",
    opens(manifest.optionsCommitment, utf8(canonicalJson(opening.options))) &&
      canonicalJson(publicOptions(opening.options)) === canonicalJson(manifest.options),
    "the options are those of the leaf",
    "the options are not those that the leaf commits to",
  );

  const inputs = [
    ...(opening.input === undefined ? [] : [sourceBytes(opening.input)]),
    ...(file === undefined ? [] : [file]),
  ];
  if (inputs.length === 0) {
    report.notChecked.push({ name: "input", reason: "the input is not in the receipt; give it with --input-file" });
  } else {
    add(
      "input",
      inputs.every((bytes) => opens(manifest.inputCommitment, bytes)),
      "the input is the one that the leaf commits to",
      "the input is not the one that the leaf commits to",
    );
  }

  const { result } = opening;
  if (result !== undefined) {
    const container = result.container === undefined ? undefined : sourceBytes(result.container);
    add(
      "result",
      opens(manifest.resultCommitment, fromHex(result.hash)) &&
        (container === undefined || toHex(sha256(container)) === result.hash),
      "the result is the one that the leaf commits to",
      "the result is not the one that the leaf commits to",
    );
  } else if (manifest.resultCommitment !== null) {
    report.notChecked.push({ name: "result", reason: "the result is not in the receipt; run it again with --rerun" });
  }

  if (tenant !== undefined) {
    add(
      "tenant",
      opens(manifest.tenantCommitment, utf8(tenant)),
      "the job was this tenant's",
      "the job was not this tenant's, or the salt is not the receipt's",
    );
  }
}

async function checkProof(
  report: VerifyReport,
  { manifest, proof }: Receipt,
  keys: readonly VerifierKey[],
  mldsa: MlDsa44,
): Promise<void> {
  const { index, path, checkpoint: text } = parseProof(proof);
  const note = parseNote(text);
  const { checkpoint, timestamp, checks } = await checkCheckpoint(note, keys, mldsa);
  report.log = {
    origin: checkpoint.origin,
    size: checkpoint.size,
    rootHash: toHex(checkpoint.rootHash),
    signedAtSeconds: timestamp,
    index,
  };
  const included = verifyInclusion(
    index,
    checkpoint.size,
    leafHash(manifestBytes(manifest)),
    path,
    checkpoint.rootHash,
  );
  report.checks.push({
    name: "inclusion",
    ok: included,
    detail: included
      ? `the manifest is leaf ${index} of ${checkpoint.size}`
      : `the manifest is not leaf ${index} of the log's ${checkpoint.size} leaves, or the path to it was altered`,
  });
  report.checks.push(...checks);
  if (note.signatures.length !== 2) {
    // A line by another key would be the one place of the file that nothing checks.
    report.checks.push({
      name: "signatures",
      ok: false,
      detail: `the checkpoint has ${note.signatures.length} signatures; a receipt carries the log's two and no others`,
    });
  }
}

function failed(name: string, error: unknown): Check {
  // What is no AppError is a fault of ours and must not be told apart from success by a caller who only looks at `ok`.
  if (!(error instanceof AppError)) throw error;
  return { name, ok: false, detail: error.message };
}
