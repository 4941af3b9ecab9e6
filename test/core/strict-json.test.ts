import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../ts/core/bytes.ts";
import { findJsonFault } from "../../ts/core/json-fault.ts";
import { parseStrictJson } from "../../ts/core/strict-json.ts";

const bytesOf = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "number" ? Buffer.from([part]) : Buffer.from(utf8(part)))));

/** What is refused, with its place, or undefined. */
function refusal(input: Uint8Array | string): unknown {
  try {
    parseStrictJson(input, "body");
    return undefined;
  } catch (error) {
    const { code, message, line, column } = error as Record<string, unknown>;
    expect(code).toBe("invalid-input");
    return { message, ...(line !== undefined && { at: `${line}:${column}` }) };
  }
}

describe("what two readers could understand differently is refused", () => {
  it.each([
    ['{"a":1,"a":1}', 'body: the member "a" is there twice; name it once', "1:8"],
    ['{"a":1,"\\u0061":2}', 'body: the member "a" is there twice; name it once', "1:8"],
    ['{"\\u00e9":1,\n "é":2}', 'body: the member "é" is there twice; name it once', "2:2"],
    ['[{"b":{"x":1,\n\n  "x":2}}]', 'body: the member "x" is there twice; name it once', "3:3"],
    ['{"":1,"":2}', 'body: the member "" is there twice; name it once', "1:7"],
    ['{"__proto__":1,"__proto__":2}', 'body: the member "__proto__" is there twice; name it once', "1:16"],
    ['["\\ud800"]', "body: a string holds half of a surrogate pair, which is no character", "1:2"],
    ['{"a\\udc00":1}', "body: a string holds half of a surrogate pair, which is no character", "1:2"],
    ['["\\udc00\\ud800"]', "body: a string holds half of a surrogate pair, which is no character", "1:2"],
    ['["\ud800"]', "body: a string holds half of a surrogate pair, which is no character", "1:2"],
    ["\ufeff{}", "body: begins with a byte order mark; send it without", "1:1"],
    [`${"[".repeat(65)}${"]".repeat(65)}`, "body: nested more than 64 levels deep, which is not read", "1:65"],
    [
      `[${"0,".repeat(100_000)}0]`,
      "body: more than 100000 values, which are not read; send several requests",
      "1:200001",
    ],
    ["[".repeat(5_000_000), "body: nested more than 64 levels deep, which is not read", "1:65"],
    [`${'{"a":'.repeat(64)}[]${"}".repeat(64)}`, "body: nested more than 64 levels deep, which is not read", "1:321"],
    [
      `{"${"n".repeat(100)}":1,"${"n".repeat(100)}":2}`,
      `body: the member "${"n".repeat(63)}…" is there twice; name it once`,
      "1:107",
    ],
  ])("%.40s", (text, message, at) => {
    expect(refusal(text)).toEqual({ message, at });
  });

  it.each([
    ["a byte that is none of UTF-8's", bytesOf('{"a":"', 0xff, '"}')],
    ["an overlong slash", bytesOf('"', 0xc0, 0xaf, '"')],
    ["the bytes of a surrogate", bytesOf('"', 0xed, 0xa0, 0x80, '"')],
    ["a character cut off", bytesOf('"', 0xe2, 0x82)],
    ["UTF-16", new Uint8Array(Buffer.from('\ufeff{"a":1}', "utf16le"))],
  ])("%s", (_, bytes) => {
    expect(refusal(bytes)).toEqual({ message: "body: not UTF-8; send JSON as UTF-8" });
  });

  it("a byte order mark before JSON in bytes", () => {
    expect(refusal(bytesOf(0xef, 0xbb, 0xbf, "{}"))).toMatchObject({
      message: expect.stringContaining("byte order mark"),
    });
  });
});

describe("what is no JSON is refused with its place", () => {
  it.each([
    ["", "it is empty", "1:1"],
    [" \n", "it is empty", "1:1"],
    ["{", "it ends where a member name in double quotes is expected", "1:2"],
    ['{"a":}', "'}' where a value is expected", "1:6"],
    ['{"a" 1}', "'1' where ':' is expected", "1:6"],
    ['{\n  "a": 1\n  "b": 2\n}', "'\"' where ',' or '}' is expected", "3:3"],
    ["[1,]", "']' where a value is expected", "1:4"],
    ["[1 2]", "'2' where ',' or ']' is expected", "1:4"],
    ["{} {}", "'{' where the end is expected", "1:4"],
    ["nul", "'n' where a value is expected", "1:1"],
    ["[NaN]", "'N' where a value is expected", "1:2"],
    ["[01]", "'1' where ',' or ']' is expected", "1:3"],
    ["[1.]", "'.' where ',' or ']' is expected", "1:3"],
    ['["a\nb"]', "U+000A where the end of the string is expected", "1:4"],
    ['["\\x"]', "this escape is none of JSON's", "1:3"],
    ['["abc', "it ends where the end of the string is expected", "1:6"],
    ["{'a':1}", "''' where a member name in double quotes is expected", "1:2"],
    ["[1] // no", "'/' where the end is expected", "1:5"],
    ["\u00a0[]", "U+00A0 where a value is expected", "1:1"],
    ["[]\0", "U+0000 where the end is expected", "1:3"],
  ])("%j", (text, reason, at) => {
    expect(refusal(text)).toEqual({ message: `body: not JSON: ${reason}`, at });
  });

  it("without quoting what may be secret", () => {
    expect(JSON.stringify(refusal('{"key":"kf_secret" "x"}'))).not.toContain("kf_secret");
  });
});

/** Texts near JSON: JSON with a few characters taken out, put in or doubled. */
const nearJson = fc
  .tuple(
    fc.json({ maxDepth: 4 }),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.constantFrom(
          "",
          '"',
          "\\",
          "{",
          "]",
          ",",
          ":",
          "0",
          "-",
          ".",
          "e",
          " ",
          "\n",
          "\u0001",
          "\\u0061",
          "\\ud834",
          "t",
        ),
        fc.nat(2),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((before, [at, piece, cut]) => {
      const place = at % (before.length + 1);
      return before.slice(0, place) + piece + before.slice(place + cut);
    }, text),
  );

/** `JSON.parse`, with what it forgets: whether a name came twice, by a reader that shares no code with ours. */
function oracle(text: string): { value: unknown } | undefined {
  let isStrict = true;
  try {
    // A reviver sees the last of two members only: their number is compared with the number of colons outside strings.
    const value: unknown = JSON.parse(text);
    const outside = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    let members = 0;
    JSON.parse(text, function (this: unknown, key: string, member: unknown) {
      if (typeof this === "object" && this !== null && !Array.isArray(this)) members++;
      for (const each of [key, member]) if (typeof each === "string" && !each.isWellFormed()) isStrict = false;
      return member;
    });
    // The root counts once, as the member "" of an object of the reviver's own.
    if (members - 1 !== (outside.match(/:/g) ?? []).length) isStrict = false;
    return isStrict ? { value } : undefined;
  } catch {
    return undefined;
  }
}

describe("laws", () => {
  it("reads exactly what JSON.parse reads, without doubles and halves", () => {
    let [read, refused] = [0, 0];
    fc.assert(
      fc.property(nearJson, (text) => {
        const expected = oracle(text);
        if (expected === undefined) {
          refused++;
          expect(refusal(text)).toMatchObject({ at: expect.stringMatching(/^\d+:\d+$/) });
        } else {
          read++;
          expect(parseStrictJson(text, "body")).toEqual(expected.value);
          expect(parseStrictJson(utf8(text), "body")).toEqual(expected.value);
        }
      }),
      { numRuns: 1500, seed: 4 },
    );
    expect(Math.min(read, refused)).toBeGreaterThan(250);
  });

  it("finds a fault exactly where JSON.parse does", () => {
    const isJson = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(nearJson, (text) => {
        const fault = findJsonFault(text);
        expect(fault === undefined).toBe(isJson(text));
        // Up to the fault, the text is the beginning of some JSON: no earlier place is at fault.
        if (fault !== undefined)
          expect(findJsonFault(text.slice(0, fault.offset))?.offset ?? fault.offset).toBeLessThanOrEqual(fault.offset);
      }),
      { numRuns: 1500, seed: 5 },
    );
  });

  it("reads a large flat body in linear time", () => {
    const text = `{${Array.from({ length: 50_000 }, (_, k) => `"name${k}":${k}`).join(",")}}`;
    expect(Object.keys(parseStrictJson(utf8(text), "body") as object)).toHaveLength(50_000);
  });
});
