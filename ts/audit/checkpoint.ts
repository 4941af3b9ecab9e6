import { concatBytes, equalBytes, toBase64, utf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { HASH_SIZE, type Hash } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import {
  decodeBase64,
  ED25519_TYPE,
  ML_DSA_44_TYPE,
  type Note,
  parseNote,
  signaturesBy,
  type VerifierKey,
} from "./note.ts";

// Checkpoints (c2sp.org/tlog-checkpoint) under two signatures of the log: Ed25519 over the text, and the timestamped ML-DSA-44
// cosignature of c2sp.org/tlog-cosignature.

/** The head of a log: what its signatures say. */
export interface Checkpoint {
  origin: string;
  /** Number of leaves. */
  size: number;
  rootHash: Hash;
}

export interface VerifiedCheckpoint extends Checkpoint {
  /** Of the ML-DSA-44 signature, seconds since 1970. */
  timestamp: number;
  /** The signed note, as it was read. */
  note: string;
}

/** One thing that was checked, and what was found. */
export interface Check {
  name: string;
  ok: boolean;
  detail: string;
}

/** ML-DSA-44 signatures of the specification have no context string. */
export const COSIGNATURE_CONTEXT: Uint8Array = new Uint8Array();
const COSIGNATURE_LABEL = utf8("subtree/v1\n\0");
const TIMESTAMP_SIZE = 8;

export function formatCheckpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.rootHash)}\n`;
}

/**
 * @throws {AppError} `invalid-input` when it is not three lines of origin, size and root hash. Extension lines are refused: the
 * ML-DSA-44 signature does not cover them.
 */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  if (rest.length !== 1 || rest[0] !== "" || origin === "") {
    throw new AppError("invalid-input", "checkpoint: the text must be three lines: origin, size, root hash");
  }
  return {
    origin,
    size: parseDecimal(size, "checkpoint: the size"),
    rootHash: parseHash(root, "checkpoint: the root hash"),
  };
}

/** The bytes that an ML-DSA-44 cosigner signs: `cosigned_message` for the subtree from 0 to the checkpoint's size. */
export function cosignedMessage(cosigner: string, timestamp: number, checkpoint: Checkpoint): Uint8Array {
  return concatBytes(
    COSIGNATURE_LABEL,
    shortString(cosigner),
    uint64(timestamp),
    shortString(checkpoint.origin),
    uint64(0),
    uint64(checkpoint.size),
    checkpoint.rootHash,
  );
}

/** `timestamped_signature`: eight bytes of time, then the signature. */
export function timestampedSignature(timestamp: number, signature: Uint8Array): Uint8Array {
  return concatBytes(uint64(timestamp), signature);
}

/**
 * Checks the origin and both signatures of a checkpoint against keys that the caller trusts. Lines of other keys (witnesses) are
 * not looked at, as the specification wants it.
 *
 * @returns the checks in order; all must be `ok`
 */
export async function checkCheckpoint(
  note: Note,
  trustedKeys: readonly VerifierKey[],
  mldsa: MlDsa44,
): Promise<{ checkpoint: Checkpoint; timestamp: number; checks: Check[] }> {
  const checkpoint = parseCheckpointText(note.text);
  const ofOrigin = trustedKeys.filter((key) => key.name === checkpoint.origin);
  const checks: Check[] = [];
  const known = (type: number): readonly VerifierKey[] => ofOrigin.filter((key) => key.type === type);
  const missing = [
    ...(known(ED25519_TYPE).length === 0 ? ["Ed25519"] : []),
    ...(known(ML_DSA_44_TYPE).length === 0 ? ["ML-DSA-44"] : []),
  ];
  checks.push({
    name: "trusted-log",
    ok: missing.length === 0,
    detail:
      missing.length === 0
        ? `log '${checkpoint.origin}' is trusted`
        : `no trusted ${missing.join(" and no ")} key for log '${checkpoint.origin}'; give its verifier keys with --log-key`,
  });
  checks.push(
    await checkSignature("ed25519", note, known(ED25519_TYPE), (key, signature) =>
      verifyEd25519(key.publicKey, utf8(note.text), signature),
    ),
  );
  let timestamp = 0;
  checks.push(
    await checkSignature("ml-dsa-44", note, known(ML_DSA_44_TYPE), async (key, signature) => {
      timestamp = readTimestamp(signature);
      if (timestamp === 0) return false;
      const message = cosignedMessage(key.name, timestamp, checkpoint);
      return mldsa.verify(key.publicKey, message, COSIGNATURE_CONTEXT, signature.subarray(TIMESTAMP_SIZE));
    }),
  );
  if (checkpoint.size === 0 && !equalBytes(checkpoint.rootHash, sha256(new Uint8Array()))) {
    checks.push({
      name: "empty-root",
      ok: false,
      detail: "the checkpoint of an empty log has a root hash that is not its own",
    });
  }
  return { checkpoint, timestamp, checks };
}

/**
 * @throws {AppError} `invalid-input` when the note is malformed, `integrity-violation` when a signature does not hold or no
 * trusted key made it
 */
export async function verifyCheckpoint(
  text: string,
  trustedKeys: readonly VerifierKey[],
  mldsa: MlDsa44,
): Promise<VerifiedCheckpoint> {
  const { checkpoint, timestamp, checks } = await checkCheckpoint(parseNote(text), trustedKeys, mldsa);
  const failed = checks.find((check) => !check.ok);
  if (failed !== undefined) throw new AppError("integrity-violation", `checkpoint refused: ${failed.detail}`);
  return { ...checkpoint, timestamp, note: text };
}

/** @throws {AppError} `invalid-input` naming `what` */
export function parseDecimal(text: string, what: string): number {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new AppError("invalid-input", `${what} must be a decimal number from 0 to 2^53 − 1 without leading zeros`);
  }
  return Number(text);
}

/** @throws {AppError} `invalid-input` naming `what` */
export function parseHash(text: string, what: string): Hash {
  const hash = decodeBase64(text, what);
  if (hash.length !== HASH_SIZE)
    throw new AppError("invalid-input", `${what} must have ${HASH_SIZE} bytes, got ${hash.length}`);
  return hash;
}

/** Every line that claims to be by a trusted key must hold, and there must be one. */
async function checkSignature(
  name: string,
  note: Note,
  keys: readonly VerifierKey[],
  holds: (key: VerifierKey, signature: Uint8Array) => Promise<boolean>,
): Promise<Check> {
  let found = 0;
  for (const key of keys) {
    for (const { signature } of signaturesBy(note, key)) {
      found++;
      if (!(await holds(key, signature)))
        return { name, ok: false, detail: `the ${name} signature of '${key.name}' does not hold` };
    }
  }
  return found > 0
    ? { name, ok: true, detail: `the ${name} signature holds` }
    : { name, ok: false, detail: `there is no ${name} signature by a trusted key` };
}

/** 0, which is never valid here, when there is none or it is beyond what numbers carry exactly. */
function readTimestamp(signature: Uint8Array): number {
  if (signature.length <= TIMESTAMP_SIZE) return 0;
  const seconds = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(seconds) ? seconds : 0;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** `opaque<1..2^8-1>` of RFC 8446: one byte of length, then the bytes. */
function shortString(text: string): Uint8Array {
  const bytes = utf8(text);
  if (bytes.length < 1 || bytes.length > 255) {
    throw new AppError(
      "invalid-input",
      `a log's name must have 1 to 255 bytes for ML-DSA-44 cosignatures, got ${bytes.length}`,
    );
  }
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}
