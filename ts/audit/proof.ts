import { toBase64 } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import { parseDecimal, parseHash } from "./checkpoint.ts";
import type { Hash } from "./merkle.ts";

// Proofs of inclusion as text: c2sp.org/tlog-proof.

const HEADER = "c2sp.org/tlog-proof@v1";
/** A tree of 2^53 leaves has paths of 53 hashes. */
const MAX_PATH = 53;

export interface TlogProof {
  /** Of the leaf, from 0. */
  index: number;
  /** From the leaf's sibling up to the child of the root. */
  path: Hash[];
  /** The signed checkpoint, verbatim. */
  checkpoint: string;
}

export function formatProof(proof: TlogProof): string {
  const path = proof.path.map((hash) => `${toBase64(hash)}\n`).join("");
  return `${HEADER}\nindex ${proof.index}\n${path}\n${proof.checkpoint}`;
}

/**
 * Reads a proof in its one form. `extra` lines are refused: nothing authenticates them, so a receipt must not carry one.
 *
 * @throws {AppError} `invalid-input` saying which line is wrong
 */
export function parseProof(text: string): TlogProof {
  const end = text.indexOf("\n\n");
  const [header, indexLine = "", ...path] = text.slice(0, Math.max(end, 0)).split("\n");
  if (header !== HEADER) throw new AppError("invalid-input", `proof: the first line must be '${HEADER}'`);
  if (!indexLine.startsWith("index ")) {
    throw new AppError("invalid-input", "proof: the second line must be 'index N' (extra lines are not accepted)");
  }
  if (path.length > MAX_PATH)
    throw new AppError("invalid-input", `proof: ${path.length} hashes, at most ${MAX_PATH} can be right`);
  return {
    index: parseDecimal(indexLine.slice("index ".length), "proof: the index"),
    path: path.map((line, position) => parseHash(line, `proof: hash ${position + 1}`)),
    checkpoint: text.slice(end + 2),
  };
}
