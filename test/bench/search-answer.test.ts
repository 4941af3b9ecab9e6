import { describe, expect, it } from "vitest";
import { annealFaults, inferFaults, scheduleFaults } from "../../bench/search-answer.mjs";

const source = "by hand";

describe("the answer of a model", () => {
  // E = s0 s1 − 2 s1 s2 + s2: lowest at −4 (1, −1, −1).
  const model = "# vartype=SPIN\n0 1 1\n1 2 -2\n2 2 1\n";
  const found = (energy: number, sample: number[]) => ({
    ...{ vartype: "spin" as const, variables: [0, 1, 2], work: { sweeps: 1, reads: 1 } },
    ...{ best: { energy, sample }, samples: [{ energy, sample, occurrences: 1 }] },
  });
  const answer = { optimum: -4, within: 1, source };

  it("is right near the optimum, with the energy that the source gives", () => {
    expect(annealFaults(answer, model, found(-4, [1, -1, -1]))).toEqual([]);
    expect(annealFaults(answer, model, found(-4, [1, 1, -1]))).toEqual(["a sample of energy 2 is said to have -4"]);
    expect(annealFaults(answer, model, found(0, [-1, 1, 1]))).toEqual([
      expect.stringMatching(/^a sample of energy -2 is said/),
      "the best energy is 0, expected -4 to -3",
    ]);
    expect(annealFaults(answer, model, found(-4, [1, -1, 0]))).toContain("a sample has other values");
  });

  it("reads binary variables", () => {
    const binary = "# vartype=BINARY\n0 0 -3\n0 1 2\n";
    const best = { ...found(-3, [1, 0]), vartype: "binary" as const };
    expect(annealFaults({ optimum: -3, within: 0, source }, binary, best)).toEqual([]);
  });
});

describe("the answer of a schedule", () => {
  const task = (id: string, start: number, end: number) => ({ id, start, end });
  const result = (...tasks: ReturnType<typeof task>[]) => {
    const makespan = Math.max(...tasks.map(({ end }) => end));
    const rest = { lowerBound: 5, gap: 0, criticalPath: [], work: { iterations: 1, restarts: 1 } };
    return { tasks, makespan, objective: makespan, ...rest };
  };
  const answer = { makespan: { atLeast: 5, atMost: 6 }, source };

  it("keeps the order of jobs, and one operation at a time on a machine", () => {
    const shop = { format: "jsp", source: "2 2\n0 3 1 2\n0 2 1 1\n" };
    const good = [task("1.1", 0, 3), task("1.2", 3, 5), task("2.1", 3, 5), task("2.2", 5, 6)] as const;
    expect(scheduleFaults(answer, shop, result(...good))).toEqual([]);
    const [first, second, third, last] = good;
    expect(scheduleFaults(answer, shop, result(first, second, task("2.1", 2, 4), last))).toEqual([
      expect.stringMatching(/^resource 0 gives 2 of 1 at 2$/),
    ]);
    expect(scheduleFaults(answer, shop, result(first, second, third, task("2.2", 4, 5)))).toEqual([
      "task 2.2 starts too early",
      expect.stringMatching(/^resource 1 gives 2 of 1/),
    ]);
    expect(scheduleFaults(answer, shop, result(first, second, third, task("2.2", 5, 7)))).toEqual([
      "task 2.2 takes 2, expected 1",
      "the makespan is 7, expected 5 to 6",
    ]);
  });

  it("keeps precedences and capacities of a project", () => {
    const project = { format: "rcp", source: "3 1\n3\n2 2 1 3\n3 1 1 3\n2 3 0\n" };
    const good = [task("1", 0, 2), task("2", 0, 3), task("3", 3, 5)] as const;
    expect(scheduleFaults(answer, project, result(...good))).toEqual([]);
    expect(scheduleFaults(answer, project, result(good[0], good[1], task("3", 2, 4)))).toEqual([
      "task 3 starts too early",
      "resource 0 gives 4 of 3 at 2",
      "the makespan 4 is below the bound 5",
      "the makespan is 4, expected 5 to 6",
    ]);
  });
});

describe("the answer of a network", () => {
  const answer = { tolerance: 1e-3, outputs: [[1, 2]], means: [2, 1.5], argmax: [1, -1], source };
  const outputs = [
    [1, 2],
    [3, 1],
  ];

  it("is right within its tolerance, where the larger output is clear", () => {
    expect(inferFaults(answer, { outputs, argmax: [1, 0] })).toEqual([]);
    expect(inferFaults(answer, { outputs, argmax: [0, 0] })).toEqual([
      "the largest output of state 0 is 0, expected 1",
    ]);
    const off = [[1, 2.01], outputs[1] ?? []];
    expect(inferFaults(answer, { outputs: off, argmax: [1, 0] })).toEqual([
      "output 1 of state 0 is 2.01, expected 2 ± 0.001",
      expect.stringMatching(/^the mean of output 1 is 1\.50/),
    ]);
    expect(inferFaults(answer, { outputs: [outputs[0] ?? []], argmax: [1] })).toContain("1 states, expected 2");
  });
});
