import { createHmac, randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfThere, writeFileDurably } from "../audit/durable-file.ts";
import { AppError } from "../core/errors.ts";

/** 128 bits of HMAC-SHA-256, hexadecimal: equal for equal texts of one installation, and of no use to who lacks its key. */
export type KeyedHash = (text: string) => string;

const KEY_FILE = "telemetry-key";

/**
 * Opens the key of `directory`, and makes it at the first call. The caller holds the data folder, so nobody else makes one.
 *
 * @throws {AppError} `integrity-violation` when the file is damaged, `forbidden` when others can read it
 */
export async function openKeyedHash(directory: string): Promise<KeyedHash> {
  const path = join(directory, KEY_FILE);
  let hex = (await readTextIfThere(path))?.trim();
  if (hex === undefined) {
    hex = randomBytes(32).toString("hex");
    await writeFileDurably(path, `${hex}\n`, { mode: 0o600 });
  }
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new AppError(
      "integrity-violation",
      `${path} is damaged; restore it from a backup, or remove it for a new one`,
    );
  }
  if (process.platform !== "win32" && ((await stat(path)).mode & 0o077) !== 0) {
    throw new AppError("forbidden", `others can read the key of the log's hashes; run: chmod 600 ${path}`);
  }
  const key = Buffer.from(hex, "hex");
  return (text) => createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
}
