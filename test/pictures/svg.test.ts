import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circuitSvg } from "../../ts/pictures/circuit-svg.ts";
import { histogramSvg } from "../../ts/pictures/histogram.ts";
import { arbitraryCircuit } from "./arbitrary-circuit.ts";
import { BELL, gate, measure, TELEPORTATION, when } from "./circuits.ts";

/** Reads XML strictly enough for what is drawn here: names, quoted attributes, balanced tags, known entities, no stray markup. */
function parseXml(text: string): { tags: string[]; content: string } {
  const tags: string[] = [];
  const open: string[] = [];
  let content = "";
  const token =
    /<(\/?)([a-z]+)((?: [a-zA-Z][a-zA-Z0-9:-]*="(?:[^<>&"]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>|((?:[^<>&]|&(?:amp|lt|gt|quot|#39);)+)/gy;
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) throw new Error(`not XML at ${at}: ${text.slice(at, at + 40)}`);
    const [, isEnd, name, , isEmpty, characters] = match;
    if (characters !== undefined) content += characters;
    else if (isEnd === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element`);
    } else if (name !== undefined) {
      if (open.length === 0 && tags.length > 0) throw new Error("two roots");
      tags.push(name);
      if (isEmpty !== "/") open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed`);
  return { tags, content };
}

describe("circuitSvg", () => {
  it("is well-formed for every circuit, and names its content", () => {
    fc.assert(
      fc.property(arbitraryCircuit, ({ view }) => {
        expect(parseXml(circuitSvg(view, { width: 400 })).tags.slice(0, 3)).toEqual(["svg", "title", "desc"]);
      }),
      { numRuns: 100 },
    );
  });

  it("describes the circuit for those who cannot see it", () => {
    const { content } = parseXml(circuitSvg(BELL));
    expect(content).toContain("Circuit: 2 qubits, 2 classical bits, 4 operations");
    expect(content).toContain("1 h, 1 cx, 2 measure");
  });

  it("escapes what a hostile file puts into names, angles and conditions", () => {
    const evil = `"><script>alert(1)</script>&'`;
    const svg = circuitSvg({
      qubits: [{ name: evil, size: 1, scalar: true }],
      bits: [{ name: evil, size: 1, scalar: true }],
      inputs: [],
      ops: [
        gate(evil, [0], [], [evil]),
        measure(0, 0),
        when(evil, [0], [gate("x", [0])]),
        { op: "assign", bit: 0, text: evil },
      ],
    });
    expect(parseXml(svg).tags).not.toContain("script");
  });

  it("keeps its parts inside the view box", () => {
    for (const width of [300, 500, 960]) {
      const svg = circuitSvg(TELEPORTATION, { width });
      const [, boxWidth, boxHeight] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
      for (const [, axis, value] of svg.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy)="([-0-9.]+)"/g)) {
        expect(Number(value)).toBeGreaterThanOrEqual(0);
        expect(Number(value)).toBeLessThanOrEqual(Number(axis?.includes("x") ? boxWidth : boxHeight));
      }
    }
  });

  it("brings its own colours only as a file", () => {
    expect(circuitSvg(BELL)).not.toContain("<style>");
    expect(circuitSvg(BELL, { standalone: true })).toContain("prefers-color-scheme:dark");
    parseXml(circuitSvg(BELL, { standalone: true }));
  });
});

describe("histogramSvg", () => {
  it("has bars in proportion", () => {
    const svg = histogramSvg({ "00": 500, "11": 250 });
    const widths = [...svg.matchAll(/<rect [^>]*?width="([0-9.]+)"/g)].map((match) => Number(match[1]));
    expect(widths).toEqual([320, 160]);
    expect(parseXml(svg).content).toContain("00: 500 66.7 %; 11: 250 33.3 %");
  });

  it("escapes outcomes and survives having none", () => {
    expect(parseXml(histogramSvg({ "<b>": 1 })).tags).not.toContain("b");
    parseXml(histogramSvg({}));
  });
});
