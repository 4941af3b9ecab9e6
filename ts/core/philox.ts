/** Four words of 32 bits, each 0…2³²−1. */
export type FourWords = readonly [number, number, number, number];

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const WORD = 0x1_0000_0000;

/**
 * The ten-round Philox bijection of `counter` under `key`: the same words as `crates/rng`, on every machine.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; its known answers are in
 * `test/vectors/philox.json`.
 */
export function philox4x32(counter: FourWords, key: readonly [number, number]): FourWords {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const [p, q] = [highProduct(MULTIPLIERS[0], a), highProduct(MULTIPLIERS[1], c)];
    const [lowP, lowQ] = [Math.imul(MULTIPLIERS[0], a) >>> 0, Math.imul(MULTIPLIERS[1], c) >>> 0];
    [a, b, c, d] = [(q ^ b ^ k0) >>> 0, lowQ, (p ^ d ^ k1) >>> 0, lowP];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The upper word of a product of two words, by halves: every intermediate number is below 2⁵³. */
function highProduct(x: number, y: number): number {
  const [xHigh, xLow, yHigh, yLow] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const middle = xHigh * yLow + Math.floor((xLow * yLow) / 0x10000);
  const carry = xLow * yHigh + (middle % 0x10000);
  return xHigh * yHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
}

/**
 * The four words of one event, as in `crates/rng`: key = seed, counter = (index low, index high, event, purpose).
 *
 * @param seed 0…2⁵³−1
 * @param purpose what the numbers are for: two purposes never share one
 * @param index 0…2⁵³−1
 * @param event 0…2³²−1
 */
export function eventWords(seed: number, purpose: number, index: number, event: number): FourWords {
  return philox4x32([index % WORD, Math.floor(index / WORD), event, purpose], [seed % WORD, Math.floor(seed / WORD)]);
}

/** Uniform on [0, 1) with 53 bits: the first number of `uniform_pair` of `crates/rng`. */
export function uniform([low, high]: FourWords): number {
  return (high * 0x20_0000 + (low >>> 11)) / 0x20_0000_0000_0000;
}
