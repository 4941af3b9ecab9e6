import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fromBase64, fromUtf8 } from "../core/bytes.ts";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import type { CircuitFormat } from "../models/circuit.ts";
import { SubmitJob } from "../models/job.ts";
import type { JobFormat } from "../models/job-options.ts";
import type { Origin } from "./failure.ts";
import { BINARY_FORMATS, guessedFormat, isCircuitFormat, namedFormat } from "./job-format.ts";
import type { Terminal } from "./terminal.ts";

/** The service takes no larger bodies either. */
const MAX_INPUT_BYTES = 8 * 1024 * 1024;

/** @param file a path, or `-` for standard input @throws {AppError} `not-found`, `too-large` or `invalid-input` */
export async function readBytes(file: string, terminal: Terminal): Promise<Uint8Array> {
  if (file === "-") return terminal.readStdin();
  try {
    return await readFile(resolve(terminal.workingDirectory, file));
  } catch (cause) {
    const code = errnoOf(cause);
    if (code === "ENOENT") throw new AppError("not-found", `${file}: there is no such file`, { cause });
    if (code === "EISDIR") throw new AppError("invalid-input", `${file}: is a folder; give a file`, { cause });
    throw new AppError("invalid-input", `${file}: cannot be read: ${code ?? messageOf(cause)}`, { cause });
  }
}

export interface InputFile {
  /** `auto` where neither the user nor the file says it. */
  format: JobFormat | "auto";
  /** Bytes for the formats that are no text. */
  source: string | Uint8Array;
  origin: Origin;
  /** When the file was a whole job. */
  job?: SubmitJob;
}

/** The input of a job in a format of its own, or a `.job.json`: the body of `POST /v1/jobs`. */
export async function readInput(file: string, format: string | undefined, terminal: Terminal): Promise<InputFile> {
  const bytes = await readBytes(file, terminal);
  if (bytes.length > MAX_INPUT_BYTES) {
    throw new AppError("too-large", `${file}: ${bytes.length} bytes; a job takes at most ${MAX_INPUT_BYTES}`);
  }
  const name = file === "-" ? "<stdin>" : file;
  if (file.endsWith(".job.json")) return fromJob(name, utf8Text(bytes, name));
  const known = namedFormat(format) ?? guessedFormat(name, beginning(bytes));
  return { format: known ?? "auto", ...sourceOf(bytes, known, name) };
}

export interface CircuitFile extends InputFile {
  format: CircuitFormat | "auto";
  source: string;
}

/** @throws {AppError} `unsupported` for what is no circuit; else as {@link readInput} */
export async function readCircuit(file: string, format: string | undefined, terminal: Terminal): Promise<CircuitFile> {
  return onlyCircuit(await readInput(file, format, terminal));
}

/** @throws {AppError} `unsupported` for what is no circuit */
export function onlyCircuit(input: InputFile): CircuitFile {
  if (isCircuit(input)) return input;
  throw new AppError("unsupported", `${input.origin.name}: is ${input.format}; this command takes circuits`);
}

export function isCircuit(input: InputFile): input is CircuitFile {
  return isCircuitFormat(input.format) && typeof input.source === "string";
}

/** The text of a source, or its bytes, and what errors point into. */
export function sourceOf(
  bytes: Uint8Array,
  format: JobFormat | undefined,
  name: string,
): Pick<InputFile, "source" | "origin"> {
  if (format !== undefined && BINARY_FORMATS.has(format)) return { source: bytes, origin: { name, source: "" } };
  const source = utf8Text(bytes, name);
  return { source, origin: { name, source } };
}

function fromJob(name: string, text: string): InputFile {
  let body: unknown;
  try {
    body = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not JSON: ${messageOf(cause)}`, { cause });
  }
  const job = checked(SubmitJob, body, name);
  const { format, source } = job.input;
  // Lines and columns of errors are those of the input inside the job.
  const inside = `${name} input.source`;
  const given =
    typeof source === "string"
      ? { source, origin: { name: inside, source } }
      : sourceOf(fromBase64(source.base64), format, inside);
  return { format, ...given, job };
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 65_536));
}

function utf8Text(bytes: Uint8Array, name: string): string {
  try {
    return fromUtf8(bytes); // With its byte order mark: a receipt commits to the bytes of the file.
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not UTF-8 text`, { cause });
  }
}
