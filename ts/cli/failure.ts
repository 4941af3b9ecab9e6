import { AppError, type ErrorCode, type ErrorInfo, toErrorInfo } from "../core/errors.ts";
import { clip, printable, textWidth } from "../pictures/labels.ts";
import type { Terminal } from "./terminal.ts";

/** 0 ok · 1 the job or the verification failed · 2 usage or bad input · 3 unreachable */
export type ExitCode = 0 | 1 | 2 | 3;

const EXIT_CODES: Partial<Record<ErrorCode, ExitCode>> = {
  "invalid-input": 2,
  unsupported: 2,
  "too-large": 2,
  unauthenticated: 2,
  forbidden: 2,
  "not-found": 2,
  conflict: 2,
  "no-backend": 2,
  "provider-unavailable": 3,
  "store-unavailable": 3,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_CODES[code] ?? 1;
}

/** A text that an error may point into. */
export interface Origin {
  /** The file as the user named it. */
  name: string;
  source: string;
}

/** An error of a command that knows which file its line and column mean. */
export class FailureIn extends Error {
  readonly origin: Origin;

  constructor(origin: Origin, cause: unknown) {
    super(`in ${origin.name}`, { cause });
    this.name = "FailureIn";
    this.origin = origin;
  }
}

/** Runs `work`; positions in its errors are positions in `origin`. */
export async function within<T>(origin: Origin, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new FailureIn(origin, cause);
  }
}

/** Says what went wrong, and gives the exit code: never a stack trace, except where KETFLOW_DEBUG=1 asks for it. */
export function reportFailure(thrown: unknown, terminal: Terminal, json: boolean): ExitCode {
  const [error, origin] = thrown instanceof FailureIn ? [thrown.cause, thrown.origin] : [thrown, undefined];
  const info = toErrorInfo(error);
  const isDebug = terminal.environment.KETFLOW_DEBUG === "1";
  if (!(error instanceof AppError) && !isDebug) {
    info.message = "this is a fault of ketflow; run it again with KETFLOW_DEBUG=1 to see where";
  }
  if (json) terminal.print(JSON.stringify({ error: info }, null, 2));
  terminal.complain(failureText(info, origin, terminal.width));
  if (isDebug)
    for (let at: unknown = error; at instanceof Error; at = at.cause) terminal.complain(at.stack ?? at.message);
  return exitCodeOf(info.code);
}

/** `bell.qasm:3:1: message`, the line of the source, and a caret under the column. */
export function failureText(info: ErrorInfo, origin: Origin | undefined, width = 80): string {
  const message = info.message.replace(/[^\P{C}\n]/gu, "\uFFFD");
  const { line, column = 1 } = info;
  if (origin === undefined || line === undefined) return `ketflow: ${message}`;
  const head = `${printable(origin.name)}:${line}:${column}: ${message}`;
  const text = origin.source.split(/\r\n|[\n\r]/)[line - 1];
  if (!text?.trim()) return head;
  // Columns count code points, as the readers of the formats do; tabs are shown as one space.
  const points = [...text.replaceAll("\t", " ")];
  const margin = 4;
  const start = Math.max(0, column - 1 - Math.floor(width / 2));
  const before = printable(points.slice(start, column - 1).join(""));
  const after = printable(points.slice(column - 1).join(""));
  const lead = start > 0 ? "…" : "";
  const shown = clip(lead + before + after, Math.max(20, width - margin));
  return [head, " ".repeat(margin) + shown, `${" ".repeat(margin + textWidth(lead + before))}^`].join("\n");
}
