import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileError } from "../audit/durable-file.ts";
import { AppError, errnoOf } from "../core/errors.ts";
import type { LocalOutcome } from "../server.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Writes the file that a flag or an argument names, in place: it may be a device or a link.
 *
 * @throws {AppError} `invalid-input` with the path and the reason, `storage-full`
 */
export async function writeOutput(file: string, text: string, terminal: Terminal, mode = 0o644): Promise<void> {
  try {
    await writeFile(resolve(terminal.workingDirectory, file), text, { mode });
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === "ENOSPC" || code === "EDQUOT") throw fileError(cause, file);
    throw new AppError("invalid-input", `${file}: cannot be written: ${code}; give another path`, { cause });
  }
}

/**
 * Keeps the receipt where the user wants it, else in the data folder.
 *
 * @returns its path; `undefined` for a job that has none
 */
export async function saveReceipt(
  { job, receipt }: LocalOutcome,
  wanted: string | undefined,
  dataDir: string,
  terminal: Terminal,
): Promise<string | undefined> {
  if (receipt === undefined) return undefined;
  const path = resolve(terminal.workingDirectory, wanted ?? join(dataDir, "receipts", `${job.id}.receipt.json`));
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (cause) {
    throw new AppError("invalid-input", `${dirname(path)}: cannot be made: ${errnoOf(cause)}; give another --receipt`, {
      cause,
    });
  }
  // For its owner alone: it opens the commitments of the log to whoever reads it.
  await writeOutput(path, receipt, terminal, 0o600);
  return path;
}
