import { AppError } from "../core/errors.ts";
import type { CircuitResult, CircuitView } from "../models/circuit.ts";
import { groupsOf, type PauliLetter, type PauliSum, type PauliTerm } from "./pauli-sum.ts";
import type { CircuitSource } from "./ports.ts";

/** A circuit whose counts give the expectations of some products. */
export interface MeasuredCircuit {
  readonly circuit: CircuitSource;
  readonly terms: readonly PauliTerm[];
}

/** π/2 in the circuit's text, so that it does not depend on what the circuit calls `pi`. */
const HALF_PI = "1.5707963267948966";
/** What turns the eigenstates of a letter into those of Z: H, and H S†. */
const TO_Z: Record<PauliLetter, string | undefined> = {
  X: `U(${HALF_PI}, 0, 3.141592653589793)`,
  Y: `U(${HALF_PI}, 0, ${HALF_PI})`,
  Z: undefined,
};

/**
 * One circuit for each group of products that can be measured together: the given one, and behind it a gate on each qubit that is
 * measured in X or Y. `U` is built into both versions of OpenQASM.
 *
 * @throws {AppError} `unsupported` for circuits that measure, whose counts would not be those of all qubits
 */
export function measuredCircuits(circuit: CircuitSource, view: CircuitView, sum: PauliSum): MeasuredCircuit[] {
  const names = qubitNames(circuit, view);
  if (names.length !== sum.qubits) {
    const message = `observable: its products have ${sum.qubits} letters, but the circuit ${names.length} qubits`;
    throw new AppError("invalid-input", message);
  }
  return groupsOf(sum).map(({ basis, terms }) => {
    const gates = [...basis].flatMap(([qubit, letter]) => {
      const gate = TO_Z[letter];
      return gate === undefined ? [] : [`${gate} ${names[qubit]};\n`];
    });
    return { circuit: { format: circuit.format, source: `${circuit.source}\n${gates.join("")}` }, terms };
  });
}

function qubitNames({ source }: CircuitSource, { qubits, ops }: CircuitView): string[] {
  if (ops.some(({ op }) => op !== "gate" && op !== "barrier")) {
    throw new AppError(
      "unsupported",
      "options.shots: the circuit measures or resets by itself; leave shots out for exact expectations, or remove these statements",
    );
  }
  if (source.includes("$")) {
    throw new AppError("unsupported", "options.shots: declare the qubits (qubit[4] q;) in place of physical ones ($0)");
  }
  return qubits.flatMap(({ name, size, scalar }) =>
    scalar ? [name] : Array.from({ length: size }, (_, k) => `${name}[${k}]`),
  );
}

/** The estimate of Σ coefficient · ⟨product⟩ over the terms from the counts of all qubits, highest first. */
export function energyFromCounts(terms: readonly PauliTerm[], counts: NonNullable<CircuitResult["counts"]>): number {
  const outcomes = Object.entries(counts);
  const shots = outcomes.reduce((sum, [, times]) => sum + times, 0);
  return terms.reduce((energy, { coefficient, letters }) => {
    const qubits = [...letters.keys()];
    let balance = 0;
    for (const [bits, times] of outcomes) {
      const ones = qubits.filter((qubit) => bits[bits.length - 1 - qubit] === "1").length;
      balance += ones % 2 === 0 ? times : -times;
    }
    return energy + coefficient * (balance / shots);
  }, 0);
}
