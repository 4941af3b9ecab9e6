import type { CircuitShape } from "../models/circuit.ts";
import { DEFAULT_READS, DEFAULT_SHOTS } from "../models/defaults.ts";
import type { Work } from "../models/work.ts";

/** What routing knows about a job. `measurements` are readouts: of all qubits where a circuit measures nothing. */
export interface JobFeatures extends CircuitShape {
  /** 0 for what is no circuit. */
  qubits: number;
  /** How many answers are asked for: shots of a circuit, reads of an anneal job, states of an infer job; of a hybrid one those of all its circuits. */
  shots: number;
  bytes: number;
}

/** Of a job without gates: no device can spoil it. */
const NO_GATES = { oneQubitGates: 0, twoQubitGates: 0, measurements: 0, depth: 0, feedForward: false, qubits: 0 };

export function featuresOf({ type, options, estimate }: Work): JobFeatures {
  const { bytes } = estimate;
  switch (type) {
    case "circuit": {
      const { qubits, shape } = estimate;
      const measurements = shape.measurements === 0 ? qubits : shape.measurements;
      return { qubits, ...shape, measurements, shots: options.shots ?? DEFAULT_SHOTS, bytes };
    }
    case "anneal":
      return { ...NO_GATES, shots: options.reads ?? DEFAULT_READS, bytes };
    case "schedule":
      return { ...NO_GATES, shots: 1, bytes };
    case "infer":
      return { ...NO_GATES, shots: estimate.states, bytes };
    case "hybrid": {
      const { circuit, circuits } = estimate;
      return { qubits: circuit.qubits, ...circuit.shape, shots: circuits * (estimate.options.shots ?? 1), bytes };
    }
  }
}
