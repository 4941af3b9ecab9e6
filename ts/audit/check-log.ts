import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { equalBytes } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { Check, Checkpoint, VerifiedCheckpoint } from "./checkpoint.ts";
import { readHighWater } from "./high-water.ts";
import type { LogKeys } from "./keys.ts";
import { auditLog, readCheckpoint } from "./log-reader.ts";
import { LEAVES_PER_READ } from "./log-recovery.ts";
import { LogWriter } from "./log-writer.ts";
import type { MlDsa44 } from "./mldsa.ts";
import { TreeEdge } from "./tiles.ts";

export interface LogFolder {
  readonly database: SqliteDatabase;
  /** `<data>/log` */
  readonly directory: string;
  readonly stateDirectory: string;
  /** Undefined where the folder has none. */
  readonly keys: LogKeys | undefined;
  readonly mldsa: MlDsa44;
}

/** The rows of the log are numbered from 0 without gaps. */
export function checkLeafRows({ connection }: SqliteDatabase): Check {
  const sql =
    "select count(*) as rows, coalesce(max(leaf_index) + 1, 0) as size, min(leaf_index) as first from log_leaves";
  const { rows = 0, size = 0, first } = connection.prepare(sql).get() ?? {};
  const ok = rows === size && (size === 0 || first === 0);
  const detail = ok
    ? `${rows} log entries, numbered without gaps`
    : `${rows} log entries, but the last is ${Number(size) - 1}`;
  return { name: "leaves", ok, detail };
}

/**
 * Signature, tiles and mark against the rows: every signed head, the published one and the one of the high-water mark, must be the
 * root of the rows; every tile and bundle is recomputed.
 */
export async function checkLog({ database, directory, stateDirectory, keys, mldsa }: LogFolder): Promise<Check[]> {
  const rows = database.leaves.count();
  if (keys === undefined) {
    const detail = `no keys beside ${rows} log entries; ${rows === 0 ? "the first job makes them" : "restore the keys folder"}`;
    return [{ name: "checkpoint", ok: rows === 0, detail }];
  }
  const checks: Check[] = [];
  const add = async (name: string, work: () => string | Promise<string>): Promise<void> => {
    try {
      checks.push({ name, ok: true, detail: await work() });
    } catch (error) {
      checks.push({ name, ok: false, detail: messageOf(error) });
    }
  };
  let checkpoint: VerifiedCheckpoint | undefined;
  let mark: Checkpoint | undefined;
  await add("checkpoint", async () => {
    checkpoint = await readCheckpoint(directory, keys.verifierKeys, mldsa);
    if (checkpoint === undefined) return "none yet: nothing was signed";
    const at = new Date(checkpoint.timestamp * 1000).toISOString().slice(0, 19);
    return `${checkpoint.size} of ${rows} entries signed at ${at}Z by ${keys.verifierKeys.length} keys of ${keys.origin}`;
  });
  await add("tiles", () => {
    if (checks.some((check) => !check.ok))
      throw new AppError("integrity-violation", "not checked: no signed head holds");
    const files = checkpoint === undefined ? 0 : auditLog(directory, checkpoint);
    return `${files} entries in the files of the log, every tile recomputed`;
  });
  await add("high-water", async () => {
    mark = await readHighWater(stateDirectory, keys.origin);
    if (mark === undefined) return "no mark on this machine yet; the next start makes it from the signed head";
    if (mark.size < (checkpoint?.size ?? 0)) {
      throw new AppError("integrity-violation", `the mark is at ${mark.size}, behind the signed ${checkpoint?.size}`);
    }
    return `the mark is at ${mark.size} entries`;
  });
  await add("rows", () => {
    const heads = [checkpoint, mark].filter((head): head is Checkpoint => head !== undefined);
    for (const head of heads) {
      const root = rootOfRows(database, head.size);
      if (root === undefined || !equalBytes(root, head.rootHash)) {
        throw new AppError(
          "integrity-violation",
          `the ${rows} entries of the store do not give the signed root of size ${head.size}`,
        );
      }
    }
    return heads.length === 0
      ? "no signed root to compare"
      : `the store's entries give the signed root of ${sizes(heads)}`;
  });
  return checks;
}

/**
 * Writes the files of the log anew from the store, where the store's entries give every root that was signed. A head whose file is
 * damaged is signed anew where the high-water mark tells what it said.
 *
 * @throws {AppError} `integrity-violation`, nothing being changed, where they do not
 */
export async function repairLog(
  { database, directory, stateDirectory, keys, mldsa }: LogFolder,
  now: () => number,
): Promise<void> {
  if (keys === undefined) return;
  const source = { size: database.leaves.count, leaves: database.leaves.range };
  const [head, aside] = [join(directory, "checkpoint"), join(directory, "checkpoint.damaged")];
  // Nothing beyond the mark was ever published, so a head over its size or more cannot fork.
  const isDamaged =
    (await readHighWater(stateDirectory, keys.origin)) !== undefined &&
    (await readCheckpoint(directory, keys.verifierKeys, mldsa).then(
      () => false,
      (error: unknown) => error instanceof AppError,
    ));
  if (isDamaged) await rename(head, aside);
  try {
    const writer = await LogWriter.open({ directory, stateDirectory, keys, mldsa, source, now, repair: true });
    await writer.force();
    await writer.close();
  } catch (error) {
    if (isDamaged) await rename(aside, head);
    throw error;
  }
  await rm(aside, { force: true });
}

function rootOfRows({ leaves }: SqliteDatabase, size: number): Uint8Array | undefined {
  const edge = new TreeEdge();
  while (edge.size < size) {
    const read = leaves.range(edge.size, Math.min(size, edge.size + LEAVES_PER_READ));
    if (read.length === 0) return undefined;
    for (const leaf of read) edge.append(leaf);
  }
  return edge.root();
}

function sizes(heads: readonly Checkpoint[]): string {
  return [...new Set(heads.map(({ size }) => size))].join(" and of ");
}
