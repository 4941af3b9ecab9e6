import { gunzipSync } from "node:zlib";
import { fromUtf8 } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { MAX_SEED } from "../core/random.ts";
import type { RoutingData } from "../routing/models/example.ts";
import { readRoutingData } from "../routing/models/read-routing-data.ts";
import { readRouter, type SavedRouter } from "../routing/models/router-snapshot.ts";
import { FailureIn, within } from "./failure.ts";
import { readBytes } from "./read-input.ts";
import type { Terminal } from "./terminal.ts";

/** Also of what gzip unpacks to. */
const MAX_DATA_BYTES = 256 * 1024 * 1024;

export function seedOf(value: number | string | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number" && value <= MAX_SEED) return value;
  throw new AppError("invalid-input", `--seed ${value}: must be a whole number, 0 to ${MAX_SEED}`);
}

export function readData(file: string, terminal: Terminal): Promise<RoutingData> {
  return readLines(file, terminal, readRoutingData);
}

/** @param parse of the whole text, perhaps unpacked; its errors may name a line */
export async function readLines<T>(file: string, terminal: Terminal, parse: (source: string) => T): Promise<T> {
  const name = file === "-" ? "<stdin>" : file;
  const source = text(unpacked(await readBytes(file, terminal), name), name);
  try {
    return parse(source);
  } catch (cause) {
    throw new FailureIn({ name, source }, cause);
  }
}

/** What `route fit` wrote. */
export async function readRouterFile(file: string, terminal: Terminal): Promise<SavedRouter> {
  const source = text(await readBytes(file, terminal), file);
  return within({ name: file, source: "" }, async () => readRouter(source));
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DATA_BYTES });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(name);
    throw new AppError("invalid-input", `${name}: not whole gzip: ${messageOf(cause)}`, { cause });
  }
}

function text(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_DATA_BYTES) throw tooLarge(name);
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not UTF-8 text`, { cause });
  }
}

function tooLarge(name: string): AppError {
  return new AppError("too-large", `${name}: more than ${MAX_DATA_BYTES} bytes; give fewer examples`);
}
