import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogramText } from "../../ts/pictures/histogram.ts";
import { textWidth } from "../../ts/pictures/labels.ts";

describe("histogramText", () => {
  it("sorts by frequency, then by outcome, and counts what it leaves out", () => {
    const counts = { "000": 100, "001": 3, "010": 2, "011": 100, "111": 819 };
    expect(`\n${histogramText(counts, { width: 50, top: 3 })}\n`).toMatchInlineSnapshot(`
      "
      111 ██████████████████████████████████ 819  80.0 %
      000 ████▏                              100   9.8 %
      011 ████▏                              100   9.8 %
      +2 more outcomes (5 shots, 0.5 %)
      "
    `);
  });

  it("shows probabilities as they are", () => {
    const probabilities = { "0": 0.25, "1": 0.75 };
    expect(`\n${histogramText(probabilities, { width: 40, kind: "probabilities" })}\n`).toMatchInlineSnapshot(`
      "
      1 █████████████████████████████ 0.750000
      0 █████████▋                    0.250000
      "
    `);
  });

  it("draws in ASCII", () => {
    expect(`\n${histogramText({ "0": 1, "1": 2 }, { width: 30, ascii: true })}\n`).toMatchInlineSnapshot(`
      "
      1 ################## 2  66.7 %
      0 #########          1  33.3 %
      "
    `);
  });

  it("has words for no bits and for no outcomes", () => {
    expect(histogramText({ "": 10 }, { width: 30 })).toMatch(/^\(no bits\) █+ +10 100\.0 %$/);
    expect(histogramText({})).toBe("no outcomes");
  });

  it("never exceeds its width, however long the outcomes are", () => {
    const outcome = fc.string({ unit: fc.constantFrom("0", "1"), minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(
        fc.dictionary(outcome, fc.integer({ min: 1, max: 10 ** 7 })),
        fc.integer({ min: 30, max: 120 }),
        (counts, width) => {
          for (const line of histogramText(counts, { width }).split("\n"))
            expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
