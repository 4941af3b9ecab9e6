import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";

export interface DurableFileOptions {
  /** Permission bits, 0644 unless told. */
  mode?: number;
  /**
   * What must be on disk before this returns: `name` (the default) file and directory entry; `content` the bytes, while the name
   * may still lead to the old ones after a crash; `nothing` for what is checked, and made anew, at the next start.
   */
  sync?: "name" | "content" | "nothing";
}

/**
 * Replaces a file as a whole: readers see the old bytes or the new ones, never a part, also after a crash.
 *
 * @throws {AppError} `storage-full`, or `store-unavailable` when the place cannot be written
 */
export async function writeFileDurably(
  path: string,
  bytes: Uint8Array | string,
  { mode = 0o644, sync = "name" }: DurableFileOptions = {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await openNew(temporary, mode);
    try {
      await file.writeFile(bytes);
      if (sync !== "nothing") await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    if (sync === "name") await syncDirectory(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell
    throw fileError(cause, path);
  }
}

/** With its folder, which nearly always is there. */
async function openNew(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, "w", mode);
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw cause;
    await mkdir(dirname(path), { recursive: true });
    return open(path, "w", mode);
  }
}

/** Makes names in a directory durable: without it a crash can bring back the state before a rename. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return; // directories cannot be opened there
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The text of a file, `undefined` where there is none. @throws {AppError} `store-unavailable` when it cannot be read */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT") return undefined;
    const reason = errnoOf(cause) ?? messageOf(cause);
    throw new AppError("store-unavailable", `cannot read ${path} (${reason}); check the file and its owner`, { cause });
  }
}

/** An error in writing a file in the words of the one table. */
export function fileError(cause: unknown, path: string): AppError {
  const code = errnoOf(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AppError("storage-full", `no space left to write ${path}; free some and try again`, { cause });
  }
  return new AppError(
    "store-unavailable",
    `cannot write ${path} (${code ?? messageOf(cause)}); check the folder and its owner`,
    {
      cause,
    },
  );
}
