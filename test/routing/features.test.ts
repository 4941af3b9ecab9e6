import { describe, expect, it } from "vitest";
import type { CircuitEstimate, CircuitView, OpView } from "../../ts/models/circuit.ts";
import { circuitFeatures, twoQubitEquivalent } from "../../ts/routing/features.ts";

const estimate: CircuitEstimate = { qubits: 3, bytes: 128, passes: 4, amplitudeUpdates: 32, method: "statevector" };

function gate(name: string, controls: number[], targets: number[]): OpView {
  return { op: "gate", name, params: [], controls: controls.map((qubit) => ({ qubit, value: true })), targets };
}

function featuresOf(ops: OpView[]) {
  const view: CircuitView = {
    qubits: [{ name: "q", size: 3, scalar: false }],
    bits: [{ name: "c", size: 3, scalar: false }],
    inputs: [],
    ops,
  };
  return circuitFeatures(view, estimate, {});
}

describe("features of a circuit", () => {
  it("counts gates by width and layers by qubit", () => {
    const ops = [
      gate("h", [], [0]),
      gate("h", [], [1]),
      gate("x", [0], [1]),
      gate("h", [], [2]),
      gate("x", [0, 1], [2]),
    ];
    expect(featuresOf(ops)).toEqual({
      qubits: 3,
      oneQubitGates: 3,
      twoQubitGates: 1 + 6,
      measurements: 3,
      depth: 3,
      feedForward: false,
      shots: 1024,
      bytes: 128,
      passes: 4,
      amplitudeUpdates: 32,
    });
  });

  it("counts the readouts that there are, and a global phase as nothing", () => {
    const ops: OpView[] = [gate("gphase", [], []), { op: "measure", qubit: 1, bit: 0 }];
    expect(featuresOf(ops)).toMatchObject({ measurements: 1, oneQubitGates: 0, twoQubitGates: 0, depth: 1 });
  });

  it("waits at a barrier, which takes no layer itself", () => {
    const barrier: OpView = { op: "barrier", qubits: [0, 1] };
    expect(featuresOf([gate("h", [], [0]), barrier, gate("h", [], [1])]).depth).toBe(2);
    expect(featuresOf([gate("h", [], [0]), gate("h", [], [1])]).depth).toBe(1);
  });

  it("waits for the bits of an if, and takes the larger branch", () => {
    const measured: OpView[] = [gate("h", [], [0]), { op: "measure", qubit: 0, bit: 0 }];
    const branch: OpView = {
      op: "if",
      text: "c[0]",
      bits: [0],
      // Only qubits 1 and 2, which are free from the start: the condition alone makes them wait.
      // biome-ignore lint/suspicious/noThenProperty: the circuit view names its branches so
      then: [gate("x", [1], [2])],
      otherwise: [gate("h", [], [1]), gate("h", [], [1]), gate("h", [], [1])],
    };
    expect(featuresOf([...measured, branch])).toMatchObject({
      feedForward: true,
      oneQubitGates: 1 + 3,
      twoQubitGates: 1,
      depth: 2 + 3,
    });
    const unrelated = { ...branch, bits: [1] };
    expect(featuresOf([...measured, unrelated]).depth).toBe(3);
  });

  it("waits for a bit that another if has written", () => {
    const ifBit = (bit: number, op: OpView): OpView => ({
      op: "if",
      text: `c[${bit}]`,
      bits: [bit],
      // biome-ignore lint/suspicious/noThenProperty: the circuit view names its branches so
      then: [op],
      otherwise: [],
    });
    const ops: OpView[] = [
      gate("h", [], [0]),
      { op: "measure", qubit: 0, bit: 0 },
      ifBit(0, { op: "assign", bit: 1, text: "true" }),
      ifBit(1, gate("x", [], [2])),
    ];
    expect(featuresOf(ops).depth).toBe(3);
  });

  it("prices wide gates as devices build them", () => {
    expect([2, 3, 4, 5].map(twoQubitEquivalent)).toEqual([1, 6, 18, 30]);
  });
});
