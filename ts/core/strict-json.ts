import { fromUtf8 } from "./bytes.ts";
import { AppError, messageOf } from "./errors.ts";

/** Deeper documents are no requests of ours, and recursive readers would exhaust their stack. */
const MAX_DEPTH = 64;

/**
 * JSON from outside, read so that two readers cannot understand it differently: UTF-8 without a byte order mark, no member twice
 * in one object, no lone surrogates, at most 64 levels deep.
 *
 * @param what how the caller knows the text, for the message: `body`
 * @throws {AppError} `invalid-input` with line and column where the text has one
 */
export function parseStrictJson(input: Uint8Array | string, what: string): unknown {
  const text = typeof input === "string" ? input : decode(input, what);
  // Before the parser, which is recursive.
  const depth = deepest(text);
  if (depth > MAX_DEPTH) {
    throw new AppError("invalid-input", `${what}: nested ${depth} levels deep; at most ${MAX_DEPTH} are read`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(text, what, cause);
  }
  refuseDoubles(text, what);
  // Surrogates can be lone only where they are escaped: the decoder refuses their bytes.
  if (text.includes("\\u")) refuseLoneSurrogates(value, what);
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

function deepest(text: string): number {
  let [depth, most] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at) - 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) most = Math.max(most, ++depth);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
  return most;
}

/** @param text valid JSON */
function refuseDoubles(text: string, what: string): void {
  /** For each open level: the names so far, or undefined in an array. */
  const levels: (Set<string> | undefined)[] = [];
  let mayBeName = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      const names = levels.at(-1);
      if (mayBeName && names !== undefined) {
        const raw = text.slice(at, end);
        const name = raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
        if (names.has(name)) {
          throw new AppError(
            "invalid-input",
            `${what}: the member "${name}" is there twice; name it once`,
            placeOf(text, at),
          );
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

function refuseLoneSurrogates(value: unknown, what: string): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) {
      throw new AppError("invalid-input", `${what}: a string holds half of a surrogate pair, which is no character`);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      refuseLoneSurrogates(key, what);
      refuseLoneSurrogates(member, what);
    }
  }
}

function notJson(text: string, what: string, cause: unknown): AppError {
  const message = messageOf(cause);
  const position = /at position (\d+)/.exec(message)?.[1];
  const place = position === undefined ? {} : placeOf(text, Number(position));
  // The parser quotes the text, which may be secret; what it found there is in its first clause.
  const reason = text.trim() === "" ? "it is empty" : (/^[^"]*?(?= in JSON|,)/.exec(message)?.[0] ?? "syntax error");
  return new AppError("invalid-input", `${what}: not JSON: ${reason}`, { cause, ...place });
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
