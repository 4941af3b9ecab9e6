import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hmacSha256 } from "../../ts/core/sha256.ts";

const filled = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, k) => (k * 31 + seed) & 255);

describe("HMAC-SHA-256", () => {
  // Around a block of the key, and around what is hashed in one piece; each after the other, which share a buffer.
  const keys = [0, 1, 32, 63, 64, 65, 200];
  const lengths = [2000, 1025, 1024, 1023, 64, 1, 0, 500];
  it.each(keys)("is Node's, with a key of %d bytes", (keyBytes) => {
    const key = filled(keyBytes, 3);
    for (const length of lengths) {
      const message = filled(length, keyBytes);
      const expected = createHmac("sha256", key).update(message).digest("hex");
      expect(Buffer.from(hmacSha256(key, message)).toString("hex"), `${length} bytes`).toBe(expected);
    }
  });

  it("is that of RFC 4231, case 2", () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    expect(Buffer.from(hmacSha256(text("Jefe"), text("what do ya want for nothing?"))).toString("hex")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});
