import fc from "fast-check";
import { expect, it } from "vitest";
import { GatheredBytes } from "../../ts/http/gathered-bytes.ts";

it("gathered bytes are the pieces in their order, and begin anew when they were taken", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 9000 })), { maxLength: 4 }), (rounds) => {
      const gathered = new GatheredBytes();
      for (const pieces of rounds) {
        for (const piece of pieces) gathered.add(piece);
        const all = Buffer.concat(pieces);
        expect(gathered.length).toBe(all.length);
        expect(Buffer.from(gathered.take()).equals(all)).toBe(true);
        expect(gathered.length).toBe(0);
      }
    }),
  );
});

it("a million pieces of one byte take two bytes each at most", () => {
  const gathered = new GatheredBytes();
  for (let k = 0; k < 1_000_000; k++) gathered.add(new Uint8Array([k & 255]));
  const bytes = gathered.take();
  expect(bytes.length).toBe(1_000_000);
  expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2_000_000 + 8192);
  expect(bytes[999_999]).toBe(999_999 & 255);
});
