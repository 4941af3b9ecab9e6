import { join } from "node:path";
import { equalBytes } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { type Checkpoint, type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { readTextIfThere } from "./durable-file.ts";
import { type Hash, inclusionProof, leafHash, treeRoot, verifyInclusion } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import type { VerifierKey } from "./note.ts";
import { formatProof } from "./proof.ts";
import { readBundle, readTile, tilesOf } from "./tile-files.ts";
import { TILE_WIDTH, tileWidth } from "./tile-path.ts";
import { perfectRoot, subtreeReader } from "./tiles.ts";

/**
 * The log's signed head, with both signatures checked.
 *
 * @returns `undefined` when the log has not signed anything yet
 * @throws {AppError} `integrity-violation` when a signature does not hold
 */
export async function readCheckpoint(
  directory: string,
  trustedKeys: readonly VerifierKey[],
  mldsa: MlDsa44,
): Promise<VerifiedCheckpoint | undefined> {
  const text = await readTextIfThere(join(directory, "checkpoint"));
  return text === undefined ? undefined : await verifyCheckpoint(text, trustedKeys, mldsa);
}

/**
 * The proof text for a receipt: from a leaf up to a signed head.
 *
 * @throws {AppError} `not-found` when the head is older than the leaf, `integrity-violation` when the tiles do not lead to its root
 */
export function proofText(directory: string, index: number, checkpoint: VerifiedCheckpoint): string {
  return proofReader(directory, checkpoint)(index);
}

/**
 * As {@link proofText}, for many leaves under one head: what neighbours share is read and hashed once, which makes the proofs of all
 * leaves of a log about four times as fast. Holds an eighth of a hash for each leaf that was asked for, and a few files.
 */
export function proofReader(directory: string, checkpoint: VerifiedCheckpoint): (index: number) => string {
  const { size, rootHash, note } = checkpoint;
  const tile = keepLast((level: number, index: number) =>
    readTile(directory, level, index, tileWidth(size, level, index)),
  );
  const bundle = keepLast((_, index: number) => readBundle(directory, index, tileWidth(size, 0, index)));
  const read = subtreeReader(tile);
  const subtrees = new Map<string, Hash>();
  const subtree = (level: number, index: number): Hash => {
    if (level < KEPT_LEVEL) return read(level, index);
    const key = `${level}/${index}`;
    const hash = subtrees.get(key) ?? read(level, index);
    subtrees.set(key, hash);
    return hash;
  };
  return (index) => {
    if (index >= size)
      throw new AppError("not-found", `leaf ${index} is not under a signed head yet; the log has ${size}`);
    const [at, offset] = [Math.floor(index / TILE_WIDTH), index % TILE_WIDTH];
    const [hash, leaf] = [tile(0, at)[offset], bundle(0, at)[offset]];
    if (hash === undefined || leaf === undefined || !equalBytes(leafHash(leaf), hash)) {
      throw new AppError("integrity-violation", `log: leaf ${index} is not the one that its tile holds`);
    }
    const path = inclusionProof(index, size, subtree);
    if (!verifyInclusion(index, size, hash, path, rootHash)) throw disagree(checkpoint);
    return formatProof({ index, path, checkpoint: note });
  };
}

/** Subtrees of 16 leaves and more are kept; smaller ones cost fewer hashes than their place in memory is worth. */
const KEPT_LEVEL = 4;

/** Remembers the last answer for each level. */
function keepLast<T>(read: (level: number, index: number) => T): (level: number, index: number) => T {
  const last = new Map<number, { index: number; value: T }>();
  return (level, index) => {
    const kept = last.get(level);
    if (kept?.index === index) return kept.value;
    const value = read(level, index);
    last.set(level, { index, value });
    return value;
  };
}

/** The root of an earlier size of the log, from its tiles. */
export function rootAt(directory: string, size: number, currentSize: number): Hash {
  return treeRoot(size, subtreeReader(tilesOf(directory, currentSize)));
}

/**
 * Reads the whole log and recomputes everything: each leaf's hash, each tile from the tiles below, and the root.
 *
 * @returns the number of leaves
 * @throws {AppError} `integrity-violation` with the first thing that is not right
 */
export function auditLog(directory: string, checkpoint: Checkpoint): number {
  const { size, rootHash } = checkpoint;
  const tile = tilesOf(directory, size);
  const read = subtreeReader(tile);
  for (let level = 0; Math.floor(size / TILE_WIDTH ** level) > 0; level++) {
    const tiles = Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH);
    for (let index = 0; index < tiles; index++) {
      const width = tileWidth(size, level, index);
      const below =
        level === 0
          ? readBundle(directory, index, width).map(leafHash)
          : Array.from({ length: width }, (_, k) => perfectRoot(tile(level - 1, index * TILE_WIDTH + k)));
      const hashes = readTile(directory, level, index, width);
      const wrong = hashes.findIndex((hash, k) => !equalBytes(hash, below[k] ?? new Uint8Array()));
      if (wrong >= 0) {
        throw new AppError(
          "integrity-violation",
          `log: hash ${wrong} of tile ${index} at level ${level} is not that of what is below it`,
        );
      }
    }
  }
  if (!equalBytes(treeRoot(size, read), rootHash)) throw disagree(checkpoint);
  return size;
}

function disagree({ origin, size }: Checkpoint): AppError {
  return new AppError(
    "integrity-violation",
    `log '${origin}': the tiles do not lead to the signed root of size ${size}`,
  );
}
