import { equalBytes } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { Checkpoint, VerifiedCheckpoint } from "./checkpoint.ts";
import { highWaterPath, readHighWater, writeHighWater } from "./high-water.ts";
import type { LogKeys } from "./keys.ts";
import { readCheckpoint, rootAt } from "./log-reader.ts";
import { type Hash, leafHash } from "./merkle.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { findLostFile, readBundle, readTile } from "./tile-files.ts";
import { partialWidth, TILE_WIDTH } from "./tile-path.ts";
import { TreeEdge } from "./tiles.ts";

/** Leaves taken from the store at once: 16 tiles. */
export const LEAVES_PER_READ = 4096;

/** Where the leaves come from: rows that were committed together with what they tell of. Committed leaves never change. */
export interface LeafSource {
  /** Number of committed leaves. */
  size(): number | Promise<number>;
  /** The leaves `from` to `to`, the end excluded. */
  leaves(from: number, to: number): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
}

export interface LogPlace {
  directory: string;
  stateDirectory: string;
  keys: LogKeys;
  source: LeafSource;
  mldsa: MlDsa44;
  /** Compares every file with the store's rows and writes anew what differs, also where nothing looks wrong. */
  repair?: boolean;
}

export interface RecoveredLog {
  edge: TreeEdge;
  bundle: Uint8Array[];
  /** The last signed head; `undefined` when none was published. */
  checkpoint: VerifiedCheckpoint | undefined;
  /** Size up to which the tiles must be written anew before anything else; 0 when they are whole. */
  rebuild: number;
}

/**
 * Finds the state of the log after any end of the last process, and proves that going on does not fork it: the store must still
 * hold every head that was signed, by the published checkpoint and by the high-water mark.
 *
 * @throws {AppError} `integrity-violation` with what differs and what to do
 */
export async function recoverLog(place: LogPlace): Promise<RecoveredLog> {
  const { directory, stateDirectory, keys, source, mldsa } = place;
  const mark = await readHighWater(stateDirectory, keys.origin);
  const checkpoint = await readOwnCheckpoint(directory, keys, mldsa);
  const signed = Math.max(mark?.size ?? 0, checkpoint?.size ?? 0);
  const available = await source.size();
  if (available < signed) {
    throw fork(place, `the store holds ${available} log leaves, but a head over ${signed} was signed`);
  }
  const heads: Checkpoint[] = [...(checkpoint ? [checkpoint] : []), ...(mark ? [mark] : [])];
  // A machine that sees this log for the first time remembers it from now on.
  if (checkpoint !== undefined && mark === undefined) await writeHighWater(stateDirectory, checkpoint);

  const whole = checkpoint === undefined || place.repair ? undefined : loadEdge(directory, checkpoint);
  if (
    whole === undefined ||
    checkpoint === undefined ||
    findLostFile(directory, checkpoint.size) !== undefined ||
    !holdsEarlier(directory, heads, checkpoint.size)
  ) {
    await proveHeads(place, new TreeEdge(), heads);
    return { edge: new TreeEdge(), bundle: [], checkpoint, rebuild: signed };
  }
  // A restored store that has grown again differs from the log in its last leaves: job ids are random.
  const bundleStart = Math.max(0, Math.floor((checkpoint.size - 1) / TILE_WIDTH) * TILE_WIDTH);
  const rows = await source.leaves(bundleStart, checkpoint.size);
  const logged = readBundle(directory, bundleStart / TILE_WIDTH, checkpoint.size - bundleStart);
  if (!logged.every((leaf, k) => equalBytes(leaf, rows[k] ?? new Uint8Array()))) {
    throw fork(place, `the store's leaves ${bundleStart} to ${checkpoint.size - 1} are not those that were signed`);
  }
  await proveHeads(
    place,
    whole.edge.clone(),
    heads.filter((head) => head.size > checkpoint.size),
  );
  return { edge: whole.edge, bundle: whole.bundle, checkpoint, rebuild: 0 };
}

async function readOwnCheckpoint(
  directory: string,
  keys: LogKeys,
  mldsa: MlDsa44,
): Promise<VerifiedCheckpoint | undefined> {
  try {
    return await readCheckpoint(directory, keys.verifierKeys, mldsa);
  } catch (cause) {
    if (!(cause instanceof AppError) || (cause.code !== "integrity-violation" && cause.code !== "invalid-input"))
      throw cause;
    throw new AppError(
      "integrity-violation",
      `${directory}/checkpoint is not one that this log's keys signed (${cause.message}); restore the keys that belong to this ` +
        "folder, or move the log and keys folders aside to start a new log",
      { cause },
    );
  }
}

/** The right edge from the tiles, or `undefined` when a file of it is missing or damaged. */
function loadEdge(
  directory: string,
  { size, rootHash }: Checkpoint,
): { edge: TreeEdge; bundle: Uint8Array[] } | undefined {
  try {
    const partial: Hash[][] = [];
    for (let level = 0; Math.floor(size / TILE_WIDTH ** level) > 0; level++) {
      const width = partialWidth(size, level);
      partial.push(width === 0 ? [] : readTile(directory, level, Math.floor(size / TILE_WIDTH ** (level + 1)), width));
    }
    const edge = new TreeEdge(size, partial);
    if (!equalBytes(edge.root(), rootHash)) return undefined;
    const width = partialWidth(size, 0);
    const bundle = width === 0 ? [] : readBundle(directory, Math.floor(size / TILE_WIDTH), width);
    const matches = bundle.every((leaf, k) => equalBytes(leafHash(leaf), partial[0]?.[k] ?? new Uint8Array()));
    return matches ? { edge, bundle } : undefined;
  } catch (cause) {
    if (cause instanceof AppError && cause.code === "integrity-violation") return undefined;
    throw cause;
  }
}

/** Whether the tiles lead to the heads that are older than the published one. */
function holdsEarlier(directory: string, heads: readonly Checkpoint[], size: number): boolean {
  try {
    return heads.every((head) => head.size >= size || equalBytes(rootAt(directory, head.size, size), head.rootHash));
  } catch (cause) {
    if (cause instanceof AppError && cause.code === "integrity-violation") return false;
    throw cause;
  }
}

/** Grows a tree in memory from the store's rows, nothing being written, and compares its root at the size of each head. */
async function proveHeads(place: LogPlace, edge: TreeEdge, heads: readonly Checkpoint[]): Promise<void> {
  for (const head of heads.toSorted((a, b) => a.size - b.size)) {
    while (edge.size < head.size) {
      const from = edge.size;
      const leaves = await place.source.leaves(from, Math.min(head.size, from + LEAVES_PER_READ));
      if (leaves.length === 0) throw fork(place, `the store has no log leaf ${from}`);
      for (const leaf of leaves) edge.append(leaf);
    }
    if (!equalBytes(edge.root(), head.rootHash)) {
      throw fork(place, `the first ${head.size} leaves of the store are not those that were signed`);
    }
  }
}

function fork({ directory, stateDirectory, keys }: LogPlace, found: string): AppError {
  return new AppError(
    "integrity-violation",
    `log '${keys.origin}': ${found}. Signing on would fork the log. Was an older backup restored? Restore the newest one; or restore ` +
      `this one with --new-origin, or move ${directory} and its keys aside (old receipts stay valid under the old keys). ` +
      `The high-water mark is ${highWaterPath(stateDirectory, keys.origin)}`,
  );
}
