import type { SparseVector } from "./prompt-features.ts";

/** Columns that are added up at a time: ten registers of two sums, so that value, product and weight have theirs too. */
const BLOCK = 20;
const PAGE = 65_536;

/** The instructions that {@link kernel} needs (WebAssembly 2.0, §5.4). */
const LOCAL_GET = 0x20;
const LOCAL_SET = 0x21;
const I32_CONST = 0x41;
const [I32_ADD, I32_MUL, I32_SHL, I32_GE_U] = [0x6a, 0x6c, 0x74, 0x4f];
const [BLOCK_VOID, LOOP_VOID, BR, BR_IF, END] = [[0x02, 0x40], [0x03, 0x40], 0x0c, 0x0d, 0x0b];
const I32_LOAD16_U = [0x2f, 1];
const [V128_LOAD, V128_STORE] = [
  [0xfd, 0x00, 3],
  [0xfd, 0x0b, 3],
];
const V128_LOAD64_SPLAT = [0xfd, 0x0a, 3];
const V128_LOAD64_ZERO = [0xfd, 0x5d, 2];
const [F64X2_PROMOTE_LOW, F64X2_ADD, F64X2_MUL] = [
  [0xfd, 0x5f],
  [0xfd, 0xf0, 0x01],
  [0xfd, 0xf2, 0x01],
];
const [I32, V128] = [0x7f, 0x7b];

/** Where things lie in the memory, in bytes; `rowBytes` is one row of weights. */
interface Layout {
  indices: number;
  values: number;
  sums: number;
  weights: number;
  rowBytes: number;
  bytesOfWeight: number;
  /** How two neighbouring weights become two f64. */
  loadWeights: (offset: number) => number[];
}

/**
 * Rows of weights that are added up in WASM, two columns an instruction. As JavaScript, which has one f64 an instruction and checks
 * the bounds of every load, the same sums took four times as long (430 features, 24 and 60 columns: 14.2 → 3.7 and 40.7 → 10.5 µs, in turns on a
 * busy machine). Each column is added up in the order of the features and products are rounded before they are added, so the sums have the same bits.
 */
export class ScoreTable {
  /** Length of a row: the columns, filled up with zeros to an even number. */
  readonly stride: number;
  /** Row after row; may be written to. */
  readonly weights: Float32Array | Float64Array;
  readonly #indices: Uint16Array;
  readonly #values: Float64Array;
  readonly #sums: Float64Array;
  readonly #addUp: (count: number) => void;

  /** @param rows how many, and so the most values of a vector: each has its row; at most 65,536 */
  constructor(rows: number, columns: number, bytesOfWeight: 4 | 8) {
    this.stride = columns + (columns % 2);
    const rowBytes = this.stride * bytesOfWeight;
    const [values, sums] = [0, 8 * rows];
    const weights = sums + 8 * this.stride;
    const indices = weights + rows * rowBytes;
    const loadWeights = (offset: number): number[] =>
      bytesOfWeight === 8
        ? [...V128_LOAD, ...unsigned(offset)]
        : [...V128_LOAD64_ZERO, ...unsigned(offset), ...F64X2_PROMOTE_LOW];
    const memory = new WebAssembly.Memory({ initial: Math.ceil((indices + 2 * rows) / PAGE) });
    const module = new WebAssembly.Module(
      kernel(this.stride, { indices, values, sums, weights, rowBytes, bytesOfWeight, loadWeights }),
    );
    const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
    this.#addUp = exports.f as (count: number) => void;
    const { buffer } = memory;
    this.#values = new Float64Array(buffer, values, rows);
    this.#sums = new Float64Array(buffer, sums, columns);
    this.#indices = new Uint16Array(buffer, indices, rows);
    this.weights = new (bytesOfWeight === 8 ? Float64Array : Float32Array)(buffer, weights, rows * this.stride);
  }

  /** `out` = bias + Σ value · weights of that row. @param out may be `bias` */
  addScores({ indices, values }: SparseVector, bias: Float64Array, out: Float64Array): void {
    this.#indices.set(indices);
    this.#values.set(values);
    this.#sums.set(bias);
    this.#addUp(indices.length);
    out.set(this.#sums);
  }
}

/** A module that imports its memory as `m.m` and exports `f(count)`: it adds `count` rows to the sums, a block of columns at a time. */
function kernel(columns: number, layout: Layout): Uint8Array<ArrayBuffer> {
  const code: number[] = [];
  for (let from = 0; from < columns; from += BLOCK) code.push(...block(from, Math.min(columns, from + BLOCK), layout));
  const locals = [2, ...[2, I32], ...[1 + BLOCK / 2, V128]];
  const body = [...locals, ...code, END];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...section(1, [1, 0x60, 1, I32, 0]), // type 0: (i32) → ()
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 2, 0, 0]), // import m.m, a memory
    ...section(3, [1, 0]), // function 0 is of type 0
    ...section(7, [1, 1, 0x66, 0, 0]), // export function 0 as f
    ...section(10, [1, ...unsigned(body.length), ...body]),
  );
}

/** Locals of the function: its argument, the place in the vector, the row's offset, the value twice, and the sums. */
const [COUNT, AT, ROW, VALUE, SUMS] = [0, 1, 2, 3, 4];

/** The columns `from` to `to`, their sums in registers. */
function block(
  from: number,
  to: number,
  { indices, values, sums, weights, rowBytes, bytesOfWeight, loadWeights }: Layout,
): number[] {
  const pairs = Array.from({ length: (to - from) / 2 }, (_, pair) => ({ sum: SUMS + pair, column: from + 2 * pair }));
  const place = (column: number): number[] => unsigned(sums + 8 * column);
  const zero = [I32_CONST, 0];
  return [
    ...pairs.flatMap(({ sum, column }) => [...zero, ...V128_LOAD, ...place(column), LOCAL_SET, sum]),
    ...[...zero, LOCAL_SET, AT],
    ...[...BLOCK_VOID, ...LOOP_VOID],
    ...[LOCAL_GET, AT, LOCAL_GET, COUNT, I32_GE_U, BR_IF, 1],
    ...[LOCAL_GET, AT, I32_CONST, 1, I32_SHL, ...I32_LOAD16_U, ...unsigned(indices)],
    ...[I32_CONST, ...signed(rowBytes), I32_MUL, LOCAL_SET, ROW],
    ...[LOCAL_GET, AT, I32_CONST, 3, I32_SHL, ...V128_LOAD64_SPLAT, ...unsigned(values), LOCAL_SET, VALUE],
    ...pairs.flatMap(({ sum, column }) => [
      ...[LOCAL_GET, sum, LOCAL_GET, VALUE],
      ...[LOCAL_GET, ROW, ...loadWeights(weights + column * bytesOfWeight)],
      ...[...F64X2_MUL, ...F64X2_ADD, LOCAL_SET, sum],
    ]),
    ...[LOCAL_GET, AT, I32_CONST, 1, I32_ADD, LOCAL_SET, AT, BR, 0],
    ...[END, END],
    ...pairs.flatMap(({ sum, column }) => [...zero, LOCAL_GET, sum, ...V128_STORE, ...place(column)]),
  ];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** LEB128: seven bits a byte, lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** For a constant ≥ 0: its last byte has bit 6, the sign, clear. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
