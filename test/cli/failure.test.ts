import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureText } from "../../ts/cli/failure.ts";
import { textWidth } from "../../ts/pictures/labels.ts";

const at = (source: string, line: number, column: number, width = 80): string =>
  failureText({ code: "invalid-input", message: "no", line, column }, { name: "a.qasm", source }, width);

describe("failureText", () => {
  it("puts the caret under the column, in characters", () => {
    expect(at("x;\n\tfoo q;", 2, 2)).toBe("a.qasm:2:2: no\n     foo q;\n     ^");
    expect(at("é量 bad", 1, 4)).toBe("a.qasm:1:4: no\n    é量 bad\n        ^");
    expect(at("a\r\nb\rc", 3, 1)).toBe("a.qasm:3:1: no\n    c\n    ^");
  });

  it("shows a window of a long line, with the place in it", () => {
    const text = at(`${"x".repeat(500)}HERE${"y".repeat(500)}`, 1, 501, 60);
    const [, line = "", caret = ""] = text.split("\n");
    expect(line.slice(caret.length - 1)).toMatch(/^HERE/);
    expect(textWidth(line)).toBeLessThanOrEqual(60);
  });

  it("never lets a source steer the terminal, whatever the place", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 99 }),
        (source, line, column) => {
          expect(at(source, line, column)).not.toMatch(/[^\P{C}\n]/u);
        },
      ),
    );
  });

  it("keeps control characters of messages out as well", () => {
    expect(failureText({ code: "invalid-input", message: "no gate '\u001B[2J'" }, undefined)).toBe(
      "ketflow: no gate '\uFFFD[2J'",
    );
  });
});
