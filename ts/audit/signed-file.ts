import type { ZodType } from "zod";
import { equalBytes, fromUtf8, toHex, utf8 } from "../core/bytes.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { type Check, checkCheckpoint } from "./checkpoint.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { ED25519_TYPE, ML_DSA_44_TYPE, type Note, parseNote, type VerifierKey } from "./note.ts";
import { parseProof } from "./proof.ts";

// What the files of receipts and events have in common: one canonical form, a leaf of the log, and a proof of its place there.

/** Larger files are none of ours: inputs and results above 256 KiB are not embedded. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Deeper nesting is in none of our files, and would exhaust the stack of the readers below. */
const MAX_NESTING = 64;

export interface FileReport {
  /** Every check that was made holds. */
  ok: boolean;
  /** In the order they were made; after a failed `form` or `proof` there are no more. */
  checks: Check[];
  /** What the file leaves open, and how to have it checked. */
  notChecked: { name: string; reason: string }[];
  /** When the proof can be read: the signed head of the log and the leaf's place under it. */
  log?: { origin: string; size: number; rootHash: string; signedAtSeconds: number; index: number };
}

/** The one form of such a file: canonical JSON (RFC 8785) and a newline. Any other spelling of the same is refused. */
export function signedFileBytes(file: object): Uint8Array {
  return utf8(`${canonicalJson(file as Json)}\n`);
}

/** The log entry of a manifest: its canonical JSON. */
export function manifestBytes(manifest: object): Uint8Array {
  return utf8(canonicalJson(manifest as Json));
}

/**
 * Reads a file and accepts it only when writing it again gives the same bytes: so white space, the order and doubling of
 * members, other spellings of numbers and strings, and byte order marks are all refused.
 *
 * @param what it is to be, for messages
 * @throws {AppError} `invalid-input` or `too-large` saying what is wrong where
 */
export function parseSignedFile<T extends object>(file: Uint8Array | string | T, schema: ZodType<T>, what: string): T {
  const bytes = fileBytes(file, what);
  const parsed = schema.safeParse(parseJson(bytes, what));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join(".") || "the file";
    throw new AppError("invalid-input", `${what}: ${place}: ${issue?.message ?? "has another form"}`);
  }
  if (!equalBytes(signedFileBytes(parsed.data), bytes)) {
    throw new AppError(
      "invalid-input",
      `${what}: the file is not in its one form (canonical JSON and a newline): it was edited or reformatted`,
    );
  }
  return parsed.data;
}

/** The `format` that a file says it has; undefined where it says none or is no JSON. */
export function formatOf(file: Uint8Array): string | undefined {
  try {
    const { format } = (parseJson(file, "the file") ?? {}) as { format?: unknown };
    return typeof format === "string" ? format : undefined;
  } catch (cause) {
    if (cause instanceof AppError) return undefined;
    throw cause;
  }
}

function fileBytes(file: Uint8Array | string | object, what: string): Uint8Array {
  if (typeof file === "string") {
    if (!file.isWellFormed()) throw new AppError("invalid-input", `${what}: the text holds lone surrogates`);
    return utf8(file);
  }
  return file instanceof Uint8Array ? file : signedFileBytes(file);
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new AppError("too-large", `the file has ${bytes.length} bytes; ${what}s have at most ${MAX_FILE_BYTES}`);
  }
  if (deepestNesting(bytes) > MAX_NESTING) {
    throw new AppError("invalid-input", `${what}: not JSON of a ${what}: nested deeper than ${MAX_NESTING} levels`);
  }
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new AppError("invalid-input", `${what}: not JSON: ${messageOf(cause)}`, { cause });
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

/** Adds a check of a commitment to the report. @param what it is over, as in "the result" */
export function addCheck(report: FileReport, name: string, ok: boolean, what: string): void {
  const verb = what.endsWith("s") ? ["are those", "are not those"] : ["is the one", "is not the one"];
  report.checks.push({ name, ok, detail: `${what} ${ok ? verb[0] : verb[1]} that the leaf commits to` });
}

/** Place in the log and signatures of its head; a proof that cannot be read becomes a failed check. */
export async function checkProof(
  report: FileReport,
  { manifest, proof }: { manifest: object; proof: string },
  keys: readonly VerifierKey[],
  mldsa: MlDsa44,
): Promise<void> {
  try {
    const { index, path, checkpoint: text } = parseProof(proof);
    const note = parseNote(text);
    const { checkpoint, timestamp, checks } = await checkCheckpoint(note, keys, mldsa);
    const { origin, size, rootHash } = checkpoint;
    report.log = { origin, size, rootHash: toHex(rootHash), signedAtSeconds: timestamp, index };
    const included = verifyInclusion(index, size, leafHash(manifestBytes(manifest)), path, rootHash);
    const place = included
      ? `the manifest is leaf ${index} of ${size}`
      : `the manifest is not leaf ${index} of the log's ${size} leaves, or the path to it was altered`;
    report.checks.push({ name: "inclusion", ok: included, detail: place }, ...checks);
    const unwanted = unwantedSignatures(note, keys);
    if (unwanted !== undefined) report.checks.push({ name: "signatures", ok: false, detail: unwanted });
  } catch (error) {
    report.checks.push(failedCheck("proof", error));
  }
}

/** A line by another key would be the one place of the file that nothing checks; two orders would be two files. */
function unwantedSignatures({ signatures }: Note, keys: readonly VerifierKey[]): string | undefined {
  if (signatures.length !== 2) {
    return `the checkpoint has ${signatures.length} signatures; a file carries the log's two and no others`;
  }
  const types = signatures.map(({ name, keyId }) => keys.find((key) => key.name === name && key.keyId === keyId)?.type);
  return types[0] === ML_DSA_44_TYPE && types[1] === ED25519_TYPE
    ? "the two signatures are not in their one order: Ed25519, then ML-DSA-44"
    : undefined;
}

/** What is no AppError is a fault of ours and must not be told apart from success by a caller who only looks at `ok`. */
export function failedCheck(name: string, error: unknown): Check {
  if (!(error instanceof AppError)) throw error;
  return { name, ok: false, detail: error.message };
}
