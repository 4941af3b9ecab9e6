import { join } from "node:path";
import { type Engines, loadEngines, toCircuitResult } from "ketflow/engines";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SubmitOf } from "../../ts/models/job.ts";
import { createMockQpu } from "../../ts/providers/mock-qpu.ts";
import { fidelityPath, readFidelities, withMeasuredFidelity } from "../../ts/routing/fidelity-file.ts";
import { bellJob, ketflow, mockPlan, type World } from "./fake-world.ts";
import { scratch } from "./scratch.ts";

/** What the mock declares is what it does, so it is what has to be found. */
const DECLARED = { oneQubit: 0.999, twoQubit: 0.985, readout: 0.96 };

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ threads: 1 });
});
afterAll(() => engines.close());

/** A service whose only back end is a mock QPU. */
function laboratory(): Partial<World> {
  const qpu = createMockQpu({ id: "mock-lab", fidelity: DECLARED }, engines);
  const submit: World["submit"] = async (body) => {
    const { input, options = {}, seed = 0 } = body as SubmitOf<"circuit">;
    const source = new TextEncoder().encode(input.source as string);
    const job = { type: "circuit" as const, format: input.format, source, options, seed };
    const { container } = await qpu.run(job, { signal: new AbortController().signal });
    const { counts = {} } = toCircuitResult(container, options);
    return { job: bellJob({ result: { backend: "mock-lab", resultHash: "00".repeat(32), counts } }), notes: [] };
  };
  return { submit };
}

describe("ketflow fidelity", () => {
  it("finds what a back end's noise is by jobs that it sends there", async () => {
    const seen = await ketflow(["fidelity", "mock-lab", "--qubits", "3", "--seed", "4", "--json"], laboratory());
    expect(seen).toMatchObject({ code: 0, stderr: "", closed: 1 });
    const found = JSON.parse(seen.stdout);
    expect(found).toMatchObject({ backend: "mock-lab", seed: 4, jobs: seen.bodies.length, shots: 1000 });
    for (const name of ["oneQubit", "twoQubit", "readout"] as const) {
      const { low, high } = found[name];
      expect([name, low <= DECLARED[name], high >= DECLARED[name], high - low < 0.02]).toEqual([
        name,
        true,
        true,
        true,
      ]);
    }
    for (const body of seen.bodies) expect(body).toMatchObject({ target: "mock-lab", options: { shots: 1000 } });
    expect(new Set(seen.bodies.map(({ seed }) => seed)).size).toBe(seen.bodies.length);
  }, 60_000);

  it("prints a table, and takes the sizes from its flags", async () => {
    const args = ["fidelity", "mock-lab", "--qubits", "1", "--circuits", "3", "--circuit-shots", "50", "--seed", "4"];
    const { stdout, bodies } = await ketflow([...args, "--max-layers", "4"], laboratory());
    expect(stdout).toMatch(
      /^fidelity +mock-lab +95 %\none-qubit gate +[01]\.\d{5} +[01]\.\d{5} to [01]\.\d{5}\nreadout +/,
    );
    expect(stdout).toContain(`${bodies.length} circuits of 50 shots, seed 4`);
    expect(stdout).not.toContain("controlled Z");
  });

  it("spends nothing unless told to", async () => {
    const planned = bellJob({ status: "planned", result: null, plan: mockPlan(650_000, "ab".repeat(32)) as never });
    const world = { submit: async () => ({ job: planned, notes: [] }) };
    const refused = await ketflow(["fidelity", "mock-lab"], world);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("--execute agrees to that");
    expect(refused.asked.filter((call) => call.startsWith("execute"))).toEqual([]);
    const agreed = await ketflow(["fidelity", "mock-lab", "--execute"], world);
    expect(agreed.asked.some((call) => call.startsWith("execute"))).toBe(true);
  });

  it("saves what it found where routing reads it, and elsewhere nothing", async () => {
    const folder = scratch({});
    const args = ["fidelity", "mock-lab", "--circuits", "3", "--circuit-shots", "200", "--seed", "4", "--data", "kept"];
    const { stdout } = await ketflow([...args, "--json"], { ...laboratory(), folder });
    expect(await readFidelities(fidelityPath(join(folder, "kept")))).toEqual({});
    const { code } = await ketflow([...args, "--save"], { ...laboratory(), folder });
    const { oneQubit, twoQubit, readout } = JSON.parse(stdout);
    const [one, two, read] = [oneQubit.estimate, twoQubit.estimate, readout.estimate];
    const kept = await readFidelities(fidelityPath(join(folder, "kept")));
    const found = { oneQubit: one, twoQubit: two, readout: read, measuredAt: expect.stringMatching(/Z$/) };
    expect([code, kept]).toEqual([0, { "mock-lab": found }]);
    const described = withMeasuredFidelity(createMockQpu({ id: "mock-lab" }, engines), kept).describe();
    expect(described.fidelity).toEqual({ oneQubit: one, twoQubit: two, readout: read });
  }, 60_000);

  it.each([
    [["fidelity"], "missing required argument 'backend'"],
    [["fidelity", "mock-lab", "--qubits", "99"], "qubits is 99; give a whole number, 1 to 64"],
    [["fidelity", "mock-lab", "--max-layers", "10"], "power of two"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr, bodies } = await ketflow(args, laboratory());
    expect({ code, stderr, bodies }).toEqual({ code: 2, stderr: expect.stringContaining(message), bodies: [] });
  });
});
