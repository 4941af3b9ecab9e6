import { type Clock, formatTime } from "../core/clock.ts";
import type { CircuitEstimate, CircuitOptions } from "../models/circuit.ts";
import { type Calibration, fitCoefficients, type Timing } from "./calibration.ts";

export interface CalibrateInput {
  /** Estimates and runs one OpenQASM 3 circuit on the embedded engine. */
  run: (
    source: string,
    options: CircuitOptions & { seed: number },
  ) => Promise<{ estimate: CircuitEstimate; engineMs: number }>;
  machine: string;
  engineContentHash: string;
  now: Clock;
  /** No new circuit is started after it; default 1,000. */
  budgetMs?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * Measures the embedded engine on this machine: small circuits first, so that what the budget cuts off are the largest.
 * Each is run three times in each precision, and the median counts.
 */
export async function calibrate(input: CalibrateInput): Promise<Calibration> {
  const { run, now, budgetMs = 1000, onProgress } = input;
  const start = now();
  const timings: { f32: Timing[]; f64: Timing[] } = { f32: [], f64: [] };
  // The first run pays for compilation and start-up, which no later job does.
  await run(layeredCircuit(2, 1, "entangling"), { seed: 0, shots: 1 });
  for (const [done, { source, shots }] of CIRCUITS.entries()) {
    for (const precision of ["f32", "f64"] as const) {
      const options = { shots, precision };
      const runs = [];
      while (runs.length < REPETITIONS && now() - start < budgetMs)
        runs.push(await run(source, { ...options, seed: 0 }));
      const [first] = runs;
      if (!first) continue;
      const engineMs = median(runs.map((item) => item.engineMs));
      timings[precision].push({ estimate: first.estimate, options, engineMs });
    }
    onProgress?.({ done: done + 1, total: CIRCUITS.length });
  }
  return {
    format: "ketflow-calibration/1",
    machine: input.machine,
    engine: input.engineContentHash,
    coefficients: { f32: fitCoefficients(timings.f32), f64: fitCoefficients(timings.f64) },
    madeAt: formatTime(now()),
  };
}

const REPETITIONS = 3;

type Kind = "rotations" | "entangling" | "phases";

/** Sizes from one cache line to past the second-level cache; depth, gates and shots vary, so that their terms separate. */
const CIRCUITS: readonly { source: string; shots: number }[] = (
  [
    [2, 2, "entangling", 1],
    [3, 40, "rotations", 1],
    [4, 10, "entangling", 8192],
    [6, 60, "entangling", 1],
    [8, 10, "phases", 1024],
    [8, 40, "rotations", 1],
    [10, 4, "entangling", 65536],
    [10, 30, "phases", 1],
    [12, 8, "rotations", 1024],
    [12, 20, "entangling", 1],
    [14, 4, "phases", 4096],
    [14, 10, "entangling", 1],
    [15, 6, "rotations", 1024],
    [16, 3, "phases", 1],
    [16, 4, "entangling", 8192],
    [17, 3, "rotations", 1],
    [17, 2, "entangling", 1024],
    [18, 2, "phases", 1],
    [18, 2, "entangling", 1],
    [19, 1, "rotations", 1024],
    [19, 1, "entangling", 1],
  ] satisfies [number, number, Kind, number][]
).map(([qubits, layers, kind, shots]) => ({ source: layeredCircuit(qubits, layers, kind), shots }));

/** OpenQASM 3 of `layers` layers: rotations on every qubit, then a ladder of `cx`, or of controlled phases. */
export function layeredCircuit(qubits: number, layers: number, kind: Kind): string {
  const lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', `qubit[${qubits}] q;`, `bit[${qubits}] c;`];
  for (let layer = 0; layer < layers; layer++) {
    for (let qubit = 0; qubit < qubits; qubit++) {
      lines.push(
        kind === "phases" ? `h q[${qubit}];` : `ry(${(0.1 + 0.37 * layer + 0.11 * qubit).toFixed(2)}) q[${qubit}];`,
      );
    }
    for (let qubit = 0; kind !== "rotations" && qubit + 1 < qubits; qubit++) {
      lines.push(kind === "phases" ? `cp(0.7) q[${qubit}], q[${qubit + 1}];` : `cx q[${qubit}], q[${qubit + 1}];`);
    }
  }
  return [...lines, "c = measure q;", ""].join("\n");
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
