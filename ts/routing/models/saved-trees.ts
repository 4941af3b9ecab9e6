import * as z from "zod";
import { fromBase64, toBase64 } from "../../core/bytes.ts";
import { AppError } from "../../core/errors.ts";
import { type ExtraTrees, LEAF } from "./extra-trees.ts";

/** Trees as a snapshot holds them: each array's bytes, little-endian, as base64. */
export const SavedTrees = z.strictObject({
  roots: z.string(),
  features: z.string(),
  thresholds: z.string(),
  next: z.string(),
  values: z.string(),
});

export function writeTrees({ roots, features, thresholds, next, values }: ExtraTrees): z.infer<typeof SavedTrees> {
  return {
    roots: toBase64(words(roots.length, (view, at, k) => view.setInt32(at, roots[k] ?? 0, true))),
    features: toBase64(features),
    thresholds: floatsToBase64(thresholds),
    next: toBase64(words(next.length, (view, at, k) => view.setInt32(at, next[k] ?? 0, true))),
    values: floatsToBase64(values),
  };
}

/**
 * Trees that end: every child stands behind its parent.
 *
 * @param inputs how many values are asked
 * @throws {AppError} `invalid-input`
 */
export function readTrees(saved: z.infer<typeof SavedTrees>, inputs: number, outputs: number): ExtraTrees {
  const features = bytesOf("trees.features", saved.features);
  const trees = {
    roots: integers("trees.roots", saved.roots),
    features,
    thresholds: floatsFromBase64("trees.thresholds", saved.thresholds, features.length),
    next: integers("trees.next", saved.next),
    values: floatsFromBase64("trees.values", saved.values),
  };
  const { roots, next, values } = trees;
  const leaves = Math.floor(values.length / outputs);
  const isSound =
    next.length === features.length &&
    roots.length > 0 &&
    roots.every((root) => root >= 0 && root < features.length) &&
    features.every((feature, node) => {
      const at = next[node] ?? 0;
      if (feature === LEAF) return at >= 0 && at < leaves;
      return feature < inputs && at > node + 1 && at < features.length;
    });
  if (!isSound) throw new AppError("invalid-input", "router.trees: is no set of trees");
  return trees;
}

export function floatsToBase64(values: Float32Array): string {
  return toBase64(words(values.length, (view, at, k) => view.setFloat32(at, values[k] ?? 0, true)));
}

/** @throws {AppError} `invalid-input` where the text, the length or a number is wrong */
export function floatsFromBase64(field: string, text: string, count?: number): Float32Array {
  const view = wordsOf(field, text, count);
  const values = Float32Array.from({ length: view.byteLength / 4 }, (_, k) => view.getFloat32(4 * k, true));
  if (values.every(Number.isFinite)) return values;
  throw new AppError("invalid-input", `router.${field}: one is no finite number`);
}

function integers(field: string, text: string): Int32Array {
  const view = wordsOf(field, text);
  return Int32Array.from({ length: view.byteLength / 4 }, (_, k) => view.getInt32(4 * k, true));
}

function words(count: number, set: (view: DataView, at: number, k: number) => void): Uint8Array {
  const bytes = new Uint8Array(4 * count);
  const view = new DataView(bytes.buffer);
  for (let k = 0; k < count; k++) set(view, 4 * k, k);
  return bytes;
}

function wordsOf(field: string, text: string, count?: number): DataView {
  const bytes = bytesOf(field, text);
  const belong = count === undefined ? bytes.length - (bytes.length % 4) : 4 * count;
  if (bytes.length !== belong) {
    throw new AppError("invalid-input", `router.${field}: has ${bytes.length} bytes where ${belong} belong`);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bytesOf(field: string, text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new AppError("invalid-input", `router.${field}: not base64`, { cause });
  }
}
