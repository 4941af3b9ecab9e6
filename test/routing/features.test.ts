import { describe, expect, it } from "vitest";
import { circuitFeatures } from "../../ts/routing/features.ts";
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
    expect(circuitFeatures(estimate, { shots: 50 })).toEqual({
      qubits: 3,
      ...SHAPE,
      shots: 50,
      bytes: 128,
      passes: 4,
      amplitudeUpdates: 32,
    });
    expect(circuitFeatures(estimate, {}).shots).toBe(1024);
  });

  it("count a readout of every qubit where the circuit measures nothing", () => {
    const unmeasured = { ...estimate, shape: { ...SHAPE, measurements: 0 } };
    expect(circuitFeatures(unmeasured, {}).measurements).toBe(3);
  });
});
