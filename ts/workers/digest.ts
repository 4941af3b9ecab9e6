import { sha256 } from "../core/sha256.ts";

/** Above this, handing the bytes to WebCrypto's thread costs less than hashing them in JavaScript. */
const SUBTLE_FROM_BYTES = 4096;

/** SHA-256 by WebCrypto where it is offered (secure contexts and Node) and worth the way, else in JavaScript. */
export async function sha256Quick(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined || bytes.length < SUBTLE_FROM_BYTES) return sha256(bytes);
  return new Uint8Array(await subtle.digest("SHA-256", bytes));
}
