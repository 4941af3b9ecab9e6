import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measure, type Started } from "../../bench/measure.mjs";
import type { Subject } from "../../bench/subject.mjs";
import { ROOT, SUBJECTS } from "../../bench/subjects/subjects.mjs";
import type { LoadedWorkload } from "../../bench/workload.mjs";
import { loadWorkload, workloadFiles } from "../../bench/workload.mjs";

const limits = { rounds: 1, budgetMs: 60_000 };

function workload(name: string) {
  const file = workloadFiles().find((candidate) => candidate.endsWith(`/${name}.json`));
  return loadWorkload(file ?? `no workload ${name}`);
}

function circuit(name: string): Extract<LoadedWorkload, { kind: "circuit" }> {
  const loaded = workload(name);
  if (loaded.kind !== "circuit") throw new Error(`${name} is no circuit`);
  return loaded;
}

const F64 = { precision: "f64", threads: 1 } as const;

describe("the real engine as a subject", () => {
  let wasm: Started;
  beforeAll(() => {
    const entry = SUBJECTS.get("wasm");
    if (entry === undefined) throw new Error("there is no subject wasm");
    wasm = { entry, subject: entry.start(ROOT) };
  });
  afterAll(() => wasm.subject.close());

  it.each([
    ["brick12", "f64"],
    ["brick12", "f32"],
    ["ghz20", "f32"],
  ] as const)("answers %s in %s rightly, and its time counts", async (name, precision) => {
    const [row] = await measure(workload(name), { precision, threads: 1 }, [wasm], limits);
    expect(row).toMatchObject({ type: "row", threads: 1, resultHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const times = row?.type === "row" ? row.engineMs : [];
    expect(times.map((ms) => ms > 0)).toEqual([true]);
  });

  it.each(["loops1024", "detect128", "ta01", "project120", "qnet-batch"])("answers %s rightly", async (name) => {
    const [row] = await measure(workload(name), { precision: null, threads: 1 }, [wasm], limits);
    expect(row).toMatchObject({ type: "row", precision: null });
  });

  it.skipIf(availableParallelism() < 2)(
    "has a row for two threads where it shares, and says why where not",
    async () => {
      const model = workload("loops1024");
      // Four times as long: a run of some tens of milliseconds does not wait for a team to start.
      const long = { ...model, options: { ...model.options, reads: 256 } } as typeof model;
      const alone = await measure(long, { precision: null, threads: 1 }, [wasm], limits);
      const shared = await measure(long, { precision: null, threads: 2 }, [wasm], limits);
      const hashOf = (rows: typeof shared) => rows.map((row) => row.type === "row" && row.resultHash);
      expect(shared).toMatchObject([{ type: "row", threads: 2 }]);
      expect(hashOf(shared)).toEqual(hashOf(alone));
      const small = await measure(workload("brick12"), { precision: "f64", threads: 2 }, [wasm], limits);
      expect(small).toEqual([
        {
          ...{ type: "skipped", workload: "brick12", precision: "f64", threads: 2, subject: "wasm" },
          reason: "the circuit is too small to be shared",
        },
      ]);
    },
  );

  it("is refused when the answer is another, by little or by much", async () => {
    const right = circuit("brick12");
    const wrong = { ...right, answer: { ...right.answer, expectation: (right.answer.expectation ?? 0) + 1e-8 } };
    await expect(measure(wrong, F64, [wasm], limits)).rejects.toThrow(
      /^wasm answers brick12 f64 wrongly:\n {2}expectation/,
    );
    const ghz = circuit("ghz20");
    const other = { ...ghz, input: { ...ghz.input, source: ghz.input.source.replace("h q[0];", "x q[0];") } };
    await expect(measure(other, F64, [wasm], limits)).rejects.toThrow(/bit 0 is 1 in 1 of the shots/);
  });

  it("says what is wrong with a program and lives on", async () => {
    const run = {
      type: "circuit" as const,
      format: "openqasm3",
      source: "OPENQASM 3.0;\nnonsense",
      options: { seed: 1 },
    };
    await expect(wasm.subject.run(run, false)).rejects.toThrow(/^subject wasm: /);
    await expect(wasm.subject.stream(1 << 20, 3)).resolves.toEqual({ scaleBytesPerSecond: expect.any(Number) });
  });
});

describe("subjects", () => {
  /** Answers with what it is told. */
  const stand = (name: string, resultHashes: string[]): Started => {
    const entry = SUBJECTS.get("wasm");
    if (entry === undefined) throw new Error("there is no subject wasm");
    const result = { counts: { "00": 1, "11": 1 } };
    const run = async () => ({ engineMs: 1, wallMs: 1, resultHash: resultHashes.shift() ?? "none", result });
    return { entry: { ...entry, name }, subject: { run } as unknown as Subject };
  };
  const bell = {
    ...circuit("ghz20"),
    answer: { counts: { shots: 2, sigmas: 5, bits: [0.5, 0.5] }, source: "by hand" },
  };

  it("that disagree on the bytes of a result end the run", async () => {
    const subjects = [stand("one", ["a"]), stand("two", ["b"])];
    await expect(measure(bell, F64, subjects, limits)).rejects.toThrow("the subjects disagree on the bytes");
  });

  it("that change their result between rounds end the run", async () => {
    const subjects = [stand("one", ["a", "a", "b"])];
    await expect(measure(bell, F64, subjects, { ...limits, rounds: 2 })).rejects.toThrow(/another result .* round 2/);
  });
});
