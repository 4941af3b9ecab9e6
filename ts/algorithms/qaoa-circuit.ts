import { AppError } from "../core/errors.ts";
import type { AnsatzInput } from "./circuit-objective.ts";
import type { CircuitSource } from "./ports.ts";
import type { CostTerm, DiagonalCost } from "./qaoa-cost.ts";

/** Inputs that one circuit may have; the reader's own limit. */
const MAX_INPUTS = 4096;

export interface QaoaCircuit {
  readonly circuit: CircuitSource;
  /** gamma_1 … gamma_p, beta_1 … beta_p */
  readonly parameters: readonly string[];
  readonly inputs: readonly AnsatzInput[];
}

/**
 * The circuit of QAOA: on the uniform superposition, for each layer k
 *
 *   Π over the terms of exp(−i γₖ c/s ΠZ),  then  Π over the qubits of exp(i βₖ X)
 *
 * where s = √(mean of c²), so that γ and learning rates mean the same for every scale of the cost. The mixer is −ΣX, whose ground
 * state is the start, so that small positive γ and β are steps of an annealing schedule.
 *
 * @param inputs `parameters`: the inputs are γₖ and βₖ, and gates scale them. `gates`: each rotation has an input of its own, its
 *   angle, so that the two-term shift rule holds for each whatever the coefficients are; the chain rule adds them up.
 * @throws {AppError} `too-large` for `gates` with more rotations than a circuit may have inputs
 */
export function qaoaCircuit(cost: DiagonalCost, layers: number, inputs: "parameters" | "gates"): QaoaCircuit {
  const parameters = [...names("gamma", layers), ...names("beta", layers)];
  const angles: AnsatzInput[] = [];
  const { qubits, terms } = cost;
  if (inputs === "gates" && layers * (terms.length + qubits) > MAX_INPUTS) {
    const message = `${layers} layers of ${terms.length + qubits} rotations are more than the ${MAX_INPUTS} whose gradient can be asked for; use the optimizer spsa, or fewer layers`;
    throw new AppError("too-large", message);
  }
  const scale = scaleOf(cost);
  /** The angle factor · parameter, as the text of a gate's parameter. */
  const angle = (name: string, parameter: number, factor: number): string => {
    if (inputs === "parameters") return `${factor} * ${parameters[parameter]}`;
    angles.push({ name, parameter, factor, rule: { base: 1, count: 1 } });
    return name;
  };
  const lines: string[] = ["h q;"];
  for (let layer = 0; layer < layers; layer++) {
    terms.forEach((term, k) => {
      const factor = 2 * (term.coefficient / scale);
      lines.push(...rotation(term, angle(`gamma_${layer + 1}_${k}`, layer, factor)));
    });
    for (let qubit = 0; qubit < qubits; qubit++) {
      lines.push(`rx(${angle(`beta_${layer + 1}_${qubit}`, layers + layer, -2)}) q[${qubit}];`);
    }
  }
  const declared: readonly AnsatzInput[] =
    inputs === "gates" ? angles : parameters.map((name, parameter) => ({ name, parameter, factor: 1 }));
  const source = [
    "OPENQASM 3.0;",
    'include "stdgates.inc";',
    ...declared.map(({ name }) => `input float ${name};`),
    `qubit[${qubits}] q;`,
    ...lines,
    "",
  ].join("\n");
  return { circuit: { format: "openqasm3", source }, parameters, inputs: declared };
}

/**
 * A linear annealing schedule in steps of 0.75: γₖ = 0.75 (k − ½)/p rising, βₖ = 0.75 − γₖ falling.
 *
 * Source: Sack & Serbyn, "Quantum annealing initialization of the quantum approximate optimization algorithm", Quantum 5, 491 (2021).
 */
export function annealingRamp(layers: number): number[] {
  const rising = Array.from({ length: layers }, (_, k) => (TIME_STEP * (k + 0.5)) / layers);
  return [...rising, ...rising.map((gamma) => TIME_STEP - gamma)];
}

const TIME_STEP = 0.75;

function names(stem: string, layers: number): string[] {
  return Array.from({ length: layers }, (_, k) => `${stem}_${k + 1}`);
}

/** √(mean of c²) over the terms. */
function scaleOf({ terms }: DiagonalCost): number {
  const largest = terms.reduce((size, { coefficient }) => Math.max(size, Math.abs(coefficient)), 0);
  // Relative to the largest, so that squares neither overflow nor vanish.
  const squares = terms.reduce((sum, { coefficient }) => sum + (coefficient / largest) * (coefficient / largest), 0);
  return largest * Math.sqrt(squares / terms.length);
}

/** exp(−i angle/2 · ΠZ): a parity is gathered in the last qubit, turned, and scattered again. */
function rotation({ qubits }: CostTerm, angle: string): string[] {
  const [first, second] = qubits;
  if (qubits.length === 1) return [`rz(${angle}) q[${first}];`];
  if (qubits.length === 2) return [`rzz(${angle}) q[${first}], q[${second}];`];
  const ladder = qubits.slice(1).map((qubit, k) => `cx q[${qubits[k]}], q[${qubit}];`);
  return [...ladder, `rz(${angle}) q[${qubits.at(-1)}];`, ...ladder.toReversed()];
}
