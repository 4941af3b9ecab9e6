import { describe, expect, it } from "vitest";
import { featuresOf } from "../../ts/routing/features.ts";
import { SHAPE } from "./cases.ts";

const estimate = {
  qubits: 3,
  bytes: 128,
  passes: 4,
  amplitudeUpdates: 32,
  method: "statevector",
  shape: SHAPE,
} as const;

describe("features of a circuit", () => {
  it("are what the engine says of it, with the shots asked for", () => {
    expect(featuresOf({ type: "circuit", estimate: estimate, options: { shots: 50 } })).toEqual({
      qubits: 3,
      ...SHAPE,
      shots: 50,
      bytes: 128,
    });
    expect(featuresOf({ type: "circuit", estimate: estimate, options: {} }).shots).toBe(1024);
  });

  it("count a readout of every qubit where the circuit measures nothing", () => {
    const unmeasured = { ...estimate, shape: { ...SHAPE, measurements: 0 } };
    expect(featuresOf({ type: "circuit", estimate: unmeasured, options: {} }).measurements).toBe(3);
  });
});

describe("features of jobs without gates", () => {
  it("are how many answers are asked for, and the memory they take", () => {
    const model = { variables: 9, couplings: 20, bytes: 4000, operations: 1e6, method: "anneal" } as const;
    expect(featuresOf({ type: "anneal", estimate: model, options: { reads: 5 } })).toMatchObject({
      ...{ qubits: 0, twoQubitGates: 0, measurements: 0, shots: 5, bytes: 4000 },
    });
    expect(featuresOf({ type: "anneal", estimate: model, options: {} }).shots).toBe(64);
    const batch = { states: 7, inputs: 4, actions: 2, bytes: 900, operations: 500 };
    expect(featuresOf({ type: "infer", estimate: batch, options: {} })).toMatchObject({
      shots: 7,
      bytes: 900,
      qubits: 0,
    });
  });
});
