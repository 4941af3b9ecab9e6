import fc from "fast-check";
import type { CircuitView, OpView } from "../../ts/models/circuit.ts";
import { circuit, gate, measure, when } from "./circuits.ts";

const QUBITS = 4;
const BITS = 3;

/** A circuit and how often each symbol must stand in its drawing. */
export interface DrawnCircuit {
  view: CircuitView;
  marks: Record<string, number>;
}

const qubits = (count: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray([...Array(QUBITS).keys()], { minLength: count, maxLength: count });

const leaf: fc.Arbitrary<OpView> = fc.oneof(
  fc.constantFrom("h", "y", "t", "sdg").chain((name) => qubits(1).map((targets) => gate(name, targets))),
  fc.tuple(qubits(2), fc.boolean()).map(([[a = 0, b = 0], off]) => gate("x", [a], [off ? { off: b } : b])),
  qubits(2).map((targets) => gate("swap", targets)),
  qubits(3).map(([a = 0, b = 0, c = 0]) => gate("x", [a], [b, c])),
  fc
    .tuple(qubits(2), fc.double({ min: -10, max: 10, noNaN: true }))
    .map(([targets, angle]) => gate("rzz", targets, [], [String(angle)])),
  fc.tuple(qubits(1), fc.nat(BITS - 1)).map(([[qubit = 0], bit]) => measure(qubit, bit)),
  qubits(1).map(([qubit = 0]): OpView => ({ op: "reset", qubit })),
);

const block: fc.Arbitrary<OpView> = fc
  .tuple(fc.nat(BITS - 1), fc.array(leaf, { minLength: 1, maxLength: 4 }), fc.array(leaf, { maxLength: 2 }))
  .chain(([bit, body, otherwise]) => {
    const plain = when(`c[${bit}]`, [bit], body, otherwise);
    return fc.constantFrom(plain, when("c == 2", [0, 1, 2], [plain, ...otherwise]));
  });

function symbols(ops: readonly OpView[], sum: Record<string, number>): Record<string, number> {
  const add = (symbol: string, count = 1): void => {
    sum[symbol] = (sum[symbol] ?? 0) + count;
  };
  for (const op of ops) {
    if (op.op === "measure") add(" M ");
    else if (op.op === "reset") add("|0⟩");
    else if (op.op === "if") symbols(op.otherwise, symbols(op.then, sum));
    else if (op.op === "gate") {
      for (const control of op.controls) if (!control.value) add("○");
      if (op.name === "swap") add("×", 2);
      else if (op.name === "x") add("⊕");
      else add({ h: " H ", y: " Y ", t: " T ", sdg: " S† ", rzz: " Rzz(" }[op.name] ?? op.name, op.targets.length);
    }
  }
  return sum;
}

export const arbitraryCircuit: fc.Arbitrary<DrawnCircuit> = fc
  .array(fc.oneof({ weight: 5, arbitrary: leaf }, { weight: 1, arbitrary: block }), { maxLength: 25 })
  .map((ops) => ({ view: circuit(QUBITS, { c: BITS }, ops), marks: symbols(ops, {}) }));
