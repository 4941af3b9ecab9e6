import * as z from "zod";
import { fromBase64, toBase64, toHex } from "../core/bytes.ts";
import { hmacSha256 } from "../core/sha256.ts";

// Fields that all files of the log's family share.

/** 32 bytes in lower-case hexadecimal: a SHA-256, an HMAC-SHA-256 or a salt. */
export const Hex32 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits");

/** RFC 3339 in UTC with milliseconds. */
export const Time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, "must be a UTC time with milliseconds");

/** Standard base64 in the one spelling of its bytes: the unused bits of the last character are zero. */
export const Base64 = z.string().refine(isCanonicalBase64, "must be standard base64 whose unused bits are zero");

/** A tlog-proof text: place in the log, path to its root, signed checkpoint. */
export const ProofText = z.string();

/** HMAC-SHA-256 with the salt as its key, in hexadecimal. */
export function commit(salt: Uint8Array, bytes: Uint8Array): string {
  return toHex(hmacSha256(salt, bytes));
}

function isCanonicalBase64(text: string): boolean {
  try {
    return toBase64(fromBase64(text)) === text;
  } catch (cause) {
    if (cause instanceof TypeError) return false;
    throw cause;
  }
}
