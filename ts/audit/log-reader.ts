import { join } from "node:path";
import { equalBytes } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { type Checkpoint, type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { readTextIfThere } from "./durable-file.ts";
import { type Hash, inclusionProof, leafHash, treeRoot, verifyInclusion } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import type { VerifierKey } from "./note.ts";
import { formatProof } from "./proof.ts";
import { readBundle, readLeaf, readTile, tilesOf } from "./tile-files.ts";
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
  const { size, rootHash, note } = checkpoint;
  if (index >= size)
    throw new AppError("not-found", `leaf ${index} is not under a signed head yet; the log has ${size}`);
  const { hash } = readLeaf(directory, index, size);
  const path = inclusionProof(index, size, subtreeReader(tilesOf(directory, size)));
  if (!verifyInclusion(index, size, hash, path, rootHash)) throw disagree(checkpoint);
  return formatProof({ index, path, checkpoint: note });
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
