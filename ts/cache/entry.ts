import { createHash } from "node:crypto";
import { deflateRaw, inflateRawSync } from "node:zlib";

/** What is kept under a key, and how long it counts. Times are milliseconds since 1970. */
export interface Entry {
  readonly key: string;
  readonly content: Uint8Array;
  readonly storedAt: number;
  /** From then on it is stale: given once more while somebody makes a new one. */
  readonly freshUntil: number;
  /** From then on it is nothing. */
  readonly staleUntil: number;
}

/** Smaller content gains less than its time is worth. */
const COMPRESSED_FROM_BYTES = 1024;
const MAGIC = 0x6b666531; // kfe1
const HEAD_BYTES = 4 + 1 + 3 * 8 + 4 + 4;
const DIGEST_BYTES = 32;

/**
 * One buffer: magic, whether it is deflated, three times as f64, lengths of key and content as u32, key, payload, and SHA-256 over
 * all of that.
 */
export async function encodeEntry({ key, content, storedAt, freshUntil, staleUntil }: Entry): Promise<Buffer> {
  const deflated = content.length >= COMPRESSED_FROM_BYTES ? await deflate(content) : content;
  const isDeflated = deflated.length < content.length;
  const payload = isDeflated ? deflated : content;
  const name = Buffer.from(key);
  const bytes = Buffer.alloc(HEAD_BYTES + name.length + payload.length + DIGEST_BYTES);
  let at = bytes.writeUInt32BE(MAGIC);
  at = bytes.writeUInt8(isDeflated ? 1 : 0, at);
  for (const time of [storedAt, freshUntil, staleUntil]) at = bytes.writeDoubleBE(time, at);
  at = bytes.writeUInt32BE(name.length, at);
  at = bytes.writeUInt32BE(content.length, at);
  bytes.set(name, at);
  bytes.set(payload, at + name.length);
  bytes.set(digest(bytes), bytes.length - DIGEST_BYTES);
  return bytes;
}

/** @returns undefined for what is no entry, or no longer what was kept */
export function decodeEntry(bytes: Uint8Array): Entry | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.length < HEAD_BYTES + DIGEST_BYTES || buffer.readUInt32BE() !== MAGIC) return undefined;
  const end = buffer.length - DIGEST_BYTES;
  if (!digest(buffer).equals(buffer.subarray(end))) return undefined;
  const [storedAt, freshUntil, staleUntil] = [5, 13, 21].map((at) => buffer.readDoubleBE(at)) as [
    number,
    number,
    number,
  ];
  const contentAt = HEAD_BYTES + buffer.readUInt32BE(29);
  const payload = buffer.subarray(contentAt, end);
  const content = buffer[4] === 1 ? inflateRawSync(payload, { maxOutputLength: buffer.readUInt32BE(33) }) : payload;
  return { key: buffer.toString("utf8", HEAD_BYTES, contentAt), content, storedAt, freshUntil, staleUntil };
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256")
    .update(bytes.subarray(0, bytes.length - DIGEST_BYTES))
    .digest();
}

/** On a thread of zlib's: nobody waits for what is being kept. */
function deflate(content: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(content, { level: 3 }, (error, bytes) => (error === null ? resolve(bytes) : reject(error)));
  });
}
