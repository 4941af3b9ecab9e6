import { AppError } from "../core/errors.ts";

export type PauliLetter = "X" | "Y" | "Z";

/** coefficient · a product of Pauli matrices. */
export interface PauliTerm {
  readonly coefficient: number;
  /** Qubit → its letter; qubits without one have the identity. Ascending. */
  readonly letters: ReadonlyMap<number, PauliLetter>;
}

export interface PauliSum {
  readonly qubits: number;
  readonly terms: readonly PauliTerm[];
}

const TERM = /\s*([+\-−]?)\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*\*?\s*)?([IXYZ]+)\s*/y;

/**
 * Reads a sum such as `0.5*XXI - ZZZ`, as the engine does: the leftmost letter is the highest qubit.
 *
 * @throws {AppError} `invalid-input` with the character, from 1, at which it is wrong
 */
export function readPauliSum(text: string): PauliSum {
  const terms: PauliTerm[] = [];
  let qubits: number | undefined;
  TERM.lastIndex = 0;
  while (terms.length === 0 || TERM.lastIndex < text.length) {
    const start = TERM.lastIndex;
    const match = TERM.exec(text);
    const [, sign, factor, product = ""] = match ?? [];
    const coefficient = Number(factor ?? 1) * (sign === "-" || sign === "−" ? -1 : 1);
    if (match === null || (terms.length > 0 && sign === "") || !Number.isFinite(coefficient)) {
      throw wrong(text, start, "write a term as in + 0.5*XIZ");
    }
    qubits ??= product.length;
    if (product.length !== qubits) {
      throw wrong(text, start, `this product has ${product.length} letters, the first one ${qubits}; give ${qubits}`);
    }
    terms.push({ coefficient, letters: lettersOf(product) });
  }
  return { qubits: qubits ?? 0, terms };
}

function lettersOf(product: string): Map<number, PauliLetter> {
  const letters = new Map<number, PauliLetter>();
  for (let qubit = 0; qubit < product.length; qubit++) {
    const letter = product[product.length - 1 - qubit];
    if (letter === "X" || letter === "Y" || letter === "Z") letters.set(qubit, letter);
  }
  return letters;
}

function wrong(text: string, at: number, remedy: string): AppError {
  const shown = text.slice(at, at + 30).toWellFormed();
  return new AppError("invalid-input", `observable, character ${at + 1}, at '${shown}': ${remedy}`);
}

/** Products that one measurement serves: each qubit has one letter, or the identity, in all of them. */
export interface MeasuredGroup {
  /** The letter in which each qubit is measured; Z where none needs it. */
  readonly basis: ReadonlyMap<number, PauliLetter>;
  readonly terms: readonly PauliTerm[];
}

/** Groups the products in the order of the sum, each in the first group that agrees with it; the identity is in none. */
export function groupsOf({ terms }: PauliSum): MeasuredGroup[] {
  const groups: { basis: Map<number, PauliLetter>; terms: PauliTerm[] }[] = [];
  for (const term of terms) {
    if (term.letters.size === 0) continue;
    const agrees = (basis: Map<number, PauliLetter>) =>
      [...term.letters].every(([qubit, letter]) => (basis.get(qubit) ?? letter) === letter);
    let group = groups.find(({ basis }) => agrees(basis));
    if (group === undefined) {
      group = { basis: new Map(), terms: [] };
      groups.push(group);
    }
    for (const [qubit, letter] of term.letters) group.basis.set(qubit, letter);
    group.terms.push(term);
  }
  return groups;
}
