import { AppError } from "../../core/errors.ts";
import { findJsonFault } from "../../core/json-fault.ts";

/** A JSON object of a file of JSON lines, and the line that it stands on. */
export class DataRow {
  readonly line: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(text: string, line: number) {
    this.line = line;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      const { reason, offset } = findJsonFault(text) ?? { reason: "syntax error", offset: 0 };
      throw new AppError("invalid-input", `not JSON: ${reason}`, {
        cause,
        line,
        column: [...text.slice(0, offset)].length + 1,
      });
    }
    if (!isObject(value)) throw this.wrong("the line", "is no JSON object");
    this.members = value;
  }

  wrong(field: string, complaint: string): AppError {
    return new AppError("invalid-input", `${field}: ${complaint}`, { line: this.line, column: 1 });
  }

  numbers(field: string, value: unknown, count: number, highest: number): Float64Array {
    if (!Array.isArray(value)) throw this.wrong(field, `must be a list of ${count} numbers, one for each model`);
    if (value.length !== count) throw this.wrong(field, `has ${value.length} values; there are ${count} models`);
    value.forEach((each, k) => {
      if (typeof each === "number" && each >= 0 && each <= highest && Number.isFinite(each)) return;
      const range = highest === 1 ? "0 to 1" : "0 or more";
      throw this.wrong(`${field}[${k}]`, `${JSON.stringify(each)?.slice(0, 40)} must be a number, ${range}`);
    });
    return Float64Array.from(value);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The lines of a text that are not blank.
 *
 * @throws {AppError} `invalid-input` with the line of the first that is no JSON object, `too-large` for more than `most`
 */
export function dataRows(text: string, most: number): DataRow[] {
  const filled = text.split("\n").flatMap((line, k) => (line.trim() === "" ? [] : [{ line, number: k + 1 }]));
  if (filled.length > most)
    throw new AppError("too-large", `${filled.length - 1} prompts; at most ${most - 1} are read`);
  return filled.map(({ line, number }) => new DataRow(line, number));
}
