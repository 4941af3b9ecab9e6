import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { decodeResultContainer } from "../../ts/models/result-container.ts";
import { BELL, buildContainer } from "./container-builder.ts";

const refused = expect.objectContaining({ name: "AppError", code: "integrity-violation" });

describe("a result container", () => {
  it("is read without copying its data", () => {
    const bytes = buildContainer(BELL);
    const { schema, sections } = decodeResultContainer(bytes);
    expect(schema).toBe("circuit-result/1");
    expect([...sections.keys()]).toEqual(["bits", "counts.shots", "counts.words"]);
    const shots = sections.get("counts.shots");
    expect(shots).toMatchObject({ dtype: "u64", dims: [2], data: BigUint64Array.of(498n, 502n) });
    expect(shots?.data.buffer).toBe(bytes.buffer);
  });

  it("is read from bytes that start anywhere in their buffer", () => {
    const bytes = buildContainer(BELL);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decodeResultContainer(shifted)).toEqual(decodeResultContainer(bytes));
  });

  it.each([
    ["another magic", (bytes: Uint8Array) => bytes.with(0, 0x6b), /does not start with KFRESULT/],
    ["padding that is not zero", (bytes: Uint8Array) => bytes.with(30, 1), /byte 30, padding, is not zero/],
    ["a byte behind its end", (bytes: Uint8Array) => Uint8Array.of(...bytes, 0), /1 bytes follow/],
    ["an unknown data type", (bytes: Uint8Array) => bytes.with(42, 6), /data type 6/],
    ["rank 0", (bytes: Uint8Array) => bytes.with(43, 0), /rank 0/],
    ["a dimension beyond 2⁵³", (bytes: Uint8Array) => bytes.with(55, 0xff), /dimension/],
    ["more sections than there are", (bytes: Uint8Array) => bytes.with(32, 4), /ends inside/],
  ])("with %s is refused", (_, change, reason) => {
    expect(() => decodeResultContainer(change(buildContainer(BELL)))).toThrow(reason);
    expect(() => decodeResultContainer(change(buildContainer(BELL)))).toThrow(refused);
  });

  it("with names that do not ascend is refused", () => {
    expect(() => decodeResultContainer(buildContainer([...BELL].reverse()))).toThrow(/names must ascend/);
    expect(() => decodeResultContainer(buildContainer([...BELL, ...BELL.slice(2)]))).toThrow(/names must ascend/);
  });

  it("cut anywhere is refused", () => {
    const bytes = buildContainer(BELL);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeResultContainer(bytes.subarray(0, length))).toThrow(refused);
    }
  });

  it("mutated in any way is read or refused, never more", () => {
    const bytes = buildContainer(BELL);
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const mutated = bytes.slice();
        for (const [at, byte] of changes) mutated[at] = byte;
        try {
          decodeResultContainer(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 3000, seed: 5 },
    );
  });
});
