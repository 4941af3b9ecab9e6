import { describe, expect, it } from "vitest";
import { ketflow } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

const CITIES = JSON.stringify({
  problem: "travelling-salesman",
  cities: ["a", "b", "c"],
  coordinates: [
    [0, 0],
    [3, 0],
    [0, 4],
  ],
});
const solved = (solution: object): string => JSON.stringify({ result: { solution } });
const TOUR = solved({
  problem: "travelling-salesman",
  objective: 12,
  feasible: true,
  violations: [],
  tour: ["a", "b", "c"],
});
const SCHEDULE = JSON.stringify({
  type: "schedule",
  result: {
    tasks: [{ id: "cut", start: 0, end: 4, machine: "saw" }],
    makespan: 4,
    objective: 4,
    lowerBound: 4,
    gap: 0,
    criticalPath: ["cut"],
    work: { iterations: 1, restarts: 1 },
  },
});

describe("ketflow draw --result", () => {
  it("draws a tour", async () => {
    const folder = scratch({ "c.problem.json": CITIES, "r.json": TOUR });
    const { code, stdout } = await ketflow(["draw", "c.problem.json", "--result", "r.json"], { folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Tour of 3 cities, length 12\n/);
    expect(stdout).toMatch(/● c\n/);
  });

  it("draws a schedule as SVG", async () => {
    const folder = scratch({ "s.jsp": "1 1\n0 4\n", "r.json": SCHEDULE });
    const { code, stdout } = await ketflow(["draw", "s.jsp", "--result", "r.json", "--svg", "-"], { folder });
    expect(code).toBe(0);
    expect(stdout).toContain("<title>Schedule: 1 task, makespan 4</title>");
  });

  it.each([
    ["no JSON", "{", "r.json: not JSON"],
    ["no result", "{}", "r.json"],
    [
      "no picture",
      solved({ problem: "set-cover", objective: 1, feasible: true, violations: [], sets: [] }),
      "a solution of set-cover has no picture",
    ],
    [
      "another problem",
      solved({
        problem: "graph-coloring",
        objective: 0,
        feasible: true,
        violations: [],
        coloring: [],
        colorsUsed: 0,
      }),
      "c.problem.json.problem",
    ],
  ])("refuses a file with %s", async (_, text, message) => {
    const folder = scratch({ "c.problem.json": CITIES, "r.json": text });
    const { code, stderr } = await ketflow(["draw", "c.problem.json", "--result", "r.json"], { folder });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
