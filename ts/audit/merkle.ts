import { concatBytes, equalBytes } from "../core/bytes.ts";
import { sha256 } from "../core/sha256.ts";

// Merkle trees of RFC 6962, section 2.1. Sizes and indices are safe integers, so halving is done by division, not by shifts.

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array;

export const HASH_SIZE = 32;

const LEAF_PREFIX = Uint8Array.of(0x00);
const NODE_PREFIX = Uint8Array.of(0x01);

/**
 * The hash of a perfect subtree: of the leaves `index · 2^level` to `(index + 1) · 2^level`, the end excluded.
 * Only subtrees that lie whole inside the tree are ever asked for.
 */
export type SubtreeReader = (level: number, index: number) => Hash;

/** The prefix keeps a leaf from being read as a node of the tree (second preimages). */
export function leafHash(leaf: Uint8Array): Hash {
  return sha256(concatBytes(LEAF_PREFIX, leaf));
}

export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(concatBytes(NODE_PREFIX, left, right));
}

/** The root of the first `size` leaves; the empty tree has the hash of nothing. */
export function treeRoot(size: number, read: SubtreeReader): Hash {
  return size === 0 ? sha256(new Uint8Array()) : rangeHash(0, size, read);
}

/** Hashes from the leaf's sibling up to the child of the root: PATH(index, D[size]). */
export function inclusionProof(index: number, size: number, read: SubtreeReader): Hash[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`leaf ${index} is not in a tree of ${size}`);
  const path: Hash[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(rangeHash(middle, end, read));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, read));
      start = middle;
    }
  }
  return path.reverse();
}

/** The root that a proof leads to, or `undefined` when the proof has the wrong length for this index and size. */
export function rootFromInclusion(index: number, size: number, leaf: Hash, proof: readonly Hash[]): Hash | undefined {
  if (!(index >= 0 && index < size)) return undefined;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      // At the right edge the levels without a sibling are skipped.
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : undefined;
}

export function verifyInclusion(index: number, size: number, leaf: Hash, proof: readonly Hash[], root: Hash): boolean {
  const reached = rootFromInclusion(index, size, leaf, proof);
  return reached !== undefined && equalBytes(reached, root);
}

function rangeHash(start: number, end: number, read: SubtreeReader): Hash {
  const size = end - start;
  const split = splitPoint(size);
  // A range of 2^k leaves is perfect, and the recursion of RFC 6962 reaches it only at a multiple of its size.
  if (split * 2 === size || size === 1) return read(Math.log2(size), start / size);
  return nodeHash(rangeHash(start, start + split, read), rangeHash(start + split, end, read));
}

/** The largest power of two below `size` (1 for sizes 1 and 2). */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
