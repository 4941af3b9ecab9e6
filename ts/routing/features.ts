import type { CircuitEstimate, CircuitOptions, CircuitView, OpView } from "../models/circuit.ts";
import { DEFAULT_SHOTS } from "../models/circuit-defaults.ts";

/** What routing knows about a circuit job. */
export interface CircuitFeatures {
  qubits: number;
  oneQubitGates: number;
  /** Gates on two qubits; a gate on more counts as {@link twoQubitEquivalent} of them. */
  twoQubitGates: number;
  /** Readouts; all qubits are read where the circuit measures nothing. */
  measurements: number;
  /** Layers of gates, measurements and resets when each starts as early as its qubits and bits allow. */
  depth: number;
  /** Some operation depends on an outcome. */
  feedForward: boolean;
  shots: number;
  bytes: number;
  passes: number;
  amplitudeUpdates: number;
}

/** Of an `if`, each count is that of the branch where it is larger: an upper bound for every run. */
export function circuitFeatures(
  view: CircuitView,
  estimate: CircuitEstimate,
  options: CircuitOptions,
): CircuitFeatures {
  const counts = countOps(view.ops);
  return {
    qubits: estimate.qubits,
    oneQubitGates: counts.oneQubitGates,
    twoQubitGates: counts.twoQubitGates,
    measurements: counts.measurements === 0 ? estimate.qubits : counts.measurements,
    depth: depthOf(view.ops),
    feedForward: view.ops.some((op) => op.op === "if"),
    shots: options.shots ?? DEFAULT_SHOTS,
    bytes: estimate.bytes,
    passes: estimate.passes,
    amplitudeUpdates: estimate.amplitudeUpdates,
  };
}

/**
 * Two-qubit gates that a gate on `qubits` ≥ 2 qubits costs on a device: 6 for a Toffoli, and 2c − 3 Toffolis for c controls
 * with clean ancillas.
 *
 * Source: Nielsen & Chuang (2010), figures 4.9 and 4.10.
 */
export function twoQubitEquivalent(qubits: number): number {
  return qubits === 2 ? 1 : 6 * (2 * (qubits - 1) - 3);
}

interface Counts {
  oneQubitGates: number;
  twoQubitGates: number;
  measurements: number;
}

function countOps(ops: readonly OpView[]): Counts {
  const counts: Counts = { oneQubitGates: 0, twoQubitGates: 0, measurements: 0 };
  for (const op of ops) {
    if (op.op === "measure") counts.measurements++;
    if (op.op === "gate") {
      const width = op.controls.length + op.targets.length;
      if (width === 1) counts.oneQubitGates++;
      if (width > 1) counts.twoQubitGates += twoQubitEquivalent(width);
    }
    if (op.op === "if") {
      const [a, b] = [countOps(op.then), countOps(op.otherwise)];
      counts.oneQubitGates += Math.max(a.oneQubitGates, b.oneQubitGates);
      counts.twoQubitGates += Math.max(a.twoQubitGates, b.twoQubitGates);
      counts.measurements += Math.max(a.measurements, b.measurements);
    }
  }
  return counts;
}

/** When each qubit (`q3`) and bit (`b0`) is free again, counted in layers. */
type Frontier = Map<string, number>;

function depthOf(ops: readonly OpView[]): number {
  const frontier: Frontier = new Map();
  advance(frontier, ops);
  return Math.max(0, ...frontier.values());
}

function advance(frontier: Frontier, ops: readonly OpView[]): void {
  for (const op of ops) {
    if (op.op === "if") advanceIf(frontier, op);
    else place(frontier, touched(op), op.op === "barrier" || op.op === "assign" ? 0 : 1);
  }
}

function place(frontier: Frontier, keys: readonly string[], layers: number): void {
  const start = Math.max(0, ...keys.map((key) => frontier.get(key) ?? 0));
  for (const key of keys) frontier.set(key, start + layers);
}

/** Both branches start when the bits of the condition are known; afterwards the longer one counts. */
function advanceIf(frontier: Frontier, op: Extract<OpView, { op: "if" }>): void {
  const known = Math.max(0, ...op.bits.map((bit) => frontier.get(`b${bit}`) ?? 0));
  const branches = [op.then, op.otherwise].map((ops) => {
    const branch: Frontier = new Map(frontier);
    for (const key of ops.flatMap(touched)) branch.set(key, Math.max(known, branch.get(key) ?? 0));
    advance(branch, ops);
    return branch;
  });
  for (const branch of branches) {
    for (const [key, layer] of branch) frontier.set(key, Math.max(layer, frontier.get(key) ?? 0));
  }
}

function touched(op: OpView): string[] {
  switch (op.op) {
    case "gate":
      return [...op.controls.map((control) => `q${control.qubit}`), ...op.targets.map((qubit) => `q${qubit}`)];
    case "measure":
      return op.bit === null ? [`q${op.qubit}`] : [`q${op.qubit}`, `b${op.bit}`];
    case "reset":
      return [`q${op.qubit}`];
    case "barrier":
      return op.qubits.map((qubit) => `q${qubit}`);
    case "assign":
      return [`b${op.bit}`];
    case "if":
      return [...op.bits.map((bit) => `b${bit}`), ...op.then.flatMap(touched), ...op.otherwise.flatMap(touched)];
  }
}
