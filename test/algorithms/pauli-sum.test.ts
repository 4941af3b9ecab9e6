import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { energyFromCounts, measuredCircuits } from "../../ts/algorithms/measured-energy.ts";
import { groupsOf, readPauliSum } from "../../ts/algorithms/pauli-sum.ts";
import type { CircuitSource } from "../../ts/algorithms/ports.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import { loadTestEngines, vqeOf } from "./context.ts";

const read = (text: string) => {
  const { qubits, terms } = readPauliSum(text);
  return { qubits, terms: terms.map(({ coefficient, letters }) => [coefficient, Object.fromEntries(letters)]) };
};

describe("a Pauli sum", () => {
  it("has the leftmost letter on the highest qubit", () => {
    expect(read("0.5*XYI - ZII+ 1e-3 IIX −.25IIZ+2.*III")).toEqual({
      qubits: 3,
      terms: [
        [0.5, { 1: "Y", 2: "X" }],
        [-1, { 2: "Z" }],
        [1e-3, { 0: "X" }],
        [-0.25, { 0: "Z" }],
        [2, {}],
      ],
    });
  });

  it.each([
    ["ZZ + Z", "character 4", "1 letters, the first one 2"],
    ["ZZ ZZ", "character 4", "write a term"],
    ["ZZ + 0.5*ZA", "character 4", "1 letters, the first one 2"],
    ["", "character 1", "write a term"],
    ["ZZ +", "character 4", "write a term"],
    ["1e999*Z", "character 1", "write a term"],
  ])("is refused where %j is wrong", (text, place, remedy) => {
    const message = expect.stringMatching(new RegExp(`${place},.*${remedy}`));
    expect(() => readPauliSum(text)).toThrow(expect.objectContaining({ code: "invalid-input", message }));
  });

  it("is measured in as many bases as disagree on some qubit", () => {
    const groups = groupsOf(readPauliSum("ZZI + XXI + III + IIZ + ZIZ + IXY"));
    const shown = groups.map(({ basis, terms }) => [Object.fromEntries(basis), terms.length]);
    expect(shown).toEqual([
      [{ 0: "Z", 1: "Z", 2: "Z" }, 3],
      [{ 0: "Y", 1: "X", 2: "X" }, 2],
    ]);
  });
});

describe("measured energies", () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await loadTestEngines();
  });
  afterAll(() => engines.close());

  const SUM = "0.5*XXI - 0.7*YYZ + ZIZ + 0.3*IYX + 0.2*IIY - 1.5*III";
  const STATE = `qubit a; qubit[2] b; ry(0.4) a; cx a, b[0]; rx(1.1) b[1]; rz(0.3) b[0]; cry(0.9) b[1], b[0]; // the end`;

  it("are the exact expectation within 5σ, in every letter", async () => {
    const { ansatz } = vqeOf(STATE, SUM);
    const sum = readPauliSum(SUM);
    const shots = 20_000;
    const { result } = await engines.circuit.run(ansatz, { observable: SUM, shots: 1 });
    let energy = -1.5;
    for (const { circuit, terms } of measuredCircuits(ansatz, await engines.circuit.view(ansatz), sum)) {
      const { result: measured } = await engines.circuit.run(circuit as CircuitSource, { shots, seed: 5 });
      energy += energyFromCounts(terms, measured.counts ?? {});
    }
    const sigma = (0.5 + 0.7 + 1 + 0.3 + 0.2) / Math.sqrt(shots);
    expect(Math.abs(energy - (result.expectation ?? Number.NaN))).toBeLessThan(5 * sigma);
    // Far enough from 0 that a wrong letter would show.
    expect(Math.abs((result.expectation ?? 0) + 1.5)).toBeGreaterThan(20 * sigma);
  });

  it("are exact for states that do not fluctuate", async () => {
    // |+⟩, |+i⟩ and |1⟩ on the qubits 0, 1 and 2.
    const { ansatz } = vqeOf("qubit[3] q; h q[0]; h q[1]; s q[1]; x q[2];", "ZYX");
    const circuits = measuredCircuits(ansatz, await engines.circuit.view(ansatz), readPauliSum("ZYX"));
    const { result } = await engines.circuit.run(circuits[0]?.circuit as CircuitSource, { shots: 100, seed: 1 });
    expect(energyFromCounts(circuits[0]?.terms ?? [], result.counts ?? {})).toBe(-1);
  });

  it.each([
    ["qubit q; bit c; h q; c = measure q;", "Z", "unsupported", "measures or resets by itself"],
    ["qubit q; h q; reset q;", "Z", "unsupported", "measures or resets by itself"],
    ["h $0; h $3;", "ZZ", "unsupported", "declare the qubits"],
    ["qubit[2] q; h q;", "Z", "invalid-input", "its products have 1 letters, but the circuit 2 qubits"],
  ])("are refused for %s", async (source, observable, code, message) => {
    const { ansatz } = vqeOf(source, observable);
    const view = await engines.circuit.view(ansatz);
    expect(() => measuredCircuits(ansatz, view, readPauliSum(observable))).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});
