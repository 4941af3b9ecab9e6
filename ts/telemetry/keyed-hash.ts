import { createHmac } from "node:crypto";
import { join } from "node:path";
import { openSecretKeyFile } from "../audit/secret-key-file.ts";

/** 128 bits of HMAC-SHA-256, hexadecimal: equal for equal texts of one installation, and of no use to who lacks its key. */
export type KeyedHash = (text: string) => string;

/** Opens the key of `directory`, and makes it at the first call. @throws {AppError} as `openSecretKeyFile` */
export async function openKeyedHash(directory: string): Promise<KeyedHash> {
  const key = await openSecretKeyFile(join(directory, "telemetry-key"), "the log's hashes");
  return (text) => createHmac("sha256", key).update(text).digest("hex").slice(0, 32);
}
