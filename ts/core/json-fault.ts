/** The first place where a text is not JSON. */
export interface JsonFault {
  readonly offset: number;
  /** Names at most one character of the text, which may be secret. */
  readonly reason: string;
}

/**
 * Finds where a text that `JSON.parse` refused stops being JSON of RFC 8259: the messages of the engines give a place for some
 * faults and not for others, and word them differently in each release.
 *
 * Recursive; the caller bounds the depth.
 *
 * @returns undefined for JSON
 */
export function findJsonFault(text: string): JsonFault | undefined {
  try {
    const end = skipSpace(text, valueEnd(text, skipSpace(text, 0)));
    if (end < text.length) throw unexpected(text, end, "the end");
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return { offset: fault.offset, reason: fault.reason };
    throw fault;
  }
}

class Fault {
  readonly offset: number;
  readonly reason: string;
  constructor(offset: number, reason: string) {
    this.offset = offset;
    this.reason = reason;
  }
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const PLAIN = /[ !#-[\]-\u{10ffff}]*/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The index behind the match at `at`, or -1. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

function skipSpace(text: string, at: number): number {
  return matchEnd(SPACE, text, at);
}

function valueEnd(text: string, at: number): number {
  if (text[at] === "{") return membersEnd(text, at, "}");
  if (text[at] === "[") return membersEnd(text, at, "]");
  if (text[at] === '"') return stringEnd(text, at);
  const end = Math.max(matchEnd(NUMBER, text, at), matchEnd(WORD, text, at));
  if (end < 0) throw unexpected(text, at, "a value");
  return end;
}

function membersEnd(text: string, start: number, close: "}" | "]"): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === close) return at + 1;
  for (;;) {
    if (close === "}") {
      if (text[at] !== '"') throw unexpected(text, at, "a member name in double quotes");
      at = skipSpace(text, stringEnd(text, at));
      if (text[at] !== ":") throw unexpected(text, at, "':'");
      at = skipSpace(text, at + 1);
    }
    at = skipSpace(text, valueEnd(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ",") throw unexpected(text, at, `',' or '${close}'`);
    at = skipSpace(text, at + 1);
  }
}

function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    at = matchEnd(PLAIN, text, at);
    if (text[at] === '"') return at + 1;
    if (text[at] !== "\\") throw unexpected(text, at, "the end of the string");
    const end = matchEnd(ESCAPE, text, at);
    if (end < 0) throw new Fault(at, "this escape is none of JSON's");
    at = end;
  }
}

function unexpected(text: string, at: number, expected: string): Fault {
  const code = text.codePointAt(at);
  if (code === undefined) return new Fault(at, `it ends where ${expected} is expected`);
  const isVisible = code > 0x20 && code < 0x7f;
  const found = isVisible ? `'${String.fromCodePoint(code)}'` : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return new Fault(at, `${found} where ${expected} is expected`);
}
