import { type Clock, formatTime } from "../core/clock.ts";
import type { Calibration } from "../models/calibration.ts";
import type { CircuitEstimate, CircuitOptions } from "../models/circuit.ts";
import { fitCoefficients, type Timing } from "./calibration.ts";
import { measureRates, type RunRated } from "./rates.ts";

export interface CalibrateInput {
  /** Estimates and runs one OpenQASM 3 circuit on the embedded engine. */
  run: (
    source: string,
    options: CircuitOptions & { seed: number },
  ) => Promise<{ estimate: CircuitEstimate; engineMs: number }>;
  /** The same of a model or a network. */
  runRated: RunRated;
  machine: string;
  engineContentHash: string;
  now: Clock;
  /** No new circuit is started after it; default 1,000. */
  budgetMs?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * Measures the embedded engines on this machine. First, in 50 ms, those of models and networks; then a set of small circuits in both precisions, round after round until the budget
 * is spent. The shortest run of each counts: other programs only ever add time, and a WASM function is slow in its first calls,
 * until its optimised code is ready. Where the machine is so busy that some circuit has not run twice by then, it goes on until
 * it has, but not longer than three budgets.
 */
export async function calibrate(input: CalibrateInput): Promise<Calibration> {
  const { run, runRated, now, budgetMs = 1000, onProgress } = input;
  const rates = await measureRates(runRated);
  const start = now();
  const shortest = new Map<(typeof CASES)[number], Timing>();
  for (const [done, item] of SCHEDULE.entries()) {
    const elapsed = now() - start;
    if (elapsed >= (done < LEAST_RUNS ? 3 * budgetMs : budgetMs)) break;
    const { estimate, engineMs } = await run(item.source, { ...item.options, seed: 0 });
    const known = shortest.get(item);
    if (!known || engineMs < known.engineMs) shortest.set(item, { estimate, options: item.options, engineMs });
    onProgress?.({ done: done + 1, total: SCHEDULE.length });
  }
  const timings = [...shortest.values()];
  const fitted = (precision: "f32" | "f64") =>
    fitCoefficients(timings.filter((timing) => timing.options.precision === precision));
  return {
    format: "ketflow-calibration/1",
    machine: input.machine,
    engine: input.engineContentHash,
    coefficients: { f32: fitted("f32"), f64: fitted("f64") },
    rates,
    madeAt: formatTime(now()),
  };
}

type Kind = "rotations" | "entangling" | "phases";

/**
 * Sizes from one cache line to past the second-level cache; layers, gates and shots vary, so that their terms separate.
 * About 80 ms a round in optimised code on a machine of 2024.
 */
const CASES = (
  [
    [2, 2, "entangling", 1],
    [3, 12, "rotations", 1],
    [4, 4, "entangling", 8192],
    [5, 3, "phases", 1024],
    [6, 12, "entangling", 1],
    [8, 4, "phases", 1024],
    [9, 12, "rotations", 1],
    [10, 2, "entangling", 20_000],
    [11, 8, "phases", 1],
    [12, 4, "rotations", 1024],
    [13, 4, "entangling", 1],
    [14, 3, "phases", 4096],
    [14, 4, "rotations", 1],
    [15, 2, "entangling", 1024],
    [16, 2, "phases", 1],
    [16, 2, "entangling", 8192],
    [17, 2, "rotations", 1024],
    [17, 1, "phases", 1],
    [18, 1, "entangling", 1],
    [18, 1, "rotations", 4096],
    [19, 1, "phases", 1],
    [19, 1, "rotations", 1],
  ] satisfies [number, number, Kind, number][]
).flatMap(([qubits, layers, kind, shots]) => {
  const source = layeredCircuit(qubits, layers, kind);
  return (["f32", "f64"] as const).map((precision) => ({ qubits, source, options: { shots, precision } }));
});

/** Unoptimised code is slow in proportion to the amplitudes, so the first rounds leave the large circuits out. */
const ROUNDS = [
  CASES.filter(({ qubits }) => qubits <= 12),
  CASES.filter(({ qubits }) => qubits <= 15),
  ...Array.from({ length: 10 }, () => CASES),
];
const SCHEDULE = ROUNDS.flat();
const LEAST_RUNS = ROUNDS.slice(0, 4).flat().length;

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
