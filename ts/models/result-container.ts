import { AppError } from "../core/errors.ts";

interface SectionOf<Dtype extends string, Data> {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly number[];
  /** A view of the container's own bytes, not a copy. */
  readonly data: Data;
}

export type Section =
  | SectionOf<"u8", Uint8Array>
  | SectionOf<"u32", Uint32Array>
  | SectionOf<"u64", BigUint64Array>
  | SectionOf<"f32", Float32Array>
  | SectionOf<"f64", Float64Array>;

export interface ResultContainer {
  readonly schema: string;
  /** By name, in the order of the container: ascending. */
  readonly sections: ReadonlyMap<string, Section>;
}

const MAGIC = "KFRESULT";
const MAX_RANK = 8;
/** By the number that stands for it. */
const DTYPES = [undefined, "u8", "u32", "u64", "f32", "f64"] as const;
const ELEMENT_BYTES = { u8: 1, u32: 4, u64: 8, f32: 4, f64: 8 } as const;

const hostIsLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function broken(message: string): AppError {
  return new AppError("integrity-violation", `not a result container: ${message}`);
}

/** Reads forward through untrusted bytes; every step checks that the bytes are there. */
class Reader {
  readonly #bytes: Uint8Array<ArrayBufferLike>;
  readonly #view: DataView;
  offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.offset;
  }

  /** Moves over `length` bytes. @returns where they start */
  take(length: number, what: string): number {
    if (length > this.remaining) throw broken(`it ends inside ${what}, at byte ${this.#bytes.length}`);
    const start = this.offset;
    this.offset += length;
    return start;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.take(1, what));
  }

  u16(what: string): number {
    return this.#view.getUint16(this.take(2, what), true);
  }

  u32(what: string): number {
    return this.#view.getUint32(this.take(4, what), true);
  }

  /** @throws {AppError} also for what no length in memory can be */
  u64(what: string): number {
    const value = this.#view.getBigUint64(this.take(8, what), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(`${what} is ${value}`);
    return Number(value);
  }

  /** Printable ASCII without spaces. */
  name(length: number, what: string): string {
    const start = this.take(length, what);
    let text = "";
    for (const byte of this.#bytes.subarray(start, start + length)) {
      if (byte <= 0x20 || byte >= 0x7f) throw broken(`${what} holds byte ${byte}, which is not printable ASCII`);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  zeros(length: number, what: string): void {
    const start = this.take(length, what);
    for (let k = start; k < this.offset; k++) {
      if (this.#bytes[k] !== 0) throw broken(`byte ${k}, ${what}, is not zero`);
    }
  }

  padding(): void {
    this.zeros((8 - (this.offset % 8)) % 8, "padding");
  }
}

function section(reader: Reader, bytes: Uint8Array): Section {
  const nameLength = reader.u16("the length of a section's name");
  const dtypeNumber = reader.u8("a data type");
  const rank = reader.u8("a rank");
  reader.zeros(4, "reserved");
  const dtype = DTYPES[dtypeNumber];
  if (dtype === undefined) throw broken(`data type ${dtypeNumber} is unknown`);
  if (rank === 0 || rank > MAX_RANK) throw broken(`a section of rank ${rank}; ranks are 1 to ${MAX_RANK}`);
  const dims = Array.from({ length: rank }, () => reader.u64("a dimension"));
  const name = reader.name(nameLength, "a section's name");
  if (name === "") throw broken("a section without a name");
  reader.padding();
  // A product beyond 2⁵³ is inexact but still larger than any container, so the comparison in take() holds.
  const length = dims.reduce((product, dim) => product * dim, 1);
  const start = bytes.byteOffset + reader.take(length * ELEMENT_BYTES[dtype], `section ${name}`);
  reader.padding();
  const buffer = bytes.buffer;
  switch (dtype) {
    case "u8":
      return { name, dtype, dims, data: new Uint8Array(buffer, start, length) };
    case "u32":
      return { name, dtype, dims, data: new Uint32Array(buffer, start, length) };
    case "u64":
      return { name, dtype, dims, data: new BigUint64Array(buffer, start, length) };
    case "f32":
      return { name, dtype, dims, data: new Float32Array(buffer, start, length) };
    case "f64":
      return { name, dtype, dims, data: new Float64Array(buffer, start, length) };
  }
}

/**
 * Reads a result container (docs/result-container.md) from untrusted bytes. The sections are views of the given bytes; only bytes
 * that do not start at a multiple of 8 of their buffer, as small Node buffers may, are copied first.
 *
 * @throws {AppError} `integrity-violation` for anything but exactly one well-formed container
 */
export function decodeResultContainer(untrusted: Uint8Array): ResultContainer {
  if (!hostIsLittleEndian) {
    throw new AppError(
      "unsupported",
      "result containers are little-endian and this machine is not; read it on another",
    );
  }
  const bytes = untrusted.byteOffset % 8 === 0 ? untrusted : new Uint8Array(untrusted);
  const reader = new Reader(bytes);
  if (reader.remaining < MAGIC.length || reader.name(MAGIC.length, "the magic") !== MAGIC) {
    throw broken(`it does not start with ${MAGIC}`);
  }
  const schema = reader.name(reader.u32("the length of the schema id"), "the schema id");
  reader.padding();
  const count = reader.u32("the number of sections");
  reader.zeros(4, "reserved");
  const sections = new Map<string, Section>();
  let previous = "";
  for (let k = 0; k < count; k++) {
    const next = section(reader, bytes);
    if (next.name <= previous) throw broken(`section ${next.name} comes after ${previous}; names must ascend`);
    previous = next.name;
    sections.set(next.name, next);
  }
  if (reader.remaining > 0) throw broken(`${reader.remaining} bytes follow its last section`);
  return { schema, sections };
}
