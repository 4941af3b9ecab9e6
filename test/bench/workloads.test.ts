import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faults } from "../../bench/answer.mjs";
import { passProgram } from "../../bench/passes.mjs";
import { report } from "../../bench/tables.mjs";
import { loadWorkload, Workload, workloadFiles } from "../../bench/workload.mjs";

const files = workloadFiles();

describe("workloads", () => {
  it("are all valid, and named like their files", () => {
    const kinds = new Set(files.map((file) => loadWorkload(file).kind));
    expect([files.length >= 19, kinds]).toEqual([true, new Set(["circuit", "anneal", "schedule", "infer"])]);
    for (const file of files) expect(file.endsWith(`/${loadWorkload(file).name}.json`)).toBe(true);
  });

  it("declare as many qubits as their source has", () => {
    for (const file of files) {
      const workload = loadWorkload(file);
      if (workload.kind !== "circuit") continue;
      const register = workload.input.format === "openqasm2" ? "qreg q[N];" : "qubit[N] q;";
      expect(workload.input.source, file).toContain(register.replace("N", `${workload.qubits}`));
    }
  });

  it("without an answer, with an unknown option or a misspelt field are refused", () => {
    const valid = JSON.parse(readFileSync(files[0] ?? "", "utf8"));
    expect(Workload.safeParse(valid).success).toBe(true);
    expect(Workload.safeParse({ ...valid, answer: undefined }).success).toBe(false);
    expect(Workload.safeParse({ ...valid, answer: { source: "nobody" } }).success).toBe(false);
    expect(Workload.safeParse({ ...valid, options: { ...valid.options, shot: 1 } }).success).toBe(false);
    expect(Workload.safeParse({ ...valid, precisions: {} }).success).toBe(false);
    expect(Workload.safeParse({ ...valid, tolerance: 1 }).success).toBe(false);
  });
});

describe("an answer", () => {
  const exact = { expectation: 0.5, marginals: [{ qubits: [0], probabilities: [0.25, 0.75] }], source: "by hand" };

  it("is right within its tolerance only", () => {
    const marginals = [{ qubits: [0], probabilities: [0.25, 0.75] }];
    expect(faults(exact, 1e-9, { expectation: 0.5 + 5e-10, marginals })).toEqual([]);
    expect(faults(exact, 1e-9, { expectation: 0.5 + 2e-9, marginals })).toEqual([
      expect.stringMatching(/^expectation is 0\.500000002, expected 0\.5 ± 1e-9$/),
    ]);
  });

  it("is wrong when a part is missing or not a number", () => {
    expect(faults(exact, 1e-9, {})).toHaveLength(4);
    const marginals = [{ qubits: [0], probabilities: [0.25, Number.NaN] }];
    expect(faults(exact, 1e-9, { expectation: 0.5, marginals })).toEqual([
      "P(qubits 0 = 1) is NaN, expected 0.75 ± 1e-9",
    ]);
  });

  it("of a gradient names every derivative, and no other", () => {
    const answer = { gradient: { a: 1, b: -2 }, source: "by hand" };
    expect(faults(answer, 1e-9, { gradient: { a: 1, b: -2 } })).toEqual([]);
    expect(faults(answer, 1e-9, { gradient: { a: 1.1, c: 0 } }).map((fault) => fault.split(",")[0])).toEqual([
      "the derivative by a is 1.1",
      "the derivative by b is undefined",
      "the derivative by c is 0",
    ]);
  });

  it("of shots notices lost shots, foreign outcomes, a biased bit and missing noise", () => {
    const counts = {
      shots: 100,
      sigmas: 5,
      bits: [0.5, 0.5],
      only: ["00", "11"],
      heavy: { outcomes: "8", probability: 0.5 }, // the set {11}
    };
    const answer = { counts, source: "by hand" };
    expect(faults(answer, 1e-9, { counts: { "00": 52, "11": 48 } })).toEqual([]);
    expect(faults(answer, 1e-9, { counts: { "00": 52, "11": 47 } })).toEqual([
      "the counts add up to 99, expected 100 shots",
    ]);
    expect(faults(answer, 1e-9, { counts: { "00": 52, "11": 47, "10": 1 } })).toEqual(["outcome 10 appeared 1 times"]);
    const parity = { counts: { ...counts, parities: [{ bits: "3", probability: 0 }] }, source: "by hand" };
    expect(faults(parity, 1e-9, { counts: { "00": 52, "11": 48 } })).toEqual([]);
    expect(faults(parity, 1e-9, { counts: { "00": 52, "11": 47, "01": 1 } })).toContainEqual(
      "the parity of 0x3 is odd in 0.01 of the shots, expected 0 ± 0",
    );
    const biased = faults(answer, 1e-9, { counts: { "00": 80, "11": 20 } });
    expect(biased.map((fault) => fault.split(" in ")[0])).toEqual(["bit 0 is 1", "bit 1 is 1", "the outcome is heavy"]);
  });
});

describe("tables", () => {
  it("lead with the ratio of the fastest rounds and keep the median", () => {
    const common = { type: "row", workload: "toy", precision: "f64", threads: 1, wallMs: [], resultHash: null };
    const table = report([
      { ...common, subject: "wasm", engineMs: [30, 20, 22] },
      { ...common, subject: "native", engineMs: [10, 16, 12] },
    ]);
    expect(table).toContain("| toy, f64 | 1 | 2.00× | 20 ms (22 ms) | 10 ms (12 ms) |");
  });

  it("name every row that a peer wins", () => {
    const common = { type: "row", precision: "f64", threads: 1, wallMs: [], resultHash: null };
    const table = report([
      {
        type: "run",
        date: "2026-01-01",
        subjects: { rival: "another" },
        peers: ["rival"],
        commit: "0",
        contentHash: null,
        rustFlags: "",
        loadAverage: 0,
      },
      { ...common, workload: "toy", subject: "wasm", engineMs: [30, 25] },
      { ...common, workload: "toy", subject: "rival", engineMs: [20, 21] },
      { ...common, workload: "other", subject: "wasm", engineMs: [10] },
      { ...common, workload: "other", subject: "rival", engineMs: [20] },
    ]);
    expect(table).toMatch(/\nLost: toy, f64: wasm takes 1\.25× the time of rival\.$/);
  });

  it("say how far a pass is from the memory limit of its own working set", () => {
    const bytes = 32 * 2 ** 20;
    const table = report([
      { type: "stream", subject: "wasm", bytes: bytes / 2, bytesPerSecond: 1e10 },
      { type: "pass", subject: "wasm", precision: "f64", qubits: 20, qubit: 3, bytes, passMs: (bytes / 5e9) * 1000 },
    ]);
    expect(table).toContain("| 3 | 6.7 ms, 5.0 GB/s, 50 % |");
    expect(passProgram(3, 8)).toContain("[1:8]");
  });
});
