import { describe, expect, it } from "vitest";
import { coloringView, tourView } from "../../ts/pictures/graph.ts";
import { graphSvg } from "../../ts/pictures/graph-svg.ts";
import { graphText } from "../../ts/pictures/graph-text.ts";

const CITIES = ["harbour", "mill", "church", "bridge"];
const TOUR = tourView(
  CITIES,
  [
    [0, 0],
    [0, 6],
    [12, 6],
    [12, 0],
  ],
  { tour: ["harbour", "mill", "church", "bridge"], objective: 36 },
);
const MAP = coloringView(
  ["WA", "NT", "SA"],
  [
    ["WA", "NT"],
    ["NT", "SA"],
    ["WA", "SA"],
  ],
  {
    coloring: [
      { vertex: "WA", color: 0 },
      { vertex: "NT", color: 1 },
      { vertex: "SA", color: 1 },
    ],
  },
);

describe("tourView", () => {
  it("keeps the proportions of coordinates and closes the tour", () => {
    expect(TOUR.points.map(({ x, y }) => [x, y])).toEqual([
      [0, 0.25],
      [0, 0.75],
      [1, 0.75],
      [1, 0.25],
    ]);
    expect(TOUR.lines.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 0],
    ]);
  });

  it("puts cities without coordinates on a circle in the order of the tour, and skips places without a city", () => {
    const { points, lines } = tourView(CITIES, undefined, { tour: ["harbour", "church", null, "mill"], objective: 3 });
    expect(points.map(({ label }) => label)).toEqual(["harbour", "church", "mill"]);
    expect(lines.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
  });
});

describe("graphText", () => {
  it("draws cities, their names and the way between them", () => {
    expect(`\n${graphText(TOUR, { width: 30, ascii: true })}\n`).toMatchInlineSnapshot(`
      "
      Tour of 4 cities, length 36

      o mill..............o church
      .                   .
      .                   .
      .                   .
      .                   .
      o harbour...........o bridge
      "
    `);
  });

  it("marks edges in conflict and tells colours by number", () => {
    expect(`\n${graphText(MAP, { width: 30 })}\n`).toMatchInlineSnapshot(`
      "
      3 vertices in 2 colours, 1 of…

                 ● WA: 0
                · ·
              ··   ··
             ·       ·
            ·         ·
           ·           ·
         ··             ··
        ·                 ·
       ● SA: 1×××××××××××××● NT: 1
      "
    `);
  });

  it("passes no width, whatever the names are", () => {
    const names = ["a".repeat(90), "\u001b[31mred", "日本", "b"];
    for (const width of [30, 47, 80]) {
      const view = tourView(names, undefined, { tour: names, objective: 1 });
      for (const line of graphText(view, { width }).split("\n")) {
        expect(line.length).toBeLessThanOrEqual(width);
        expect(line).not.toContain("\u001b");
      }
    }
  });
});

describe("graphSvg", () => {
  it("has a line for each edge, a circle for each vertex and words for who does not see it", () => {
    const svg = graphSvg(MAP, { side: 100 });
    expect(svg.match(/<line /g)).toHaveLength(3);
    expect(svg.match(/<circle /g)).toHaveLength(3);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(svg).toContain(
      "<title>3 vertices in 2 colours, 1 of 3 edges in conflict</title><desc>WA: 0, NT: 1, SA: 1</desc>",
    );
  });

  it("shows names as text", () => {
    const view = tourView(["<b>", "&"], undefined, { tour: ["<b>", "&"], objective: 2 });
    expect(graphSvg(view)).toContain(">&lt;b&gt;</text>");
    expect(graphSvg(view)).not.toContain("<b>");
  });
});
