import { appendFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, messageOf } from "../core/errors.ts";
import { userFolders } from "../core/user-folders.ts";
import { fileError, readTextIfThere } from "./durable-file.ts";
import { formatVerifierKey, parseVerifierKey, type VerifierKey } from "./note.ts";

// The logs that this user believes: one verifier key per line; empty lines and lines with # are skipped.

/** `~/.config/ketflow/trusted-logs`, by the XDG rules. */
export function trustedLogsPath(environment: Readonly<Record<string, string | undefined>>): string {
  return join(userFolders(environment).config, "trusted-logs");
}

/**
 * A file that does not exist trusts nobody.
 *
 * @throws {AppError} `invalid-input` with the line that is no verifier key
 */
export async function readTrustedLogs(path: string): Promise<VerifierKey[]> {
  return parseTrustedLogs((await readTextIfThere(path)) ?? "", path);
}

/** @param name of the file, for messages */
export function parseTrustedLogs(text: string, name: string): VerifierKey[] {
  const keys: VerifierKey[] = [];
  for (const [position, line] of text.split("\n").entries()) {
    const key = line.trim();
    if (key === "" || key.startsWith("#")) continue;
    try {
      keys.push(parseVerifierKey(key));
    } catch (cause) {
      throw new AppError("invalid-input", `${name}:${position + 1}: ${messageOf(cause)}`, {
        cause,
        line: position + 1,
      });
    }
  }
  return keys;
}

/** Adds the keys that are not there yet; one append, so two processes do not lose each other's keys. */
export async function addTrustedLog(path: string, keys: readonly VerifierKey[]): Promise<void> {
  const text = (await readTextIfThere(path)) ?? "";
  const present = new Set(parseTrustedLogs(text, path).map(formatVerifierKey));
  const missing = keys.map(formatVerifierKey).filter((key) => !present.has(key));
  if (missing.length === 0) return;
  try {
    await mkdir(dirname(path), { recursive: true });
    const separator = text === "" || text.endsWith("\n") ? "" : "\n"; // an editor may have left the last line open
    await appendFile(path, separator + missing.map((key) => `${key}\n`).join(""));
  } catch (cause) {
    throw fileError(cause, path);
  }
}
