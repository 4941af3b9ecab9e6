import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { concatBytes, equalBytes } from "../core/bytes.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { Checkpoint, VerifiedCheckpoint } from "./checkpoint.ts";
import { fileError, writeFileDurably } from "./durable-file.ts";
import { writeHighWater } from "./high-water.ts";
import type { LogKeys } from "./keys.ts";
import { proofReader } from "./log-reader.ts";
import { LEAVES_PER_READ, type LeafSource, recoverLog } from "./log-recovery.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { formatNote, keepSignatures, parseNote, signaturesBy, type VerifierKey } from "./note.ts";
import { encodeBundle, TILE_WIDTH, tilePath } from "./tile-path.ts";
import type { Tile, TreeEdge } from "./tiles.ts";

/** How long a head may serve before leaves that came after it get a new one. */
const DEFAULT_INTERVAL_MS = 100;

export interface LogWriterOptions {
  /** `<data>/log`: what is served at /log. */
  directory: string;
  /** Outside the data folder; see high-water.ts. */
  stateDirectory: string;
  keys: LogKeys;
  source: LeafSource;
  mldsa: MlDsa44;
  now: Clock;
  intervalMs?: number;
  /** As in {@link recoverLog}. */
  repair?: boolean;
  /** A head was signed and written, which took so long. */
  onSigned?: ((seconds: number) => void) | undefined;
  /** A signing in the background failed; it is tried again at the next `notify`. */
  onError?: (error: AppError) => void;
}

/**
 * Extends the tiles of one log from the rows of the store and signs its heads. One writer per data folder.
 *
 * The order of every signing makes a crash at any point harmless: full tiles on disk, then the high-water mark, then the signed
 * head under its name. Everything but keys, mark and head can be made anew from the store.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #edge: TreeEdge;
  /** The leaves of the last, partial bundle. */
  #bundle: Uint8Array[];
  #latest: VerifiedCheckpoint | undefined;
  /** The list of keys that made all of its signatures. */
  #signedBy: readonly VerifierKey[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Full files that are there may already be right. */
  #rebuilding = false;
  #lastSignedMs = Number.NEGATIVE_INFINITY;
  /** Signings run one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: LogWriterOptions, edge: TreeEdge, bundle: Uint8Array[]) {
    this.#options = options;
    this.#edge = edge;
    this.#bundle = bundle;
  }

  /**
   * Opens the log where the last process left it.
   *
   * @throws {AppError} `integrity-violation` when the store no longer holds what was signed: signing on would fork the log
   */
  static async open(options: LogWriterOptions): Promise<LogWriter> {
    const { edge, bundle, checkpoint, rebuild } = await recoverLog(options);
    const writer = new LogWriter(options, edge, bundle);
    if (rebuild > 0) {
      writer.#rebuilding = true;
      await writer.#extend(rebuild);
      writer.#rebuilding = false;
    }
    writer.#latest = checkpoint;
    const { verifierKeys } = options.keys;
    if (checkpoint !== undefined && signedByExactly(checkpoint.note, verifierKeys)) writer.#signedBy = verifierKeys;
    return writer;
  }

  /** The last signed head; `undefined` before the first. */
  latest(): VerifiedCheckpoint | undefined {
    return this.#latest;
  }

  /** Says that leaves were committed; a head follows within the interval. Costs nothing when one is already on its way. */
  notify(): void {
    if (this.#closed || this.#timer !== undefined) return;
    const { intervalMs = DEFAULT_INTERVAL_MS, now, onError } = this.#options;
    const delayMs = Math.min(intervalMs, Math.max(0, this.#lastSignedMs + intervalMs - now()));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.force().catch((error: unknown) => onError?.(asAppError(error)));
    }, delayMs);
  }

  /**
   * Signs a head over all leaves that the store holds now, if it has any that are not signed yet or the log's keys are others than
   * those of the last head, and returns the last head.
   */
  force(): Promise<VerifiedCheckpoint | undefined> {
    const signed = this.#queue.then(() => this.#sign());
    this.#queue = signed.catch(() => undefined); // the caller of this turn gets the error, the next turn starts afresh
    return signed;
  }

  /**
   * The proof text of a leaf, under a head that is signed now if need be.
   *
   * @throws {AppError} `not-found` when the store has no such leaf
   */
  async prove(index: number): Promise<string> {
    return (await this.proveAll()).prove(index);
  }

  /** Signs a head now if need be, and gives proofs of the leaves under it, whatever is signed later. */
  async proveAll(): Promise<{ readonly size: number; prove(index: number): Promise<string> }> {
    const checkpoint = await this.force();
    const { keys, directory } = this.#options;
    // During a rotation the head has two signatures more, which not everybody who checks the file can check.
    const note = checkpoint && formatNote(keepSignatures(parseNote(checkpoint.note), keys.current));
    const read = checkpoint && note !== undefined ? proofReader(directory, { ...checkpoint, note }) : undefined;
    return {
      size: checkpoint?.size ?? 0,
      async prove(index) {
        if (read === undefined) throw new AppError("not-found", `leaf ${index} is not in the log, which is empty`);
        return read(index);
      },
    };
  }

  /** Ends the timer and waits for a signing that is under way; does not sign what is new. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#queue;
  }

  async #sign(): Promise<VerifiedCheckpoint | undefined> {
    const { keys, source, directory, stateDirectory, now, onSigned } = this.#options;
    await this.#extend(await source.size());
    const size = this.#edge.size;
    const { verifierKeys } = keys;
    if (size === (this.#latest?.size ?? 0) && (size === 0 || this.#signedBy === verifierKeys)) return this.#latest;
    const checkpoint: Checkpoint = { origin: keys.origin, size, rootHash: this.#edge.root() };
    // A clock that was set back must not make a later head look older.
    const timestamp = Math.max(Math.floor(now() / 1000), this.#latest?.timestamp ?? 1);
    const startedAt = performance.now();
    await writeHighWater(stateDirectory, checkpoint);
    const note = keys.signCheckpoint(checkpoint, timestamp);
    // Losing the new name in a crash is harmless: the mark is on disk, and the next start signs this size again.
    await writeFileDurably(join(directory, "checkpoint"), note, { sync: "content" });
    this.#lastSignedMs = now();
    this.#latest = { ...checkpoint, timestamp, note };
    this.#signedBy = verifierKeys;
    onSigned?.((performance.now() - startedAt) / 1000);
    return this.#latest;
  }

  /** Brings the tiles to `size` leaves. The tree in memory follows only when all files are written. */
  async #extend(size: number): Promise<void> {
    if (size < this.#edge.size) {
      throw new AppError(
        "integrity-violation",
        `the store went from ${this.#edge.size} log leaves to ${size}: restart with the right data folder`,
      );
    }
    while (this.#edge.size < size) {
      const from = this.#edge.size;
      const to = Math.min(size, from + LEAVES_PER_READ);
      const leaves = await this.#options.source.leaves(from, to);
      if (leaves.length !== to - from) {
        throw new AppError("internal", `the store gave ${leaves.length} log leaves for ${from} to ${to}`);
      }
      const edge = this.#edge.clone();
      let bundle = [...this.#bundle];
      for (const leaf of leaves) {
        bundle.push(leaf);
        const filled = edge.append(leaf);
        if (filled[0] !== undefined) {
          await this.#writeFull(tilePath("entries", filled[0].index), encodeBundle(bundle));
          bundle = [];
        }
        for (const tile of filled) await this.#writeFull(tilePath(tile.level, tile.index), tileBytes(tile));
      }
      if (to === size) await this.#writePartial(edge, bundle);
      this.#edge = edge;
      this.#bundle = bundle;
    }
  }

  async #writeFull(path: string, bytes: Uint8Array): Promise<void> {
    const full = join(this.#options.directory, path);
    if (this.#rebuilding && (await hasBytes(full, bytes))) return;
    await writeFileDurably(full, bytes);
    try {
      await rm(`${full}.p`, { recursive: true, force: true });
    } catch (cause) {
      throw fileError(cause, `${full}.p`);
    }
  }

  async #writePartial(edge: TreeEdge, bundle: readonly Uint8Array[]): Promise<void> {
    const files = edge
      .partialTiles()
      .map((tile): [string, Uint8Array] => [tilePath(tile.level, tile.index, tile.hashes.length), tileBytes(tile)]);
    if (bundle.length > 0) {
      files.push([tilePath("entries", Math.floor(edge.size / TILE_WIDTH), bundle.length), encodeBundle(bundle)]);
    }
    for (const [path, bytes] of files) {
      // Not synced: the next start checks these few files against the signed head and makes them anew where a crash took them.
      await writeFileDurably(join(this.#options.directory, path), bytes, { sync: "nothing" });
    }
  }
}

function signedByExactly(text: string, keys: readonly VerifierKey[]): boolean {
  const note = parseNote(text);
  return note.signatures.length === keys.length && keys.every((key) => signaturesBy(note, key).length === 1);
}

async function hasBytes(path: string, bytes: Uint8Array): Promise<boolean> {
  try {
    return bytes.length === (await stat(path)).size && equalBytes(await readFile(path), bytes);
  } catch {
    return false; // what cannot be read is written anew
  }
}

function tileBytes(tile: Tile): Uint8Array {
  return concatBytes(...tile.hashes);
}

function asAppError(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError("internal", "the log could not be signed", { cause: error });
}
