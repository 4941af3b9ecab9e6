import type { CircuitEstimate, CircuitOptions, CircuitShape } from "../models/circuit.ts";
import { DEFAULT_SHOTS } from "../models/circuit-defaults.ts";

/** What routing knows about a circuit job. `measurements` are readouts: of all qubits where the circuit measures nothing. */
export interface CircuitFeatures extends CircuitShape {
  qubits: number;
  shots: number;
  bytes: number;
  passes: number;
  amplitudeUpdates: number;
}

export function circuitFeatures(
  { qubits, bytes, passes, amplitudeUpdates, shape }: CircuitEstimate,
  options: CircuitOptions,
): CircuitFeatures {
  const measurements = shape.measurements === 0 ? qubits : shape.measurements;
  return { qubits, ...shape, measurements, shots: options.shots ?? DEFAULT_SHOTS, bytes, passes, amplitudeUpdates };
}
