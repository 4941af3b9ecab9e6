import { AppError } from "../core/errors.ts";
import type { Section } from "./result-container.ts";

export type SectionData = Section["data"];

/** A section to write: `dims` multiply to the number of values, the last dimension fastest. */
export interface SectionToEncode {
  /** Printable ASCII without spaces. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: SectionData;
}

const MAGIC = "KFRESULT";

/** Writes forward into a buffer of the final size. */
class Writer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #offset = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  ascii(text: string): void {
    for (const character of text) this.bytes[this.#offset++] = character.charCodeAt(0);
  }

  #place(size: number): number {
    this.#offset += size;
    return this.#offset - size;
  }

  u8(value: number): void {
    this.#view.setUint8(this.#place(1), value);
  }

  u16(value: number): void {
    this.#view.setUint16(this.#place(2), value, true);
  }

  u32(value: number): void {
    this.#view.setUint32(this.#place(4), value, true);
  }

  u64(value: bigint): void {
    this.#view.setBigUint64(this.#place(8), value, true);
  }

  f32(value: number): void {
    this.#view.setFloat32(this.#place(4), value, true);
  }

  f64(value: number): void {
    this.#view.setFloat64(this.#place(8), value, true);
  }

  pad(): void {
    this.#offset = padded(this.#offset);
  }
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

function dtypeOf(data: SectionData): 1 | 2 | 3 | 4 | 5 {
  if (data instanceof Uint8Array) return 1;
  if (data instanceof Uint32Array) return 2;
  if (data instanceof BigUint64Array) return 3;
  return data instanceof Float32Array ? 4 : 5;
}

/**
 * Writes a result container (docs/result-container.md), byte for byte as `crates/container`: sections by ascending name, −0 as 0.
 *
 * @param schema such as `hybrid-result/1`
 * @throws {AppError} `engine-failure` for a float that is not a number, or a section whose shape does not fit or that is there
 *   twice: a wrong number is never returned
 */
export function encodeResultContainer(schema: string, sections: readonly SectionToEncode[]): Uint8Array<ArrayBuffer> {
  const ordered = [...sections].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  ordered.forEach(({ name, dims, data }, k) => {
    if (name === ordered[k - 1]?.name) throw broken(`section ${name} is there twice`);
    if (dims.reduce((product, dim) => product * dim, 1) !== data.length) {
      throw broken(`section ${name} has ${data.length} values, which is not ${dims.join("×")}`);
    }
  });
  const size = ordered.reduce(
    (sum, { name, dims, data }) => sum + padded(8 + 8 * dims.length + name.length) + padded(data.byteLength),
    padded(12 + schema.length) + 8,
  );
  const writer = new Writer(size);
  writer.ascii(MAGIC);
  writer.u32(schema.length);
  writer.ascii(schema);
  writer.pad();
  writer.u32(ordered.length);
  writer.u32(0);
  for (const section of ordered) writeSection(writer, section);
  return writer.bytes;
}

function writeSection(writer: Writer, { name, dims, data }: SectionToEncode): void {
  writer.u16(name.length);
  writer.u8(dtypeOf(data));
  writer.u8(dims.length);
  writer.u32(0);
  for (const dim of dims) writer.u64(BigInt(dim));
  writer.ascii(name);
  writer.pad();
  if (data instanceof Uint8Array) for (const value of data) writer.u8(value);
  else if (data instanceof Uint32Array) for (const value of data) writer.u32(value);
  else if (data instanceof BigUint64Array) for (const value of data) writer.u64(value);
  else {
    data.forEach((value, k) => {
      if (Number.isNaN(value)) throw broken(`${name}[${k}] is not a number`);
      // Adding +0 turns −0 into 0 and changes nothing else.
      if (data instanceof Float32Array) writer.f32(value + 0);
      else writer.f64(value + 0);
    });
  }
  writer.pad();
}

function broken(message: string): AppError {
  return new AppError("engine-failure", `the result cannot be written: ${message}`);
}
