import { describe, expect, it } from "vitest";
import { annealText } from "../../ts/cli/search-text.ts";
import { solutionText } from "../../ts/cli/solution-text.ts";
import type { ProblemSolution } from "../../ts/models/problem.ts";

const shown = { width: 80, ascii: false, all: false };
const right = { feasible: true, violations: [] };
const text = (solution: ProblemSolution, options: Partial<typeof shown> = {}): string[] =>
  solutionText(solution, { ...shown, ...options }).split("\n");

describe("a solution as text", () => {
  it.each<[ProblemSolution, string[]]>([
    [
      { problem: "max-cut", ...right, objective: 7, sides: [["a", 1], []], totalWeight: 9.5 },
      ["objective    7, the weight between the sides, of 9.5 in all", "side 1       a 1", "side 2       none"],
    ],
    [
      { problem: "number-partitioning", ...right, objective: 1, sets: [[3, 3], [5]], sums: [6, 5] },
      ["objective    1, the difference of the sums 6 and 5", "set 1        3 3", "set 2        5"],
    ],
    [
      {
        ...{ problem: "graph-coloring", ...right, objective: 0, colorsUsed: 2 },
        coloring: [1, 0, 1].map((color, k) => ({ vertex: `v${k}`, color })),
      },
      ["objective    0 edges in conflict, with 2 colors", "color 0      v1", "color 1      v0 v2"],
    ],
    [
      { problem: "knapsack", ...right, objective: 12.5, items: ["tent", "rope"], weight: 9, capacity: 10 },
      ["objective    12.5, the value of what weighs 9 of 10", "items        tent rope"],
    ],
    [{ problem: "set-cover", ...right, objective: 8, sets: ["p", "q"] }, ["objective    8, the cost of 2 sets"]],
    [
      { problem: "travelling-salesman", ...right, objective: 30, tour: ["a", "b", "c"] },
      ["objective    30, the length of the tour", "tour         a → b → c → a"],
    ],
    [
      { problem: "assignment", ...right, objective: 5, assignment: [{ facility: "ward", location: "north" }] },
      ["objective    5, the cost", "ward         north"],
    ],
    [
      { problem: "portfolio", ...right, objective: -0.5, assets: [7], return: 1, variance: 0.5 },
      ["objective    -0.5: return 1, variance 0.5", "assets       7"],
    ],
    [
      { problem: "scheduling", ...right, objective: 4, machines: [{ jobs: ["a", "b"], load: 4 }] },
      ["objective    4, the makespan", "machine 1    a b, until 4"],
    ],
    [
      { problem: "quadratic-program", ...right, objective: 3, sense: "max", values: { x: 2, "y z": -1 } },
      ["objective    3, maximised", "x            2"],
    ],
  ])("of $problem names what was chosen", (solution, lines) => {
    const made = text(solution);
    expect(made.slice(0, 3)).toEqual([`problem      ${solution.problem}`, lines[0], "feasible     yes"]);
    for (const line of lines) expect(made).toContain(line);
  });

  it("says what it breaks, and not all of it unless asked", () => {
    const violations = Array.from({ length: 20 }, (_, k) => ({
      constraint: `c${k}`,
      by: 1,
      message: `c${k} is broken`,
    }));
    const tour = ["a", null, "c\u001b[31m"];
    const solution: ProblemSolution = {
      problem: "travelling-salesman",
      objective: 3,
      feasible: false,
      violations,
      tour,
    };
    const made = text(solution, { ascii: true });
    expect(made).toContain("feasible     NO, 20 violations");
    expect(made).toContain("             c15 is broken");
    expect(made).toContain("             +4 more; --all");
    expect(made.join("\n")).toContain("tour         a -> ? -> c");
    expect(made.join("\n")).not.toContain("\u001b");
    expect(text(solution, { all: true })).toContain("             c19 is broken");
  });

  it("stands above what the search did, in the place of the sample", () => {
    const samples = [
      { energy: -6, sample: [1, 0], occurrences: 3, objective: 6, feasible: false },
      { energy: -5, sample: [0, 1], occurrences: 1, objective: 5, feasible: true },
    ];
    const solution: ProblemSolution = { problem: "set-cover", ...right, objective: 5, sets: ["b"] };
    const made = annealText(
      {
        ...{ vartype: "binary", variables: ["a", "b"], samples, solution, work: { sweeps: 40, reads: 4 } },
        best: { energy: -6, sample: [1, 0] },
      },
      shown,
    ).split("\n");
    expect(made[0]).toBe("problem      set-cover");
    expect(made).toContain("feasible     1 of 4 reads");
    expect(made).toContain("best energy  -6, found by 3 of 4 reads");
    expect(made.some((line) => line.startsWith("sample"))).toBe(false);
  });

  it("says how far a cut is from what is proved", () => {
    const at = (energy: number, cut: number) => ({
      ...{ vartype: "spin" as const, variables: [1, 2], work: { sweeps: 0, reads: 0 } },
      ...{ best: { energy, sample: [1, -1], cut }, samples: [{ energy, sample: [1, -1], occurrences: 1 }] },
    });
    const bound = { energy: -5, cut: 10, gap: 0.2, witness: [] };
    expect(annealText({ ...at(-1, 8), bound }, shown)).toContain(
      "bound        no cut is above 10: proved within 20.00 %",
    );
    // With sense max the least cut is sought.
    expect(annealText({ ...at(-1, 8), bound: { energy: 1, cut: 7, gap: 0.125, witness: [] } }, shown)).toContain(
      "bound        no cut is below 7: proved within 12.50 %",
    );
    expect(annealText({ ...at(-5, 10), bound: { ...bound, gap: 0 } }, shown)).toContain("bound        proved optimal");
    expect(annealText({ ...at(-1, 8), bound: { energy: -5, witness: [] } }, shown)).toContain("no energy passes -5");
  });
});
