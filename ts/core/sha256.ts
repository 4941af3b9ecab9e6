import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** Node's own, where there is one: 1 µs for a key or a leaf, of which noble needs 10. In one call, which takes half of two. */
const native = globalThis.process?.getBuiltinModule?.("node:crypto");

/** SHA-256 of the bytes, 32 bytes; synchronous, in Node and in the browser. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return native ? plain(native.hash("sha256", bytes, "buffer")) : nobleSha256(bytes);
}

const BLOCK = 64;
/** What is hashed for short messages: a block of the key and the message behind it. Two hashes in one call each take a third of Node's HMAC. */
const MOST_SHORT = 4096;
const short = new Uint8Array(BLOCK + MOST_SHORT);

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (!native) return hmac(nobleSha256, key, bytes);
  if (key.length > BLOCK || bytes.length > MOST_SHORT) {
    return plain(native.createHmac("sha256", key).update(bytes).digest());
  }
  for (let k = 0; k < BLOCK; k++) short[k] = (key[k] ?? 0) ^ 0x36;
  short.set(bytes, BLOCK);
  const inner = native.hash("sha256", short.subarray(0, BLOCK + bytes.length), "buffer");
  for (let k = 0; k < BLOCK; k++) short[k] = (key[k] ?? 0) ^ 0x5c;
  short.set(inner, BLOCK);
  const outer = plain(native.hash("sha256", short.subarray(0, BLOCK + 32), "buffer"));
  // Keys are secrets.
  short.fill(0, 0, BLOCK);
  return outer;
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
