import { fromUtf8 } from "../core/bytes.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { readBytes } from "./read-input.ts";
import type { Terminal } from "./terminal.ts";

/** @param file `-`: standard input. @throws {AppError} `invalid-input` for what is not there or no JSON */
export async function readJson(file: string, terminal: Terminal): Promise<unknown> {
  const name = file === "-" ? "<stdin>" : file;
  const bytes = await readBytes(file, terminal);
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not JSON: ${messageOf(cause)}`, { cause });
  }
}
