import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { chmod, copyFile, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { concatBytes, toHex } from "../core/bytes.ts";
import { formatTime } from "../core/clock.ts";
import { AppError, messageOf } from "../core/errors.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { VerifiedCheckpoint } from "./checkpoint.ts";
import { fileError, readTextIfThere, syncDirectory, writeFileDurably } from "./durable-file.ts";
import { Hex32, Time } from "./fields.ts";
import { auditLog } from "./log-reader.ts";
import { readBundle, readTile } from "./tile-files.ts";
import { encodeBundle, TILE_WIDTH, tilePath, tileWidth } from "./tile-path.ts";

const MANIFEST = "backup.json";

/** Names below the folder, without a way out of it. */
const RelativePath = z.string().regex(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\:\p{Cc}]+$/u);

/** `backup.json`: what a backup holds. */
export const BackupManifest = z.strictObject({
  format: z.literal("ketflow-backup/1"),
  createdAt: Time,
  log: z.strictObject({
    origin: z.string(),
    size: z.int().min(0),
    rootHash: Hex32,
    /** Of the origin, so that its receipts can be checked also without the secret keys. */
    verifierKeys: z.array(z.string()),
  }),
  /** Whether the log's secret keys are among the files. */
  keys: z.boolean(),
  files: z.array(z.strictObject({ path: RelativePath, sizeBytes: z.int().min(0), sha256: Hex32 })),
});
export type BackupManifest = z.infer<typeof BackupManifest>;

export interface BackupSource {
  readonly database: Pick<SqliteDatabase, "connection" | "group">;
  readonly dataDir: string;
  /** A head over leaves that the database holds; what was signed later is not in the backup. */
  readonly checkpoint: VerifiedCheckpoint | undefined;
  readonly origin: string;
  readonly verifierKeys: readonly string[];
  /** Names in the data folder that are copied where they are there: files, or folders of files. */
  readonly extras: readonly string[];
  readonly databaseFile: string;
}

/**
 * Copies a data folder that is in use: the database as one snapshot through its own connection, the log up to a signed head, and
 * what else is kept there. The manifest is written last, so a folder without one is no backup.
 *
 * @param target a folder that is not there yet, or empty
 * @throws {AppError} `conflict` when the target holds something, `integrity-violation` when the log's files do not lead to the head
 */
export async function writeBackup(source: BackupSource, target: string, at: number): Promise<BackupManifest> {
  await makeEmpty(target);
  const paths = [source.databaseFile];
  await snapshot(source.database, join(target, source.databaseFile));
  await chmod(join(target, source.databaseFile), 0o600);
  if (source.checkpoint !== undefined)
    paths.push(...(await copyLog(join(source.dataDir, "log"), target, source.checkpoint)));
  for (const extra of source.extras) paths.push(...(await copyTree(source.dataDir, target, extra)));
  const files: BackupManifest["files"] = [];
  for (const path of paths) files.push({ path, ...(await syncAndHash(join(target, path))) });
  const manifest: BackupManifest = {
    format: "ketflow-backup/1",
    createdAt: formatTime(at),
    log: {
      origin: source.origin,
      size: source.checkpoint?.size ?? 0,
      rootHash: toHex(source.checkpoint?.rootHash ?? new Uint8Array(createHash("sha256").digest())),
      verifierKeys: [...source.verifierKeys],
    },
    keys: source.extras.includes("keys"),
    files,
  };
  await writeFileDurably(join(target, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  return manifest;
}

/**
 * Checks every file of a backup by size and hash, then copies it to a data folder, which appears with all its files or not at all.
 *
 * @param target the data folder: not there yet, or empty
 * @throws {AppError} `not-found` where there is no backup, `integrity-violation` for a file that is missing or altered, `conflict`
 *   when the target holds something
 */
export async function restoreFiles(from: string, target: string): Promise<BackupManifest> {
  const manifest = await readManifest(from);
  await refuseFull(target);
  const draft = `${target}.restoring`;
  await rm(draft, { recursive: true, force: true });
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    for (const { path, sizeBytes, sha256 } of manifest.files) {
      await mkdir(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
      await copyFile(join(from, path), join(draft, path)).catch((cause: unknown) => {
        throw new AppError("integrity-violation", `the backup's file ${path} cannot be read: ${messageOf(cause)}`, {
          cause,
        });
      });
      const found = await syncAndHash(join(draft, path));
      if (found.sizeBytes !== sizeBytes || found.sha256 !== sha256) {
        throw new AppError(
          "integrity-violation",
          `the backup's file ${path} is not the one that was backed up; use another backup`,
        );
      }
      // Readable by others stays what is public: the log.
      if (!path.startsWith("log/")) await chmod(join(draft, path), 0o600);
    }
    if (existsSync(target)) await rmdir(target);
    await rename(draft, target);
    await syncDirectory(dirname(target));
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw cause instanceof AppError ? cause : fileError(cause, target);
  }
  return manifest;
}

async function readManifest(from: string): Promise<BackupManifest> {
  const text = await readTextIfThere(join(from, MANIFEST));
  if (text === undefined) {
    throw new AppError(
      "not-found",
      `${from} is no backup: there is no ${MANIFEST}; an interrupted backup has none either`,
    );
  }
  try {
    return BackupManifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("integrity-violation", `${join(from, MANIFEST)} is damaged; use another backup`, { cause });
  }
}

async function snapshot({ connection, group }: BackupSource["database"], path: string): Promise<void> {
  // One read transaction of the only connection, so nothing can be half in it; commits wait meanwhile.
  await group.read(() => connection.prepare("vacuum into ?").run(path));
}

/** The files of the log as they are at this head, whatever the writer has added since. */
async function copyLog(directory: string, target: string, checkpoint: VerifiedCheckpoint): Promise<string[]> {
  const { size, note } = checkpoint;
  const log = join(target, "log");
  const paths: string[] = [];
  const write = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    await writeFileDurably(join(log, path), bytes, { sync: "nothing" }); // synced with the others, when they are hashed
    paths.push(`log/${path}`);
  };
  for (let level = 0; Math.floor(size / TILE_WIDTH ** level) > 0; level++) {
    const tiles = Math.ceil(Math.floor(size / TILE_WIDTH ** level) / TILE_WIDTH);
    for (let index = 0; index < tiles; index++) {
      const width = tileWidth(size, level, index);
      await write(tilePath(level, index, width), concatBytes(...readTile(directory, level, index, width)));
      if (level > 0) continue;
      await write(tilePath("entries", index, width), encodeBundle(readBundle(directory, index, width)));
    }
  }
  auditLog(log, checkpoint);
  await write("checkpoint", note);
  return paths;
}

async function copyTree(from: string, target: string, name: string): Promise<string[]> {
  const found = await stat(join(from, name)).catch(() => undefined);
  if (found === undefined) return [];
  if (!found.isDirectory()) {
    await writeFileDurably(join(target, name), await readFile(join(from, name)), { mode: 0o600, sync: "nothing" });
    return [name];
  }
  await mkdir(join(target, name), { recursive: true, mode: 0o700 });
  const paths: string[] = [];
  for (const entry of await readdir(join(from, name)))
    paths.push(...(await copyTree(from, target, `${name}/${entry}`)));
  return paths;
}

async function syncAndHash(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

async function makeEmpty(folder: string): Promise<void> {
  await refuseFull(folder);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fileError(cause, folder);
  }
}

async function refuseFull(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length === 0) return;
  throw new AppError("conflict", `${folder} is not empty (${entries[0]}, …); give a folder that is new or empty`);
}
