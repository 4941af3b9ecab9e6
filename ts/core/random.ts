/** The largest seed: whole numbers to 2⁵³ − 1 are those that JSON carries exactly. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/** A fresh seed with 53 random bits. */
export function freshSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high & 0x1fffff) * 2 ** 32 + low;
}
