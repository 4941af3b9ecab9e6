import { randomBytes } from "node:crypto";
import { type FileHandle, link, mkdir, open, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { AppError, errnoOf } from "../core/errors.ts";
import { fileError, readTextIfThere, syncDirectory, writeFileDurably } from "./durable-file.ts";
import { Time } from "./fields.ts";

const KEY_FILE = "log-key.json";
const SEED_SIZE = 32;

const Seed = z.string().regex(/^[0-9a-f]{64}$/);
const pair = { ed25519Seed: Seed, mlDsa44Seed: Seed };
const plain = { origin: z.string().min(1).max(255), ...pair };

/** `/2` only while two pairs sign, so that a release which knows one pair alone refuses the folder instead of signing half. */
const KeyFile = z.discriminatedUnion("format", [
  z.strictObject({ format: z.literal("ketflow-log-key/1"), ...plain, next: z.undefined().optional() }),
  z.strictObject({
    format: z.literal("ketflow-log-key/2"),
    ...plain,
    next: z.strictObject({ ...pair, overlapUntil: Time }),
  }),
]);

/** Seeds in hexadecimal: 32 bytes each. */
export interface SeedPair {
  readonly ed25519Seed: string;
  readonly mlDsa44Seed: string;
}

/** The secret keys of a log as its file holds them. */
export interface KeyRecord extends SeedPair {
  readonly origin: string;
  /** The pair that takes over, in a rotation. */
  readonly next?: SeedPair & { readonly overlapUntil: string };
}

export function freshSeeds(): SeedPair {
  return {
    ed25519Seed: randomBytes(SEED_SIZE).toString("hex"),
    mlDsa44Seed: randomBytes(SEED_SIZE).toString("hex"),
  };
}

/**
 * @returns `undefined` where there is no key file
 * @throws {AppError} `integrity-violation` when it is damaged, `forbidden` when others can read it
 */
export async function readKeyFile(directory: string): Promise<KeyRecord | undefined> {
  const path = join(directory, KEY_FILE);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new AppError("forbidden", `others can read the log's secret keys; run: chmod 600 ${path}`);
  }
  try {
    const { format: _, next, ...record } = KeyFile.parse(JSON.parse(text));
    return next === undefined ? record : { ...record, next };
  } catch {
    // Without the cause: it would quote the secret.
    throw new AppError("integrity-violation", `the log's keys ${path} are damaged; restore them from a backup`);
  }
}

/** Makes the keys of a new log, with an origin of its own; of two first starts at once one wins, and both use its keys. */
export async function createKeyFile(directory: string): Promise<KeyRecord> {
  const record: KeyRecord = { origin: `ketflow.local/${randomBytes(8).toString("hex")}`, ...freshSeeds() };
  const path = join(directory, KEY_FILE);
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFileDurably(draft, fileText(record), { mode: 0o600 });
    // link() fails where the name is taken.
    await link(draft, path);
    await syncDirectory(directory);
    return record;
  } catch (cause) {
    const winner = errnoOf(cause) === "EEXIST" ? await readKeyFile(directory) : undefined;
    if (winner !== undefined) return winner;
    throw cause instanceof AppError ? cause : fileError(cause, path);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Puts other keys in the place of those that are there, then overwrites the bytes of the old file with zeros: on disks and file
 * systems that write in place nothing of the old seeds stays; on others it is the file system that decides.
 */
export async function replaceKeyFile(directory: string, record: KeyRecord): Promise<void> {
  const path = join(directory, KEY_FILE);
  let old: FileHandle | undefined;
  try {
    old = await open(path, "r+");
    const { size } = await old.stat();
    await writeFileDurably(path, fileText(record), { mode: 0o600 });
    await old.write(new Uint8Array(size), 0, size, 0);
    await old.sync();
  } catch (cause) {
    throw cause instanceof AppError ? cause : fileError(cause, path);
  } finally {
    await old?.close();
  }
}

function fileText(record: KeyRecord): string {
  const format = record.next === undefined ? "ketflow-log-key/1" : "ketflow-log-key/2";
  return `${JSON.stringify({ format, ...record })}\n`;
}
