import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, equalBytes, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "../../ts/core/bytes.ts";

describe("bytes", () => {
  it("encodes as Node's Buffer does, and back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: "medium" }), (bytes) => {
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString("hex"));
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(["a", "zz", "0x"])("refuses %s as hexadecimal", (text) => expect(() => fromHex(text)).toThrow(TypeError));
  it.each(["a", "ab=c", "ab c", "YQ", "YR=="])("refuses %s as base64 or gives its one byte", (text) => {
    if (text === "YR==") expect(fromBase64(text)).toEqual(utf8("a"));
    else expect(() => fromBase64(text)).toThrow(TypeError);
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => fromUtf8(Uint8Array.of(0xff))).toThrow(TypeError);
    expect(fromUtf8(utf8("ψ"))).toBe("ψ");
    expect(fromUtf8(utf8("\ufeffψ"))).toBe("\ufeffψ");
  });

  it("joins and compares", () => {
    expect(concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });
});

it("base64 as long as a request is read", () => {
  expect(fromBase64("A".repeat(8_000_000)).length).toBe(6_000_000);
  for (const text of ["A", "AA", "AAA", "A===", "AA=A", "====", "AAAA=", "AAA\n", "AA-_"])
    expect(() => fromBase64(text)).toThrow(TypeError);
});
