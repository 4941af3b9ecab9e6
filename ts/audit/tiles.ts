import { AppError } from "../core/errors.ts";
import { type Hash, leafHash, nodeHash, type SubtreeReader, treeRoot } from "./merkle.ts";
import { TILE_WIDTH } from "./tile-path.ts";

/** Levels of the Merkle tree that one tile spans. */
const TILE_HEIGHT = 8;

/** One tile of a tree: at level 0 its hashes are those of leaves, above that each is the root of a full tile below. */
export interface Tile {
  level: number;
  index: number;
  hashes: readonly Hash[];
}

/** Reads subtrees of a tree from its tiles. @param tile the hashes of a tile, at least as many as the tree has there */
export function subtreeReader(tile: (level: number, index: number) => readonly Hash[]): SubtreeReader {
  return (level, index) => {
    const width = 2 ** (level % TILE_HEIGHT);
    const first = index * width;
    const offset = first % TILE_WIDTH;
    const hashes = tile(Math.floor(level / TILE_HEIGHT), Math.floor(first / TILE_WIDTH)).slice(offset, offset + width);
    if (hashes.length !== width)
      throw new AppError("integrity-violation", `log: a tile lacks the subtree ${index} of level ${level}`);
    return perfectRoot(hashes);
  };
}

/** The right edge of a growing tree: its last, partial tile on every level. With it a tree of any size grows in O(1) memory. */
export class TreeEdge {
  #size: number;
  /** By level, 0 to 255 hashes each. */
  readonly #partial: Hash[][];

  /** @param partial by level, floor(size / 256^level) mod 256 hashes each */
  constructor(size: number = 0, partial: readonly (readonly Hash[])[] = []) {
    this.#size = size;
    this.#partial = partial.map((hashes) => [...hashes]);
  }

  get size(): number {
    return this.#size;
  }

  clone(): TreeEdge {
    return new TreeEdge(this.#size, this.#partial);
  }

  /** @returns the tiles that this leaf filled, lowest level first */
  append(leaf: Uint8Array): Tile[] {
    const filled: Tile[] = [];
    let hash = leafHash(leaf);
    for (let level = 0; ; level++) {
      const hashes = this.#partial[level] ?? [];
      this.#partial[level] = hashes;
      hashes.push(hash);
      if (hashes.length < TILE_WIDTH) break;
      filled.push({ level, index: this.#index(level), hashes });
      this.#partial[level] = [];
      hash = perfectRoot(hashes);
    }
    this.#size++;
    return filled;
  }

  root(): Hash {
    return treeRoot(
      this.#size,
      subtreeReader((level, index) => (index === this.#index(level) ? (this.#partial[level] ?? []) : [])),
    );
  }

  /** The partial tiles, lowest level first; none of them is empty. */
  partialTiles(): Tile[] {
    return this.#partial
      .map((hashes, level) => ({ level, index: this.#index(level), hashes }))
      .filter((tile) => tile.hashes.length > 0);
  }

  #index(level: number): number {
    return Math.floor(this.#size / TILE_WIDTH ** (level + 1));
  }
}

/** The root over 2^k hashes. */
export function perfectRoot(hashes: readonly Hash[]): Hash {
  let row = hashes;
  while (row.length > 1) {
    const above: Hash[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(nodeHash(row[at] as Hash, row[at + 1] as Hash));
    row = above;
  }
  return row[0] as Hash;
}
