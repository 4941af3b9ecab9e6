import { readdirSync, readFileSync } from "node:fs";
import { type Engines, loadEngines } from "ketflow/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CircuitOptions } from "../../ts/models/circuit.ts";
import { SubmitJob } from "../../ts/models/job.ts";
import type { JobFormat, JobOptions, JobResultValues } from "../../ts/models/job-options.ts";
import { typeOfFormat } from "../../ts/models/job-schemas.ts";

const folder = new URL("../../examples/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

const Expected = z.strictObject({
  format: z.literal("ketflow-examples/1"),
  source: z.string(),
  tolerance: z.literal(1e-12),
  examples: z.array(
    z.strictObject({
      file: z.string(),
      options: CircuitOptions.optional(),
      probabilities: z.record(z.string(), z.number()).optional(),
      expectation: z.number().optional(),
    }),
  ),
});
const { examples, tolerance } = Expected.parse(JSON.parse(read("expected.json")));
const files = readdirSync(folder).filter((file) => /\.(qasm|job\.json)$/.test(file));

/** The other types, with the options that make a test of them short, and what the README promises. */
const OTHERS: [file: string, format: JobFormat, options: JobOptions, expected: object][] = [
  ["maxcut.rudy", "rudy", {}, { best: { cut: 12 } }],
  ["partition.coo", "coo", {}, { best: { energy: -4398 } }],
  ["friends.problem.json", "problem-json", {}, { solution: { objective: 17, feasible: true } }],
  ["heaps.problem.json", "problem-json", {}, { solution: { objective: 1, feasible: true } }],
  ["map.problem.json", "problem-json", {}, { solution: { objective: 0, feasible: true } }],
  ["rucksack.problem.json", "problem-json", {}, { solution: { objective: 25, items: ["tent", "camera", "food"] } }],
  ["stations.problem.json", "problem-json", {}, { solution: { objective: 8, sets: ["tower", "port", "forest"] } }],
  [
    "cities.problem.json",
    "problem-json",
    {},
    { solution: { objective: expect.closeTo(30.385165, 6), feasible: true } },
  ],
  ["wards.problem.json", "problem-json", {}, { solution: { objective: 54, feasible: true } }],
  [
    ...(["shares.problem.json", "problem-json", {}] as const),
    { solution: { objective: expect.closeTo(-0.175, 9), assets: ["grain", "power", "glass"] } },
  ],
  ["printers.problem.json", "problem-json", {}, { solution: { objective: 12, feasible: true } }],
  ["bakery.lp", "lp", {}, { solution: { objective: 56, values: { bread: 4, rolls: 2, cake: 2, fire: 1 } } }],
  ["house.schedule.json", "schedule-json", { iterations: 20_000 }, { makespan: 38 }],
  ["ft06.jsp", "jsp", { iterations: 200_000, targetValue: 55 }, { makespan: 55 }],
  ["h2-vqe.hybrid.json", "hybrid-json", {}, { energy: expect.closeTo(-1.13727, 5) }],
  ["lih-vqe.hybrid.json", "hybrid-json", {}, { energy: expect.closeTo(-7.88216, 5) }],
  ["maxcut-qaoa.hybrid.json", "hybrid-json", {}, { cut: { best: 12, expected: expect.closeTo(10.387, 3) } }],
];

describe("examples", () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await loadEngines({ threads: 1 });
  });
  afterAll(() => engines.close());

  it("that are circuits all have an expected result", () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
    expect([...new Set(examples.map(({ file }) => file))].sort()).toEqual(files.sort());
    const unanswered = examples.filter(
      ({ expectation, probabilities = {} }) => expectation === undefined && Object.keys(probabilities).length === 0,
    );
    expect(unanswered.map(label)).toEqual([]);
  });

  it("all have a row in the README and a test", () => {
    const readme = read("README.md");
    // cartpole.test.ts is about those of the network.
    const inputs = readdirSync(folder).filter(
      (file) => !/^(README\.md|expected\.json|generate|cartpole.*)$/.test(file),
    );
    expect(inputs.filter((file) => !readme.includes(`npx ketflow run examples/${file}`))).toEqual([]);
    expect(inputs.sort()).toEqual([...files, ...OTHERS.map(([file]) => file)].sort());
  });

  it.each(OTHERS)("%s", async (file, format, options, expected) => {
    const type = typeOfFormat(format);
    const { result } = await engines.run(type, { format, source: read(file) }, { ...options, seed: 1 });
    expect(result as JobResultValues).toMatchObject(expected);
  });

  it.each(examples.map((example) => [label(example), example] as const))("%s", async (_, example) => {
    const job = toJob(example.file, example.options);
    const { result } = await engines.circuit.run(job.input, { ...job.options, seed: 1 });
    if (example.expectation !== undefined) {
      expect(Math.abs((result.expectation ?? Number.NaN) - example.expectation)).toBeLessThanOrEqual(tolerance);
    }
    if (example.probabilities !== undefined) {
      // Outcomes that the engine reports and the reference does not must be rounding, and the other way round.
      const outcomes = new Set([...Object.keys(example.probabilities), ...Object.keys(result.probabilities ?? {})]);
      const wrong = [...outcomes].filter((outcome) => {
        const [actual, expected] = [result.probabilities?.[outcome] ?? 0, example.probabilities?.[outcome] ?? 0];
        return !(Math.abs(actual - expected) <= tolerance);
      });
      expect(wrong, JSON.stringify(result.probabilities)).toEqual([]);
    }
  });
});

function label({ file, options }: { file: string; options?: CircuitOptions | undefined }): string {
  return options?.inputs === undefined ? file : `${file} with ${JSON.stringify(options.inputs)}`;
}

/** The source of an example, by its own first line OpenQASM 2 or 3, with the options to run it; a job file brings both. */
function toJob(file: string, options: CircuitOptions | undefined) {
  if (!file.endsWith(".job.json")) return { input: read(file), options };
  const job = SubmitJob.parse(JSON.parse(read(file)));
  if (job.type !== "circuit" || typeof job.input.source !== "string")
    throw new Error(`${file}: it is no circuit in text`);
  return { input: { format: job.input.format, source: job.input.source }, options: job.options };
}
