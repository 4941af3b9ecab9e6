import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

/** Node's own, where there is one: 1 µs for a key or a leaf, of which noble needs 10. In one call, which takes half of two. */
const native = globalThis.process?.getBuiltinModule?.("node:crypto");

/** SHA-256 of the bytes, 32 bytes; synchronous, in Node and in the browser. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return native ? plain(native.hash("sha256", bytes, "buffer")) : nobleSha256(bytes);
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return native ? plain(native.createHmac("sha256", key).update(bytes).digest()) : hmac(nobleSha256, key, bytes);
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
