import { AppError } from "../core/errors.ts";
import type { JobFormat } from "../models/job-options.ts";
import { JOB_FORMATS, typeOfFormat } from "../models/job-schemas.ts";
import { sniffFormat } from "./sniff-format.ts";

/** By the end of the file's name, the longest first. `.qasm` is not here: the version in the text decides. */
const SUFFIXES: readonly (readonly [suffix: string, format: JobFormat])[] = [
  [".net.json", "net-json"],
  [".onnx", "onnx"],
  [".hybrid.json", "hybrid-json"],
  [".bqm.json", "dimod-json"],
  [".ionq.json", "ionq-json"],
  [".bqm", "dimod-bqm"],
  [".coo", "coo"],
  [".qubo", "qubo"],
  [".rudy", "rudy"],
  [".rud", "rudy"],
  [".mc", "rudy"],
  [".bqp", "bqp"],
  [".problem.json", "problem-json"],
  [".lp", "lp"],
  [".schedule.json", "schedule-json"],
  [".rcp", "rcp"],
  [".jsp", "jsp"],
  [".fjs", "fjs"],
];

/** What a source begins with; the engine has to say what is wrong with all others. */
const BEGINNINGS: readonly (readonly [pattern: RegExp, format: JobFormat])[] = [
  [/^DIMODBQM/, "dimod-bqm"],
  [/^\s*\{[\s\S]{0,4096}"ketflow-net\/1"/, "net-json"],
  [/^\s*\{[\s\S]{0,4096}"ketflow-hybrid\/1"/, "hybrid-json"],
  [/^\s*\{[\s\S]{0,4096}"BinaryQuadraticModel"/, "dimod-json"],
  [/^\s*\{[\s\S]{0,4096}"ketflow-schedule\/1"/, "schedule-json"],
  [/^\s*\{[\s\S]{0,4096}"ketflow-problem\/1"/, "problem-json"],
  [/^\s*\{[\s\S]{0,4096}"problem"\s*:\s*"/, "problem-json"],
  [/^\s*(\\[^\n]*\n\s*)*(minimi[sz]e|minimum|min|maximi[sz]e|maximum|max)\s/i, "lp"],
  [/^\s*(c\b[^\n]*\n\s*)*p\s+qubo\b/, "qubo"],
  [/^\s*#/, "coo"],
  [/^\s*\d+[ \t]+\d+[ \t]*\r?\n\s*\d+[ \t]+\d+/, "rudy"],
  [/^\s*\d+[ \t]+\d+[ \t]+[-+.\d]\S*[ \t]*(\r?\n|$)/, "coo"],
];

/** Formats whose files are no text. */
export const BINARY_FORMATS: ReadonlySet<string> = new Set<JobFormat>(["dimod-bqm", "onnx"]);

/** What `--format` says. @throws {AppError} `invalid-input` for a format that does not exist */
export function namedFormat(format: string | undefined): JobFormat | undefined {
  const known = JOB_FORMATS.find((name) => name === format);
  if (format !== undefined && known === undefined) {
    throw new AppError("invalid-input", `--format ${format}: the formats are ${JOB_FORMATS.join(", ")}`);
  }
  return known;
}

/** What a file is by its name, and where that says nothing by its beginning. */
export function guessedFormat(name: string, text: string): JobFormat | undefined {
  const bySuffix = SUFFIXES.find(([suffix]) => name.toLowerCase().endsWith(suffix));
  if (bySuffix !== undefined) return bySuffix[1];
  return sniffFormat(text) ?? BEGINNINGS.find(([pattern]) => pattern.test(text))?.[1];
}

export function isCircuitFormat(format: JobFormat | "auto"): boolean {
  return format === "auto" || typeOfFormat(format) === "circuit";
}
