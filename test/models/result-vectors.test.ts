import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import type { CircuitOptions } from "../../ts/models/circuit.ts";
import { toCircuitResult } from "../../ts/models/circuit-result.ts";
import { decodeResultContainer } from "../../ts/models/result-container.ts";

interface ContainerVector {
  name: string;
  options: CircuitOptions;
  hex: string;
  sha256: string;
  /** Words of u64 sections are decimal strings. */
  meaning: {
    schema: string;
    sections: { name: string; dtype: string; shape: number[]; values: (number | string)[] }[];
  };
}

const folder = new URL("../vectors/result-container/", import.meta.url);
const vectors: ContainerVector[] = readdirSync(folder).map((file) =>
  JSON.parse(readFileSync(new URL(file, folder), "utf8")),
);

describe("containers that the engine wrote", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s means what the vector says", (_, vector) => {
    const bytes = fromHex(vector.hex);
    const { schema, sections } = decodeResultContainer(bytes);
    const read = [...sections.values()].map(({ name, dtype, dims, data }) => ({
      name,
      dtype,
      shape: dims,
      values: Array.from<number | bigint, number | string>(data, (value) =>
        typeof value === "bigint" ? `${value}` : value,
      ),
    }));
    expect({ schema, sections: read }).toEqual(vector.meaning);
    expect(toHex(sha256(bytes))).toBe(vector.sha256);
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s answers its options", (_, vector) => {
    const counts = vector.meaning.sections.find((section) => section.name === "counts.shots")?.values ?? [];
    const result = toCircuitResult(fromHex(vector.hex), vector.options);
    expect(Object.values(result.counts ?? {}).sort()).toEqual(counts.map(Number).sort());
    expect(Object.keys(result)).toHaveLength(1 + countOf(vector.options));
  });

  it("covers outcomes of several words", () => {
    const wide = vectors.find((vector) => vector.name === "two-words-per-outcome");
    const { counts } = toCircuitResult(fromHex(wide?.hex ?? ""), wide?.options ?? {});
    expect(Object.keys(counts ?? {}).map((key) => key.length)).toEqual([65, 65]);
  });
});

/** Options that each ask for one member of the result. */
function countOf({ shots, precision, ...asking }: CircuitOptions & { seed?: number }): number {
  return Object.keys(asking).filter((key) => key !== "seed").length;
}
