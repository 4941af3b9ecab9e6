import { join } from "node:path";
import * as z from "zod";
import { fromHex, toHex } from "../core/bytes.ts";
import { AppError } from "../core/errors.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { readTextIfThere, writeFileDurably } from "./durable-file.ts";

// The largest tree head that this machine has signed, kept outside the data folder: when a backup is restored, the folder forgets
// what was signed after it was made, and the next checkpoint would be a fork of the log. The mark remembers.

const MarkFile = z.strictObject({
  format: z.literal("ketflow-high-water/1"),
  origin: z.string(),
  size: z.int().min(0),
  rootHash: z.string().regex(/^[0-9a-f]{64}$/),
});

export function highWaterPath(directory: string, origin: string): string {
  return join(directory, "high-water", `${encodeURIComponent(origin)}.json`);
}

/** @throws {AppError} `integrity-violation` when the mark is there but cannot be read */
export async function readHighWater(directory: string, origin: string): Promise<Checkpoint | undefined> {
  const path = highWaterPath(directory, origin);
  const unreadable = (cause: unknown): AppError =>
    new AppError(
      "integrity-violation",
      `the log's high-water mark ${path} cannot be read; restore the file, or delete it if you know that no backup was restored`,
      { cause },
    );
  const text = await readTextIfThere(path).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (text === undefined) return undefined;
  try {
    const mark = MarkFile.parse(JSON.parse(text));
    if (mark.origin !== origin) throw new TypeError(`it is the mark of '${mark.origin}'`);
    return { origin, size: mark.size, rootHash: fromHex(mark.rootHash) };
  } catch (cause) {
    throw unreadable(cause);
  }
}

export async function writeHighWater(directory: string, { origin, size, rootHash }: Checkpoint): Promise<void> {
  const mark = { format: "ketflow-high-water/1", origin, size, rootHash: toHex(rootHash) };
  await writeFileDurably(highWaterPath(directory, origin), `${JSON.stringify(mark)}\n`);
}
