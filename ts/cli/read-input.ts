import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fromBase64, fromUtf8 } from "../core/bytes.ts";
import { AppError, errnoOf, messageOf } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import { CIRCUIT_FORMATS, type CircuitFormat } from "../models/circuit.ts";
import { SubmitJob } from "../models/job.ts";
import type { Origin } from "./failure.ts";
import { sniffFormat } from "./sniff-format.ts";
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

export interface CircuitFile {
  /** `auto` where neither the user nor the file says it. */
  format: CircuitFormat | "auto";
  source: string;
  origin: Origin;
  /** When the file was a whole job. */
  job?: SubmitJob;
}

/** A circuit in a format of its own, or a `.job.json`: the body of `POST /v1/jobs`. */
export async function readCircuit(file: string, format: string | undefined, terminal: Terminal): Promise<CircuitFile> {
  const bytes = await readBytes(file, terminal);
  if (bytes.length > MAX_INPUT_BYTES) {
    throw new AppError("too-large", `${file}: ${bytes.length} bytes; a job takes at most ${MAX_INPUT_BYTES}`);
  }
  const name = file === "-" ? "<stdin>" : file;
  const text = utf8Text(bytes, name);
  if (file.endsWith(".job.json")) return fromJob(name, text);
  return { format: knownFormat(format) ?? sniffFormat(text) ?? "auto", source: text, origin: { name, source: text } };
}

function fromJob(name: string, text: string): CircuitFile {
  let body: unknown;
  try {
    body = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not JSON: ${messageOf(cause)}`, { cause });
  }
  const job = checked(SubmitJob, body, name);
  const { format, source } = job.input;
  const circuit = typeof source === "string" ? source : utf8Text(fromBase64(source.base64), name);
  // Lines and columns of errors are those of the circuit inside the job.
  return { format, source: circuit, origin: { name: `${name} input.source`, source: circuit }, job };
}

function utf8Text(bytes: Uint8Array, name: string): string {
  try {
    return fromUtf8(bytes); // With its byte order mark: a receipt commits to the bytes of the file.
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not UTF-8 text`, { cause });
  }
}

function knownFormat(format: string | undefined): CircuitFormat | undefined {
  const known = CIRCUIT_FORMATS.find((name) => name === format);
  if (format !== undefined && known === undefined) {
    throw new AppError("invalid-input", `--format ${format}: the formats are ${CIRCUIT_FORMATS.join(", ")}`);
  }
  return known;
}
