import { describe, expect, it } from "vitest";
import { annealText, hybridText, inferText, scheduleText } from "../../ts/cli/search-text.ts";
import type { AnnealResult } from "../../ts/models/anneal.ts";
import type { HybridResult } from "../../ts/models/hybrid.ts";
import type { ScheduleResult } from "../../ts/models/schedule.ts";
import { ketflow } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

const COO = "# vartype=SPIN\n0 1 1\n";
const NET = '{"format":"ketflow-net/1","dtype":"f32","layers":[]}';
const HYBRID = '{"format": "ketflow-hybrid/1"}';
const QUBO = "c by hand\np qubo 0 2 0 1\n0 1 1\n";

describe("ketflow run, by the type of its file", () => {
  it.each([
    ["model.coo", COO, "anneal", "coo"],
    ["model.txt", COO, "anneal", "coo"],
    ["model.txt", "0 1 -2.5\n1 2 3\n", "anneal", "coo"],
    ["model.txt", QUBO, "anneal", "qubo"],
    ["graph.mc", "2 1\n1 2 1\n", "anneal", "rudy"],
    ["graph.txt", "2 1\n1 2 1\n", "anneal", "rudy"],
    ["program.bqp", "2 1\n1 2 1\n", "anneal", "bqp"],
    ["model.json", '{"type": "BinaryQuadraticModel"}', "anneal", "dimod-json"],
    ["any.problem.json", "{}", "anneal", "problem-json"],
    ["any.json", '{"format": "ketflow-problem/1"}', "anneal", "problem-json"],
    ["any.json", '{ "problem" : "knapsack"}', "anneal", "problem-json"],
    ["model.lp", "x", "anneal", "lp"],
    ["model.txt", "\\ a note\nMinimize\n obj: x\n", "anneal", "lp"],
    ["plan.rcp", "1 0\n", "schedule", "rcp"],
    ["shop.jsp", "1 1\n0 3\n", "schedule", "jsp"],
    ["plan.json", '{"format": "ketflow-schedule/1"}', "schedule", "schedule-json"],
    ["any.json", NET, "infer", "net-json"],
    ["search.hybrid.json", "{}", "hybrid", "hybrid-json"],
    ["any.json", HYBRID, "hybrid", "hybrid-json"],
    ["old.txt", "// note\nOPENQASM 2.0;\n", "circuit", "openqasm2"],
  ])("%s with %j is a job of type %s", async (name, source, type, format) => {
    const { bodies } = await ketflow(["run", name], { folder: scratch({ [name]: source }) });
    expect(bodies).toEqual([{ type, input: { format, source } }]);
  });

  it("sends bytes that are no text as base64", async () => {
    const source = "DIMODBQM\u0002\u0000";
    const folder = scratch({ "m.bqm": source, "n.onnx": "\u0008\u0008:\u0000", "x.json": "[[1, 2]]" });
    const { bodies } = await ketflow(["run", "m.bqm"], { folder });
    expect(bodies).toMatchObject([{ input: { format: "dimod-bqm", source: { base64: btoa(source) } } }]);
    const network = await ketflow(["run", "n.onnx", "--states", "x.json"], { folder });
    expect(network.bodies).toMatchObject([
      {
        type: "infer",
        input: { format: "onnx", source: { base64: btoa("\u0008\u0008:\u0000") } },
        options: { states: [[1, 2]] },
      },
    ]);
  });

  it("turns the flags of each type into its options", async () => {
    const folder = scratch({ "m.coo": COO, "s.jsp": "1 1\n0 3\n", "n.net.json": NET, "x.json": "[[1, 2], [3, 4]]" });
    const hybrid = scratch({ "h.json": HYBRID });
    const anneal = ["--reads", "5", "--sweeps", "7", "--time-limit", "90", "--target-energy", "-1.5", "--sense", "max"];
    const more = ["--max-samples", "3", "--beta-range", "0.1,2", "--initial", "1,-1", "--method", "anneal", "--bound"];
    const threads = ["--threads", "2"];
    const search = ["--objective", "makespan", "--iterations", "8", "--restarts", "2", "--target-value", "3"];
    const optionsOf = async (...args: string[]) => (await ketflow(["run", ...args], { folder })).bodies[0]?.options;
    expect(await optionsOf("m.coo", ...anneal, ...more, ...threads)).toEqual({
      ...{ reads: 5, sweeps: 7, timeLimitMs: 90, targetEnergy: -1.5, sense: "max", maxSamples: 3, bound: true },
      ...{ betaRange: [0.1, 2], initial: [1, -1], method: "anneal", threads: 2 },
    });
    expect(await optionsOf("s.jsp", ...search)).toEqual({
      ...{ objective: "makespan", iterations: 8, restarts: 2, targetValue: 3 },
    });
    const descent = ["--optimizer", "spsa", "--max-iterations", "9", "--learning-rate", "0.2", "--tolerance", "1e-3"];
    const rest = ["--perturbation", "0.3", "--layers", "2", "--samples", "7", "--shots", "5", "--threads", "2"];
    const shifts = ["--shift-frequencies", "a=0.5,1", "--shift-frequencies", "b=2"];
    const { bodies } = await ketflow(["run", "h.json", ...descent, ...rest, ...shifts], { folder: hybrid });
    expect(bodies[0]?.options).toEqual({
      ...{ optimizer: "spsa", maxIterations: 9, learningRate: 0.2, tolerance: 1e-3, perturbation: 0.3 },
      ...{ layers: 2, samples: 7, shots: 5, threads: 2, shiftFrequencies: { a: [0.5, 1], b: [2] } },
    });
    expect(await optionsOf("n.net.json", "--states", "x.json")).toEqual({
      states: [
        [1, 2],
        [3, 4],
      ],
    });
  });

  it.each([
    [["m.coo", "--shots", "5"], /shots: no option of jobs of type anneal; its options are reads, /],
    [["s.jsp", "--threads", "2"], /threads: no option of jobs of type schedule/],
    [["m.coo", "--observable", "ZZ"], /observable: no option of jobs of type anneal/],
    [["bell.qasm", "--reads", "5"], /reads: no option of jobs of type circuit/],
    [["m.coo", "--beta-range", "1,x"], /--beta-range 1,x: 'x' is no number/],
    [["m.coo", "--format", "gset"], /--format gset: the formats are .*rudy/],
    [["h.hybrid.json", "--learning-rate", "fast"], /--learning-rate fast: 'fast' is no number/],
    [["h.hybrid.json", "--shift-frequencies", "a"], /--shift-frequencies a: expected NAME=NUMBERS/],
    [["h.hybrid.json", "--reads", "5"], /reads: no option of jobs of type hybrid/],
    [["m.coo", "--sense", "low"], /options\.sense/],
  ])("%j is refused", async (args, message) => {
    const folder = scratch({
      ...{ "m.coo": COO, "bell.qasm": "OPENQASM 3.0;", "s.jsp": "1 1\n0 3\n", "h.hybrid.json": HYBRID },
    });
    const { code, stderr, bodies } = await ketflow(["run", ...args], { folder });
    expect([code, bodies]).toEqual([2, []]);
    expect(stderr).toMatch(message);
  });

  it("takes the setting of threads for the types that have it", async () => {
    const folder = scratch({ "m.coo": COO, "s.jsp": "1 1\n0 3\n" });
    const environment = { KETFLOW_THREADS: "4", KETFLOW_SHOTS: "9" };
    const optionsOf = async (file: string) =>
      (await ketflow(["run", file], { folder, environment })).bodies[0]?.options;
    expect(await optionsOf("m.coo")).toEqual({ threads: 4 });
    expect(await optionsOf("s.jsp")).toBeUndefined();
  });

  it("draws circuits alone", async () => {
    const { code, stderr } = await ketflow(["draw", "m.coo"], { folder: scratch({ "m.coo": COO }) });
    expect(code).toBe(2);
    expect(stderr).toContain("m.coo: is coo; this command takes circuits");
  });
});

const shown = { width: 60, ascii: true, all: false };

describe("what a search found, as text", () => {
  const samples = [
    { energy: -5, sample: [-1, 1, -1], occurrences: 3 },
    { energy: -5, sample: [1, -1, 1], occurrences: 1 },
    { energy: -1, sample: [1, 1, 1], occurrences: 6 },
  ];
  const anneal: AnnealResult = {
    ...{ vartype: "spin", variables: [1, 2, 3], samples, work: { sweeps: 10_000, reads: 10 } },
    best: { energy: -5, sample: [-1, 1, -1], cut: 6 },
  };

  it("has the best energy, how often it was found, and how the reads spread", () => {
    expect(annealText(anneal, shown).split("\n")).toEqual([
      "best energy  -5, found by 4 of 10 reads",
      "cut          6",
      "work         10,000 sweeps over 3 variables",
      "energies     -5 *        @ -1",
      "sample       -+-",
    ]);
  });

  it("says what auto picked, and why", () => {
    const searches = [{ method: "tabu" as const, reads: 1, sweeps: 99, energy: -5 }];
    const raced = annealText({ ...anneal, auto: { method: "tabu", reason: "race", searches } }, shown);
    expect(raced.split("\n")).toContain("method       tabu: the best of 1 searches");
    const exact = annealText({ ...anneal, auto: { method: "exact", reason: "small-width" } }, shown);
    expect(exact.split("\n")).toContain("method       exact: it takes less work than a search");
  });

  it("names variables that have names, and says what an exact search is", () => {
    const named = {
      ...anneal,
      vartype: "binary" as const,
      variables: ["a", "b", [0, 1]],
      work: { sweeps: 0, reads: 0 },
    };
    const text = annealText({ ...named, best: { energy: -5, sample: [0, 1, 0] } }, shown);
    expect(text).toContain("best energy  -5, proved optimal");
    const work = { sweeps: 2000, reads: 0 };
    expect(annealText({ ...named, proved: false, work }, shown)).toContain("not proved: 2,000 nodes were used up");
    expect(text).toContain('sample       "a"=0 "b"=1 [0,1]=0');
  });

  it("has the chart of a schedule and what is proved of it", () => {
    const schedule: ScheduleResult = {
      tasks: [
        { id: "1.1", start: 0, end: 3, machine: "0" },
        { id: "1.2", start: 3, end: 5, machine: "1" },
      ],
      ...{ makespan: 5, objective: 5, lowerBound: 4, gap: 0.2, criticalPath: ["1.1", "1.2"] },
      work: { iterations: 2000, restarts: 3 },
    };
    const lines = scheduleText(schedule, shown).split("\n");
    expect(lines).toContain("makespan     5; lower bound 4, gap 20.0 %");
    expect(lines).toContain("critical     1.1 → 1.2");
    expect(lines).toContain("work         2,000 schedules in 3 restarts");
    expect(scheduleText({ ...schedule, lowerBound: 5, gap: 0 }, shown)).toContain("makespan     5; proved optimal");
  });

  it("has the energy of a hybrid search, how it went, and what the final sampling found", () => {
    const search: HybridResult = {
      ...{ energy: -2.5, parameters: { gamma_1: 0.5, beta_1: 0.25 }, trace: [-1, -2, -2.5], iterations: 2 },
      ...{ evaluations: 7, converged: true, best: { bitstring: "101", energy: -3, shots: 40 } },
      cut: { best: 3, expected: 2.5, ratio: 2.5 / 3 },
    };
    expect(hybridText(search, shown).split("\n")).toEqual([
      "energy       -2.5",
      "trace        -1 @-_ -2.5",
      "work         2 iterations (converged), 7 energies",
      "parameters   gamma_1=0.5  beta_1=0.25",
      "best         101, energy -3, 40 times in the final sampling",
      "cut          3 by the best; expected 2.5, 83.3 % of it",
    ]);
    const long = { ...search, trace: Array.from({ length: 500 }, (_, k) => 1 / (k + 1)), converged: false };
    expect(hybridText(long, shown)).toMatch(/^trace +1 [@#*+=.\-_]{21} 0\.002$/m);
    expect(hybridText(long, shown)).toContain("(the most that were allowed)");
  });

  it("has a line for each state of a network", () => {
    expect(inferText({ outputs: [[0.5, -1.25]], argmax: [0] }, shown).split("\n")).toEqual([
      "state  argmax  outputs",
      "    0       0  0.5  -1.25",
    ]);
  });
});
