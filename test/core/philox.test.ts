import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventWords, type FourWords, philox4x32, uniform } from "../../ts/core/philox.ts";

interface Vector {
  counter: string[];
  key: string[];
  output: string[];
}
const { cases } = JSON.parse(readFileSync(new URL("../vectors/philox.json", import.meta.url), "utf8")) as {
  cases: Vector[];
};

const words = (row: string[]): number[] => row.map((word) => Number.parseInt(word, 16));

/** The definition in whole numbers of any size. */
function naivePhilox(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 0xffff_ffffn;
  let [a = 0n, b = 0n, c = 0n, d = 0n] = counter.map(BigInt);
  let [k0 = 0n, k1 = 0n] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const [p, q] = [0xd2511f53n * a, 0xcd9e8d57n * c];
    [a, b, c, d] = [(q >> 32n) ^ b ^ k0, q & mask, (p >> 32n) ^ d ^ k1, p & mask];
    [k0, k1] = [(k0 + 0x9e3779b9n) & mask, (k1 + 0xbb67ae85n) & mask];
  }
  return [a, b, c, d].map(Number);
}

const Word = fc.nat({ max: 0xffff_ffff });

describe("Philox4x32-10", () => {
  it("gives the published answers", () => {
    expect(cases).toHaveLength(3);
    for (const { counter, key, output } of cases) {
      expect(philox4x32(words(counter) as unknown as FourWords, words(key) as [number, number])).toEqual(words(output));
    }
  });

  it("is its definition on any words", () => {
    fc.assert(
      fc.property(fc.tuple(Word, Word, Word, Word), fc.tuple(Word, Word), (counter, key) => {
        expect(philox4x32(counter, key)).toEqual(naivePhilox(counter, key));
      }),
    );
  });

  it("is keyed by both words of the seed and of the index", () => {
    const seed = 5 * 2 ** 32 + 7;
    const index = 11 * 2 ** 32 + 13;
    expect(eventWords(seed, 33, index, 17)).toEqual(philox4x32([13, 11, 17, 33], [7, 5]));
  });

  it("makes uniform numbers of the upper 53 bits, as crates/rng", () => {
    expect(uniform([0, 0, 1, 1])).toBe(0);
    expect(uniform([0xffff_ffff, 0xffff_ffff, 0, 0])).toBe(1 - 2 ** -53);
    expect(uniform([1 << 11, 0, 0, 0])).toBe(2 ** -53);
    expect(uniform([(1 << 11) - 1, 0, 0, 0])).toBe(0);
    expect(uniform([0, 0x8000_0000, 0, 0])).toBe(0.5);
  });
});
