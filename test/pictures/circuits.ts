import type { CircuitView, OpView } from "../../ts/models/circuit.ts";

type GateOp = Extract<OpView, { op: "gate" }>;

export function gate(
  name: string,
  targets: number[],
  controls: (number | { off: number })[] = [],
  params: string[] = [],
): GateOp {
  return {
    op: "gate",
    name,
    params,
    controls: controls.map((control) =>
      typeof control === "number" ? { qubit: control, value: true } : { qubit: control.off, value: false },
    ),
    targets,
  };
}

export function measure(qubit: number, bit: number | null): OpView {
  return { op: "measure", qubit, bit };
}

export function when(text: string, bits: number[], body: OpView[], otherwise: OpView[] = []): OpView {
  // biome-ignore lint/suspicious/noThenProperty: the field of the engine's view; nobody awaits it
  return { op: "if", text, bits, then: body, otherwise };
}

/** A circuit on register `q`; `bits` maps a name to a size, 0 for a scalar. */
export function circuit(qubits: number, bits: Record<string, number>, ops: OpView[]): CircuitView {
  const registers = Object.entries(bits).map(([name, size]) => ({ name, size: Math.max(1, size), scalar: size === 0 }));
  return { qubits: [{ name: "q", size: qubits, scalar: false }], bits: registers, inputs: [], ops };
}

export const BELL: CircuitView = circuit(2, { c: 2 }, [
  gate("h", [0]),
  gate("x", [1], [0]),
  measure(0, 0),
  measure(1, 1),
]);

export const TELEPORTATION: CircuitView = circuit(3, { a: 0, b: 0 }, [
  gate("h", [1]),
  gate("x", [2], [1]),
  { op: "barrier", qubits: [0, 1, 2] },
  gate("x", [1], [0]),
  gate("h", [0]),
  measure(0, 0),
  measure(1, 1),
  when("b", [1], [gate("x", [2])]),
  when("a", [0], [gate("z", [2])]),
]);
