import { fromUtf8 } from "./bytes.ts";
import { AppError } from "./errors.ts";
import { findJsonFault } from "./json-fault.ts";

/**
 * Deeper documents are no requests of ours, and recursive readers would exhaust their stack. Longer ones are none either, and a
 * schema collects a complaint about each of their values: 2 million took it seconds and a gigabyte.
 */
export const JSON_LIMITS = { depth: 64, values: 100_000 } as const;

/**
 * JSON from outside, read so that two readers cannot understand it differently: UTF-8 without a byte order mark, no member twice
 * in one object, no lone surrogates, within {@link JSON_LIMITS}.
 *
 * @param what how the caller knows the text, for the message: `body`
 * @throws {AppError} `invalid-input` with line and column, except for bytes that are no text
 */
export function parseStrictJson(input: Uint8Array | string, what: string): unknown {
  const text = typeof input === "string" ? input : decode(input, what);
  // Before the parser, which is recursive.
  refuseMuch(text, what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(text, what, cause);
  }
  refuseStrings(text, what);
  return value;
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw new AppError("invalid-input", `${what}: not UTF-8; send JSON as UTF-8`, { cause });
  }
}

const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, COLON, COMMA] = [...'"\\{}[]:,'].map(
  (character) => character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];

/** The index behind the string that starts at `start`, or the length of the text. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code === BACKSLASH) at++;
  }
  return text.length;
}

function refuseMuch(text: string, what: string): void {
  let depth = 0;
  let commas = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === COMMA && ++commas >= JSON_LIMITS.values) {
      const message = `${what}: more than ${JSON_LIMITS.values} values, which are not read; send several requests`;
      throw new AppError("invalid-input", message, placeOf(text, at));
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    else if ((code === OPEN_BRACE || code === OPEN_BRACKET) && ++depth > JSON_LIMITS.depth) {
      const message = `${what}: nested more than ${JSON_LIMITS.depth} levels deep, which is not read`;
      throw new AppError("invalid-input", message, placeOf(text, at));
    }
  }
}

/** Refuses member names that come twice, however they are escaped, and strings with half a surrogate pair. @param text valid JSON */
function refuseStrings(text: string, what: string): void {
  // Of what came as bytes, only an escape can be half a pair: the decoder refuses the others.
  const isWellFormed = text.isWellFormed();
  /** For each open level: the names so far, or undefined in an array. */
  const levels: (Set<string> | undefined)[] = [];
  let mayBeName = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      const raw = text.slice(at, end);
      const isEscaped = raw.includes("\\");
      if ((isEscaped || !isWellFormed) && !(JSON.parse(raw) as string).isWellFormed()) {
        const message = `${what}: a string holds half of a surrogate pair, which is no character`;
        throw new AppError("invalid-input", message, placeOf(text, at));
      }
      const names = levels.at(-1);
      if (mayBeName && names !== undefined) {
        const name = isEscaped ? (JSON.parse(raw) as string) : raw.slice(1, -1);
        if (names.has(name)) {
          const message = `${what}: the member "${shortened(name)}" is there twice; name it once`;
          throw new AppError("invalid-input", message, placeOf(text, at));
        }
        names.add(name);
      }
      at = end - 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      levels.push(code === OPEN_BRACE ? new Set() : undefined);
      mayBeName = true;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) levels.pop();
    else if (code === COLON) mayBeName = false;
    else if (code === COMMA) mayBeName = true;
  }
}

/** A name can be as long as the body. */
function shortened(name: string): string {
  return name.length <= 64 ? name : `${name.slice(0, 63).toWellFormed()}…`;
}

function notJson(text: string, what: string, cause: unknown): AppError {
  if (text.startsWith("\ufeff")) {
    return new AppError("invalid-input", `${what}: begins with a byte order mark; send it without`, {
      line: 1,
      column: 1,
    });
  }
  if (text.trim() === "")
    return new AppError("invalid-input", `${what}: not JSON: it is empty`, { line: 1, column: 1 });
  const fault = findJsonFault(text);
  // What the two would disagree about is refused all the same.
  const { reason, offset } = fault ?? { reason: "syntax error", offset: 0 };
  return new AppError("invalid-input", `${what}: not JSON: ${reason}`, { cause, ...placeOf(text, offset) });
}

/** @param offset in UTF-16 code units, like columns */
function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
