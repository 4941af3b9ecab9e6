type Data = Uint8Array | Uint32Array | BigUint64Array | Float32Array | Float64Array;

export interface SectionToBuild {
  name: string;
  dims: number[];
  data: Data;
}

const DTYPE_OF = new Map<unknown, number>([
  [Uint8Array, 1],
  [Uint32Array, 2],
  [BigUint64Array, 3],
  [Float32Array, 4],
  [Float64Array, 5],
]);

/** Writes a result container straight from its specification, for tests of the reader. */
export function buildContainer(
  sections: readonly SectionToBuild[],
  schema = "circuit-result/1",
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const ascii = (text: string) => bytes.push(...new TextEncoder().encode(text));
  const number = (value: number, width: number) => {
    for (let k = 0, rest = BigInt(value); k < width; k++, rest >>= 8n) bytes.push(Number(rest & 255n));
  };
  const pad = () => {
    while (bytes.length % 8 !== 0) bytes.push(0);
  };
  ascii("KFRESULT");
  number(schema.length, 4);
  ascii(schema);
  pad();
  number(sections.length, 4);
  number(0, 4);
  for (const { name, dims, data } of sections) {
    number(name.length, 2);
    number(DTYPE_OF.get(data.constructor) ?? 0, 1);
    number(dims.length, 1);
    number(0, 4);
    for (const dim of dims) number(dim, 8);
    ascii(name);
    pad();
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) bytes.push(byte);
    pad();
  }
  return Uint8Array.from(bytes);
}

export const BELL: readonly SectionToBuild[] = [
  { name: "bits", dims: [1], data: Uint32Array.of(2) },
  { name: "counts.shots", dims: [2], data: BigUint64Array.of(498n, 502n) },
  { name: "counts.words", dims: [2, 1], data: BigUint64Array.of(0n, 3n) },
];
