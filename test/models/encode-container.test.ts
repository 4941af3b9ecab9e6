import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { encodeResultContainer, type SectionData } from "../../ts/models/encode-container.ts";
import { decodeResultContainer } from "../../ts/models/result-container.ts";
import { BELL, buildContainer } from "./container-builder.ts";

const folder = new URL("../vectors/result-container/", import.meta.url);
const vectors: { name: string; hex: string }[] = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);

const Name = fc.stringMatching(/^[!-~]{1,20}$/);
const Data = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint32Array({ maxLength: 20 }),
  fc.bigUint64Array({ maxLength: 20 }),
  fc.float32Array({ maxLength: 20, noNaN: true }),
  fc.float64Array({ maxLength: 20, noNaN: true }),
);

describe("the writer of containers", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("writes %s as the engine did", (_, { hex }) => {
    const { schema, sections } = decodeResultContainer(fromHex(hex));
    // In the opposite order: the writer sorts.
    expect(toHex(encodeResultContainer(schema, [...sections.values()].reverse()))).toBe(hex);
  });

  it("writes what the specification says, on any sections", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ name: Name, data: Data }), { selector: ({ name }) => name }), (drawn) => {
        const sections = drawn.map(({ name, data }) => ({ name, dims: [data.length, 1], data: zeroed(data) }));
        const ordered = sections.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        const bytes = encodeResultContainer(
          "any/1",
          drawn.map(({ name, data }) => ({ name, dims: [data.length, 1], data })),
        );
        expect(toHex(bytes)).toBe(toHex(buildContainer(ordered, "any/1")));
      }),
    );
  });

  it("stops on what is not a number, whatever else there is", () => {
    for (const data of [Float64Array.of(1, Number.NaN), Float32Array.of(1, Number.NaN)]) {
      const write = () => encodeResultContainer("any/1", [...BELL, { name: "x", dims: [2], data }]);
      expect(write).toThrow(
        expect.objectContaining({ code: "engine-failure", message: expect.stringContaining("x[1]") }),
      );
    }
  });

  it("refuses a shape that does not fit and a name that is there twice", () => {
    const x = { name: "x", dims: [2], data: Uint8Array.of(1) };
    expect(() => encodeResultContainer("any/1", [x])).toThrow("section x has 1 values, which is not 2");
    const fits = { ...x, dims: [1] };
    expect(() => encodeResultContainer("any/1", [fits, fits])).toThrow("section x is there twice");
  });
});

/** As the writer writes it: −0 as 0. */
function zeroed(data: SectionData): SectionData {
  return data instanceof Float32Array || data instanceof Float64Array ? data.map((value) => value + 0) : data;
}
