/** The largest seed: whole numbers to 2⁵³ − 1 are those that JSON carries exactly. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/** Drawn for many callers at once: asking the operating system costs 1 µs, taking 16 bytes of what it gave does not. */
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Random bytes for ids, salts and secrets; each is given once and wiped from the pool. @param count up to 4096 */
export function freshBytes(count: number): Uint8Array {
  if (used + count > POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const bytes = pool.slice(used, used + count);
  pool.fill(0, used, used + count);
  used += count;
  return bytes;
}

/** A fresh seed with 53 random bits. */
export function freshSeed(): number {
  const [high = 0, low = 0] = new Uint32Array(freshBytes(8).buffer);
  return (high & 0x1fffff) * 2 ** 32 + low;
}
