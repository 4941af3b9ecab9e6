import { AppError } from "../core/errors.ts";
import type { Bqm, Graph, QaoaProblem } from "../models/hybrid.ts";
import { readPauliSum } from "./pauli-sum.ts";

/** offset + Σ coefficient · Π z over the qubits of each term, where z is +1 for bit 0 and −1 for bit 1. */
export interface DiagonalCost {
  readonly qubits: number;
  readonly offset: number;
  /** Distinct sets of qubits, each ascending; in the order of the problem. */
  readonly terms: readonly CostTerm[];
}

export interface CostTerm {
  readonly coefficient: number;
  readonly qubits: readonly number[];
}

/**
 * What a problem asks to minimise, as a sum of products of Z. Of a graph that is −cut = Σ w (zᵢzⱼ − 1)/2; a binary number is
 * (1 − z)/2, a spin is z.
 *
 * @throws {AppError} `invalid-input` with the field
 */
export function costOf(problem: QaoaProblem): DiagonalCost {
  const sum = new CostSum();
  if (problem.graph !== undefined) addGraph(sum, problem.graph);
  else if (problem.bqm !== undefined) addBqm(sum, problem.bqm);
  else addObservable(sum, problem.observable ?? "");
  return sum.finish();
}

/** Weight of the edges between the two sides, added up in their order. @param bits one per vertex */
export function cutOf({ edges }: Graph, bits: readonly number[]): number {
  return edges.reduce((sum, [a, b, weight = 1]) => (bits[a] === bits[b] ? sum : sum + weight), 0);
}

/** The cost of a basis state, terms added up in their order. @param bits one per qubit */
export function costAt({ offset, terms }: DiagonalCost, bits: readonly number[]): number {
  return terms.reduce((sum, { coefficient, qubits }) => {
    const ones = qubits.filter((qubit) => bits[qubit] === 1).length;
    return ones % 2 === 0 ? sum + coefficient : sum - coefficient;
  }, offset);
}

/** The cost as an observable of the engine. */
export function observableOf({ qubits, offset, terms }: DiagonalCost): string {
  const product = (members: readonly number[]): string =>
    Array.from({ length: qubits }, (_, k) => (members.includes(qubits - 1 - k) ? "Z" : "I")).join("");
  const signed = ({ coefficient, qubits: members }: CostTerm): string =>
    `${coefficient < 0 ? "-" : "+"} ${Math.abs(coefficient)}*${product(members)}`;
  return [{ coefficient: offset, qubits: [] }, ...terms].map(signed).join(" ");
}

class CostSum {
  qubits = 0;
  offset = 0;
  readonly #terms = new Map<string, CostTerm>();

  /** @param qubits distinct */
  add(coefficient: number, qubits: readonly number[]): void {
    const members = [...qubits].sort((a, b) => a - b);
    const key = members.join(" ");
    const sum = coefficient + (this.#terms.get(key)?.coefficient ?? 0);
    this.#terms.set(key, { coefficient: sum, qubits: members });
    this.qubits = Math.max(this.qubits, 1 + (members.at(-1) ?? -1));
  }

  /** At least `size` qubits, and not more where it was given. */
  declare(size: number | undefined, field: string): void {
    if (size === undefined) return;
    if (size < this.qubits) {
      const message = `input.problem.${field}: ${size}, but ${this.qubits - 1} is used, and numbers begin with 0; give at least ${this.qubits}`;
      throw new AppError("invalid-input", message);
    }
    this.qubits = size;
  }

  finish(): DiagonalCost {
    const terms = [...this.#terms.values()].filter(({ coefficient }) => coefficient !== 0);
    const sizes = [this.offset, ...terms.map(({ coefficient }) => coefficient)];
    if (terms.length === 0 || !sizes.every(Number.isFinite)) {
      const reason = terms.length === 0 ? "every basis state costs the same" : "its numbers add up beyond 10³⁰⁸";
      throw new AppError("invalid-input", `input.problem: ${reason}; there is nothing to search for`);
    }
    return { qubits: this.qubits, offset: this.offset, terms };
  }
}

function addGraph(sum: CostSum, { vertices, edges }: Graph): void {
  edges.forEach(([a, b, weight = 1], k) => {
    if (a === b) {
      const message = `input.problem.graph.edges[${k}]: from ${a} to itself, which no cut separates; leave it out`;
      throw new AppError("invalid-input", message);
    }
    sum.add(weight / 2, [a, b]);
    sum.offset -= weight / 2;
  });
  sum.declare(vertices, "graph.vertices");
}

function addBqm(sum: CostSum, { vartype, variables, linear = [], quadratic = [], offset = 0 }: Bqm): void {
  sum.offset = offset;
  for (const [variable, bias] of linear) {
    if (vartype === "spin") sum.add(bias, [variable]);
    else {
      sum.add(-bias / 2, [variable]);
      sum.offset += bias / 2;
    }
  }
  quadratic.forEach(([a, b, bias], k) => {
    if (a === b) {
      const instead = vartype === "spin" ? "offset" : "linear";
      const message = `input.problem.bqm.quadratic[${k}]: variable ${a} with itself; write it as part of ${instead}`;
      throw new AppError("invalid-input", message);
    }
    if (vartype === "spin") sum.add(bias, [a, b]);
    else {
      sum.add(bias / 4, [a, b]);
      sum.add(-bias / 4, [a]);
      sum.add(-bias / 4, [b]);
      sum.offset += bias / 4;
    }
  });
  sum.declare(variables, "bqm.variables");
}

function addObservable(sum: CostSum, text: string): void {
  const { qubits, terms } = readPauliSum(text);
  for (const { coefficient, letters } of terms) {
    const other = [...letters].find(([, letter]) => letter !== "Z");
    if (other !== undefined) {
      const message = `input.problem.observable: ${other[1]} on qubit ${other[0]}; a cost of basis states has I and Z alone, for others there is vqe`;
      throw new AppError("invalid-input", message);
    }
    if (letters.size === 0) sum.offset += coefficient;
    else sum.add(coefficient, [...letters.keys()]);
  }
  sum.declare(qubits, "observable");
}
