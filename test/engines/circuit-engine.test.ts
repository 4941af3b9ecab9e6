import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draftReceipt } from "../../ts/audit/receipt.ts";
import { compareRerun, rerunInput } from "../../ts/audit/rerun.ts";
import { fromHex } from "../../ts/core/bytes.ts";
import type { CircuitRun } from "../../ts/engines/circuit-engine.ts";
import { type Engines, loadEngines } from "../../ts/engines/load-engines.ts";
import type { CircuitOptions } from "../../ts/models/circuit.ts";
import { toCircuitResult } from "../../ts/models/circuit-result.ts";
import { bellOutcome } from "../audit/log-fixture.ts";

const BELL = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

/** vitest does not transform what threads run: they take the built file. */
const workerUrl = new URL("../../dist/workers/worker.js", import.meta.url);

const chain = (qubits: number): string =>
  Array.from({ length: qubits - 1 }, (_, k) => `cx q[${k}], q[${k + 1}];`).join(" ");

async function withLimit<R>(memoryLimitMiB: number | undefined, use: (limited: Engines) => Promise<R>): Promise<R> {
  const limit = memoryLimitMiB === undefined ? {} : { memoryLimitMiB };
  const limited = await loadEngines({ workerUrl, threads: 1, ...limit });
  return use(limited).finally(() => limited.close());
}

/** Not in a log: what it says of the run, and what is run again for it. */
function receiptOf(source: string, { identity, options, seed, resultHash }: CircuitRun) {
  const input = { format: "openqasm3", source } as const;
  const result = { hash: fromHex(resultHash) };
  const { manifest, opening } = draftReceipt(bellOutcome({ identity, options, seed, input, result }));
  const receipt = { format: "ketflow-receipt/1", manifest, opening, proof: "" } as const;
  return { receipt, job: rerunInput(receipt) };
}

let engines: Engines;
beforeAll(async () => {
  engines = await loadEngines({ workerUrl, threads: 2 });
});
afterAll(() => engines.close());

describe("a circuit run", () => {
  it("counts what was measured", async () => {
    const { result } = await engines.circuit.run(BELL, { seed: 7, shots: 10_000 });
    const { "00": zeros = 0, "11": ones = 0, ...others } = result.counts ?? {};
    expect(others).toEqual({});
    expect(zeros + ones).toBe(10_000);
    expect(Math.abs(zeros - 5000)).toBeLessThan(5 * Math.sqrt(10_000 / 4)); // 5σ
  });

  it("gives the same bytes for the same seed, on any worker, and other bytes for another", async () => {
    const same = await Promise.all([1, 2, 3, 4].map(() => engines.circuit.run(BELL, { seed: 7 })));
    const other = await engines.circuit.run(BELL, { seed: 8 });
    expect(new Set(same.map((run) => run.resultHash)).size).toBe(1);
    expect(other.resultHash).not.toBe(same[0]?.resultHash);
  });

  it("hashes its container with SHA-256", async () => {
    const { container, resultHash } = await engines.circuit.run(BELL, { seed: 7 });
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(container));
    expect(Buffer.from(digest).toString("hex")).toBe(resultHash);
  });

  it("records the fresh seed it was given, which repeats it", async () => {
    const fresh = await engines.circuit.run(BELL);
    const another = await engines.circuit.run(BELL);
    expect(another.seed).not.toBe(fresh.seed);
    expect((await engines.circuit.run(BELL, { seed: fresh.seed })).resultHash).toBe(fresh.resultHash);
  });

  it("answers exact options through the view, which is made once", async () => {
    const options = { seed: 1, probabilities: true, observable: "ZZ + 0.5*XX", amplitudes: true, entropy: [[0]] };
    const run = await engines.circuit.run(BELL, options);
    expect(run.result).toBe(run.result);
    expect(run.result).toEqual(toCircuitResult(run.container, options));
    expect(run.result.probabilities?.["11"]).toBeCloseTo(0.5, 12);
    expect(run.result.expectation).toBeCloseTo(1.5, 12);
    expect(run.result.entropy?.[0]?.bits).toBeCloseTo(1, 12);
  });

  it("derives by its inputs", async () => {
    const source = `OPENQASM 3.0;
      include "stdgates.inc";
      input angle theta;
      input float phi;
      qubit[2] q;
      ry(2 * theta) q[0];
      cx q[0], q[1];
      rz(phi) q[1];`;
    const inputs = { theta: 0.3, phi: 0.7 };
    const { result } = await engines.circuit.run(source, { inputs, observable: "XX + ZI", gradient: true, shots: 1 });
    // ⟨XX + ZI⟩ = sin 2θ cos φ + cos 2θ
    expect(result.expectation).toBeCloseTo(Math.sin(0.6) * Math.cos(0.7) + Math.cos(0.6), 12);
    expect(Object.keys(result.gradient ?? {})).toEqual(["theta", "phi"]);
    expect(result.gradient?.theta).toBeCloseTo(2 * Math.cos(0.6) * Math.cos(0.7) - 2 * Math.sin(0.6), 12);
    expect(result.gradient?.phi).toBeCloseTo(-Math.sin(0.6) * Math.sin(0.7), 12);
    await expect(engines.circuit.run(BELL, { observable: "ZZ", gradient: true })).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining("none of type float or angle"),
    });
  });

  it("keeps the whole density matrix under noise", async () => {
    const relaxation = { kind: "thermal-relaxation", t1: 50, t2: 70, time: 5 } as const;
    const noise = { readout: { oneToZero: 0.1 }, channels: [{ after: ["x"], channel: relaxation }] };
    const source = 'OPENQASM 3.0; include "stdgates.inc"; qubit q; x q;';
    const { result } = await engines.circuit.run(source, { method: "density", noise, probabilities: true });
    expect(result.probabilities?.["1"]).toBeCloseTo(0.9 * Math.exp(-0.1), 12);
  });

  it("names the build that ran, as the manifest of the package does", async () => {
    const manifest = JSON.parse(readFileSync(new URL("../../wasm-pkg/manifest.json", import.meta.url), "utf8"));
    const { contentHash, version, builds } = manifest.engines.statevector;
    const { identity } = await engines.circuit.run(BELL);
    expect(identity).toEqual({
      engine: { name: "statevector", version, contentHash },
      build: { kind: builds[0].kind, sha256: builds[0].sha256 },
    });
    expect(engines.identity).toEqual(identity);
  });

  it.each([undefined, 5, {}, { format: "openqasm3" }, { format: "auto", source: 5 }, new ArrayBuffer(4)])(
    "refuses %j as a circuit before a worker sees it",
    async (input) => {
      await expect(engines.circuit.run(input as never)).rejects.toMatchObject({ code: "invalid-input" });
      await expect(engines.circuit.compile(input as never)).rejects.toMatchObject({ code: "invalid-input" });
    },
  );

  it.each([
    { deadlineMs: Number.POSITIVE_INFINITY },
    { deadlineMs: 3e9 },
    { deadlineMs: Number.NaN },
    { deadlineMs: "x" },
    { onProgress: 5 },
    { signal: {} },
  ])("refuses the control %j", async (control) => {
    await expect(engines.circuit.run(BELL, control as never)).rejects.toMatchObject({ code: "invalid-input" });
  });

  it.each([
    [{ shots: 0 }, /^options\.shots: /],
    [{ seed: -1 }, /^options\.seed: /],
    [{ marginals: [[0], ["x"]] }, /^options\.marginals\[1\]\[0\]: /],
    [{ shotz: 1 }, /shotz/],
  ])("refuses the options %j with the field's path", async (options, message) => {
    const run = engines.circuit.run(BELL, options as object);
    await expect(run).rejects.toMatchObject({ code: "invalid-input", message: expect.stringMatching(message) });
  });

  it("says where the source is wrong", async () => {
    const run = engines.circuit.run(BELL.replace("cx q[0]", "cxx q[0]"));
    await expect(run).rejects.toMatchObject({ name: "AppError", line: 6, column: 1 });
  });

  it("says where an option is wrong, which is no place in the source", async () => {
    const wrong = { observable: "ZZ + 0.5*ZQ" };
    const error = await engines.circuit.run(BELL, wrong).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid-input", line: undefined, column: undefined });
    expect(String(error)).toContain(
      "observable 'ZZ + 0.5*ZQ', character 11: 'Q' is not a Pauli letter; use I, X, Y or Z",
    );
  });

  it("refuses bytes that are no text as it refuses text", async () => {
    const source = Uint8Array.of(0x4f, 0xff, 0xfe);
    await expect(engines.circuit.run({ format: "auto", source })).rejects.toMatchObject({ code: "invalid-input" });
  });

  it("refuses what memory cannot hold before it takes any", async () => {
    const plus = (qubits: number) => `OPENQASM 3.0; include "stdgates.inc"; qubit[${qubits}] q; h q;`;
    const amplitudes = { method: "statevector" } as const;
    await expect(engines.circuit.run(plus(40), amplitudes)).rejects.toMatchObject({ code: "too-large" });
    const limited = await loadEngines({ workerUrl, threads: 1, memoryLimitMiB: 1 });
    try {
      const medium = limited.circuit.run(plus(20), amplitudes);
      await expect(medium).rejects.toMatchObject({ code: "too-large", message: expect.stringContaining("1 MiB") });
    } finally {
      await limited.close();
    }
  });

  it("is run again to the same bytes under another memory limit, because its receipt names what auto took", async () => {
    const source = `OPENQASM 3.0; include "stdgates.inc"; qubit[20] q; rx(0.3) q; ${chain(20)}`;
    const narrow = await withLimit(4, ({ circuit }) => circuit.run(source, { seed: 7 }));
    const wide = await engines.circuit.run(source, { seed: 7 });
    expect([narrow.options.method, wide.options.method]).toEqual(["mps", "statevector"]);
    expect(narrow.resultHash).not.toBe(wide.resultHash);
    const { receipt, job } = receiptOf(source, narrow);
    const again = await engines.circuit.run(source, { ...job.options, seed: job.seed });
    expect(compareRerun(receipt, fromHex(again.resultHash))).toMatchObject({ ok: true });
    const { options, seed } = receiptOf(source, wide).job;
    const refused = withLimit(4, ({ circuit }) => circuit.run(source, { ...options, seed }));
    await expect(refused).rejects.toMatchObject({ code: "too-large" });
  });

  it.each([
    [{}, 2],
    [{ noise: {} }, 2],
    [{ noise: { readout: 0.1 } }, 2],
    [{ noise: { depolarizing1: 0, channels: [] } }, 2],
    [{ noise: { depolarizing2: 0.1 } }, 2],
    [{ noise: { channels: [{ channel: { kind: "bit-flip", probability: 0 } }] } }, 2],
    [{}, 16],
    [{ noise: { depolarizing1: 0.1 } }, 16],
    [{}, 40],
    [{ method: "density" }, 2],
  ] as [CircuitOptions, number][])(
    "of %j on %i qubits records the method that its estimate names",
    async (options, qubits) => {
      const source = `OPENQASM 3.0; include "stdgates.inc"; qubit[${qubits}] q; ${qubits === 40 ? "rx(0.3) q;" : ""} ${chain(qubits)}`;
      const { method } = await engines.circuit.estimate(source, options);
      expect((await engines.circuit.run(source, { ...options, shots: 10 })).options.method).toBe(method);
    },
  );
});

describe("a compiled circuit", () => {
  it("knows its format, its drawing and its notes", async () => {
    const circuit = await engines.circuit.compile(BELL.replace("h q[0];", "delay[10ns] q[0]; h q[0];"));
    expect(circuit.format).toBe("openqasm3");
    expect(circuit.view.qubits).toEqual([{ name: "q", size: 2, scalar: false }]);
    expect(circuit.view.ops).toContainEqual({
      op: "gate",
      name: "x",
      params: [],
      controls: [{ qubit: 0, value: true }],
      targets: [1],
    });
    expect(circuit.notes).toMatchObject([{ line: 5, column: 1 }]);
  });

  it("runs, estimates and prints as its source does", async () => {
    const circuit = await engines.circuit.compile(BELL);
    const { resultHash } = await engines.circuit.run(BELL, { seed: 7 });
    expect((await circuit.run({ seed: 7 })).resultHash).toBe(resultHash);
    expect(await circuit.estimate()).toMatchObject({ qubits: 2, method: "statevector" });
    const printed = await circuit.toOpenqasm3();
    expect((await engines.circuit.run(printed, { seed: 7 })).resultHash).toBe(resultHash);
  });

  it("writes IonQ's JSON, which reads back as the same circuit, and says what has no place there", async () => {
    const bell = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];';
    const text = await engines.circuit.toIonqJson(bell);
    const read = await engines.circuit.compile(text);
    expect(read.format).toBe("ionq-json");
    const { result } = await read.run({ seed: 7, probabilities: true });
    expect(Object.keys(result.probabilities ?? {}).sort()).toEqual(["00", "11"]);
    const conditional = `${bell} bit c; c = measure q[0]; if (c) { x q[1]; }`;
    await expect(engines.circuit.toIonqJson(conditional)).rejects.toMatchObject({ code: "unsupported" });
  });

  it("sniffs OpenQASM 2 by its version line, behind comments too", async () => {
    const source = '// made by hand\n/* 2 */ OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; x q[0];';
    expect((await engines.circuit.compile(source)).format).toBe("openqasm2");
  });
});

describe("loading", () => {
  it("refuses another binary than the one of this package", async () => {
    const wasmUrl = new URL("../../wasm-pkg/mldsa/mldsa_bg.wasm", import.meta.url);
    await expect(loadEngines({ wasmUrl })).rejects.toMatchObject({ code: "integrity-violation" });
  });

  it("says which file it cannot read", async () => {
    const wasmUrl = new URL("nowhere.wasm", import.meta.url);
    await expect(loadEngines({ wasmUrl })).rejects.toMatchObject({
      code: "engine-failure",
      message: expect.stringContaining("nowhere.wasm"),
    });
  });

  it("refuses what is no URL", async () => {
    await expect(loadEngines({ wasmUrl: "../x.wasm" })).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringMatching(/^wasmUrl: '\.\.\/x\.wasm' is not a URL/),
    });
  });

  it("refuses no threads", async () => {
    await expect(loadEngines({ threads: 0 })).rejects.toMatchObject({ code: "invalid-input" });
  });
});
