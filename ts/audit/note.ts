import { concatBytes, fromBase64, toBase64, utf8 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";

// Signed notes and verifier keys: c2sp.org/signed-note. The commit that was read is named in docs/log.md.

/** Signature types of signed-note that Ketflow's logs use. */
export const ED25519_TYPE = 0x01;
export const ML_DSA_44_TYPE = 0x06;

const PUBLIC_KEY_SIZES: ReadonlyMap<number, number> = new Map([
  [ED25519_TYPE, 32],
  [ML_DSA_44_TYPE, 1312],
]);

/** Notes must accept at least 16 signatures; more than 64 is not a note of any log. */
const MAX_SIGNATURES = 64;
const MAX_NOTE_SIZE = 1_000_000;

/** A public key with the name and type it is trusted for. */
export interface VerifierKey {
  name: string;
  /** The first four bytes of SHA-256 over name, type and key; finds a key, proves nothing. */
  keyId: number;
  type: number;
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  keyId: number;
  /** What follows the key id: its form depends on the type of the key. */
  signature: Uint8Array;
}

export interface Note {
  /** Ends in a newline. */
  text: string;
  signatures: NoteSignature[];
}

function computeKeyId(name: string, type: number, publicKey: Uint8Array): number {
  const digest = sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

export function verifierKey(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  return { name, keyId: computeKeyId(name, type, publicKey), type, publicKey };
}

/** `NAME+HEX(key id)+BASE64(type, public key)`. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${formatKeyId(key.keyId)}+${toBase64(concatBytes(Uint8Array.of(key.type), key.publicKey))}`;
}

/**
 * @throws {AppError} `invalid-input` when it is not a verifier key, its key id is not that of its key, or its type is none that
 * signs checkpoints here
 */
export function parseVerifierKey(text: string): VerifierKey {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text);
  const [, name = "", id = "", material = ""] = parts ?? [];
  if (parts === null || !isKeyName(name)) {
    throw new AppError("invalid-input", `'${shown}' is not a verifier key; one looks like NAME+HEX+BASE64`);
  }
  const bytes = decodeBase64(material, `the key of verifier key '${shown}'`);
  const type = bytes[0] ?? 0;
  const publicKey = bytes.slice(1);
  const size = PUBLIC_KEY_SIZES.get(type);
  if (size === undefined) {
    throw new AppError(
      "invalid-input",
      `verifier key '${shown}' has type ${type}; Ed25519 (1) and ML-DSA-44 (6) are known`,
    );
  }
  if (publicKey.length !== size) {
    throw new AppError("invalid-input", `verifier key '${shown}' holds ${publicKey.length} bytes of key, not ${size}`);
  }
  const key = verifierKey(name, type, publicKey);
  if (formatKeyId(key.keyId) !== id) {
    throw new AppError(
      "invalid-input",
      `verifier key '${shown}' says key id ${id}, but its key has ${formatKeyId(key.keyId)}: it was altered or cut off`,
    );
  }
  return key;
}

/**
 * Reads a signed note in its one form: what it returns, written again, is the same text.
 *
 * @throws {AppError} `invalid-input` saying what is not as the format wants it
 */
export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_SIZE)
    throw new AppError("invalid-input", `signed note: longer than ${MAX_NOTE_SIZE} characters`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids exactly these
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f]/.test(note)) {
    throw new AppError("invalid-input", "signed note: it holds control characters or is not Unicode text");
  }
  const split = note.lastIndexOf("\n\n");
  if (split < 0) throw new AppError("invalid-input", "signed note: there is no blank line between text and signatures");
  if (!note.endsWith("\n")) throw new AppError("invalid-input", "signed note: the last line does not end in a newline");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) {
    throw new AppError("invalid-input", `signed note: ${lines.length} signatures, at most ${MAX_SIGNATURES} are read`);
  }
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

export function formatNote(note: Note): string {
  const lines = note.signatures.map(({ name, keyId, signature }) => {
    const id = new Uint8Array(4);
    new DataView(id.buffer).setUint32(0, keyId);
    return `— ${name} ${toBase64(concatBytes(id, signature))}\n`;
  });
  return `${note.text}\n${lines.join("")}`;
}

/** The signatures that claim to be by this key. */
export function signaturesBy(note: Note, key: VerifierKey): NoteSignature[] {
  return note.signatures.filter((signature) => signature.name === key.name && signature.keyId === key.keyId);
}

/** The note with the signatures of these keys alone, in their order. */
export function keepSignatures(note: Note, keys: readonly VerifierKey[]): Note {
  return { text: note.text, signatures: keys.flatMap((key) => signaturesBy(note, key)) };
}

/**
 * Standard base64 with padding whose unused bits are zero, so that every value has one text.
 *
 * @throws {AppError} `invalid-input` naming `what`
 */
export function decodeBase64(text: string, what: string): Uint8Array {
  try {
    const bytes = fromBase64(text);
    if (toBase64(bytes) === text) return bytes;
  } catch (cause) {
    throw new AppError("invalid-input", `${what} is not base64`, { cause });
  }
  throw new AppError("invalid-input", `${what} is not base64 in its one form: bits after the last byte are set`);
}

function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

function formatKeyId(keyId: number): string {
  return keyId.toString(16).padStart(8, "0");
}

function parseSignatureLine(line: string, position: number): NoteSignature {
  const [, name = "", encoded = ""] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  if (!isKeyName(name)) {
    throw new AppError("invalid-input", `signed note: signature line ${position + 1} is not '— NAME BASE64'`);
  }
  const bytes = decodeBase64(encoded, `signed note: signature ${position + 1} (${name})`);
  if (bytes.length < 5)
    throw new AppError("invalid-input", `signed note: signature ${position + 1} (${name}) is too short`);
  return { name, keyId: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), signature: bytes.slice(4) };
}
