import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { AppError } from "../core/errors.ts";
import { readTextIfThere, writeFileDurably } from "./durable-file.ts";

/**
 * 32 random bytes in a file of mode 0600, made at the first call. The caller holds the data folder, so nobody else makes one.
 *
 * @param what it is the key of, for messages
 * @throws {AppError} `integrity-violation` when the file is damaged, `forbidden` when others can read it
 */
export async function openSecretKeyFile(path: string, what: string): Promise<Buffer> {
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
    throw new AppError("forbidden", `others can read the key of ${what}; run: chmod 600 ${path}`);
  }
  return Buffer.from(hex, "hex");
}
