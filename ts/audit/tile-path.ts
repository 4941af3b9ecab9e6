import { AppError } from "../core/errors.ts";

// Names of the resources of a tiled log: c2sp.org/tlog-tiles. Pure text, shared by the writer, the reader and HTTP.

/** Hashes in a full tile, and leaves in a full entry bundle. */
export const TILE_WIDTH = 256;

/** Entry bundles give the length of a leaf in 16 bits. */
export const LENGTH_SIZE = 2;
export const MAX_LEAF_BYTES = 0xffff;

/** `tile/<level>/<index>[.p/<width>]`; `entries` is the level of the leaves themselves. */
export function tilePath(level: number | "entries", index: number, width: number = TILE_WIDTH): string {
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level}/${indexPath(index)}${partial}`;
}

/** 1234067 → `x001/x234/067`. */
function indexPath(index: number): string {
  let rest = Math.floor(index / 1000);
  let path = String(index % 1000).padStart(3, "0");
  for (; rest > 0; rest = Math.floor(rest / 1000)) path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  return path;
}

/** Width of the partial tile at a level of a tree, 0 where its last tile is full: floor(size / 256^level) mod 256. */
export function partialWidth(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** Width of tile `index` at `level` in a tree of `size`; 0 when it is not there. */
export function tileWidth(size: number, level: number, index: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, hashes));
}

/** An entry bundle: leaves, each after its length in two bytes. */
export function encodeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(leaves.reduce((sum, leaf) => sum + 2 + leaf.length, 0));
  const view = new DataView(bundle.buffer);
  let offset = 0;
  for (const leaf of leaves) {
    if (leaf.length > MAX_LEAF_BYTES)
      throw new AppError("too-large", `a log entry has ${leaf.length} bytes, at most ${MAX_LEAF_BYTES} fit`);
    view.setUint16(offset, leaf.length);
    bundle.set(leaf, offset + 2);
    offset += 2 + leaf.length;
  }
  return bundle;
}

/** @throws {AppError} `integrity-violation` when it does not end with a leaf */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const leaves: Uint8Array[] = [];
  for (let offset = 0; offset < bundle.length; ) {
    const end = offset + 2 <= bundle.length ? offset + 2 + view.getUint16(offset) : Number.POSITIVE_INFINITY;
    if (end > bundle.length)
      throw new AppError("integrity-violation", `entry bundle: cut off inside leaf ${leaves.length}`);
    leaves.push(bundle.subarray(offset + 2, end));
    offset = end;
  }
  return leaves;
}
