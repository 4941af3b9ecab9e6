import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AppError, errnoOf } from "../core/errors.ts";
import { HASH_SIZE, type Hash } from "./merkle.ts";
import { decodeBundle, LENGTH_SIZE, TILE_WIDTH, tilePath, tileWidth } from "./tile-path.ts";

// Reads the tiles of a log's folder. Synchronous: a proof takes a handful of files of 8 kB that the writer has just written.

/**
 * The first `width` hashes of a tile. A partial tile is a prefix of every longer one, so a wider tile answers too: the writer
 * deletes the partial ones when the full tile is there.
 *
 * @throws {AppError} `integrity-violation` when none is there or it is too short
 */
export function readTile(directory: string, level: number, index: number, width: number): Hash[] {
  for (const bytes of candidates(directory, level, index, width)) {
    if (bytes.length % HASH_SIZE !== 0 || bytes.length < width * HASH_SIZE) continue;
    return Array.from({ length: width }, (_, k) => bytes.subarray(k * HASH_SIZE, (k + 1) * HASH_SIZE));
  }
  throw damaged(directory, tilePath(level, index, width));
}

/** The first `width` leaves of an entry bundle; like {@link readTile}. */
export function readBundle(directory: string, index: number, width: number): Uint8Array[] {
  for (const bytes of candidates(directory, "entries", index, width)) {
    const leaves = decodeBundle(bytes);
    if (leaves.length >= width) return leaves.slice(0, width);
  }
  throw damaged(directory, tilePath("entries", index, width));
}

/**
 * The first full tile or full bundle that is missing or has a size that it cannot have. Looks at names and sizes alone: two files
 * for 256 leaves. A bundle that was cut to more than its lengths, and an altered byte, are left to `auditLog`.
 */
export function findLostFile(directory: string, size: number): string | undefined {
  for (let level = 0; size >= TILE_WIDTH ** (level + 1); level++) {
    for (let index = 0; index < Math.floor(size / TILE_WIDTH ** (level + 1)); index++) {
      const tile = tilePath(level, index);
      if (sizeOf(join(directory, tile)) !== TILE_WIDTH * HASH_SIZE) return tile;
      const bundle = tilePath("entries", index);
      if (level === 0 && sizeOf(join(directory, bundle)) < TILE_WIDTH * LENGTH_SIZE) return bundle;
    }
  }
  return undefined;
}

/** 0 where there is no such file. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** A reader of subtrees asks for tiles by place; the size of the tree says how wide they must be. */
export function tilesOf(directory: string, size: number): (level: number, index: number) => Hash[] {
  return (level, index) => readTile(directory, level, index, tileWidth(size, level, index));
}

function* candidates(
  directory: string,
  level: number | "entries",
  index: number,
  width: number,
): Generator<Uint8Array, void> {
  const full = join(directory, tilePath(level, index));
  const wider = (): number[] => partialWidths(`${full}.p`).filter((present) => present > width);
  for (const path of [join(directory, tilePath(level, index, width)), full]) yield* readIfThere(path);
  for (const present of width < TILE_WIDTH ? wider() : [])
    yield* readIfThere(join(directory, tilePath(level, index, present)));
}

function* readIfThere(path: string): Generator<Uint8Array, void> {
  try {
    yield new Uint8Array(readFileSync(path));
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw cause;
  }
}

function partialWidths(directory: string): number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^[0-9]+$/.test(name))
      .map(Number);
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return [];
    throw cause;
  }
}

function damaged(directory: string, path: string): AppError {
  return new AppError(
    "integrity-violation",
    `log: ${path} is missing or cut off; delete ${join(directory, "tile")} and start again: it is written anew from the store`,
  );
}
