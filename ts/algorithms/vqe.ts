import { AppError } from "../core/errors.ts";
import type { CircuitView } from "../models/circuit.ts";
import type { HybridOptions, VqeInput } from "../models/hybrid.ts";
import type { HybridValues } from "../models/hybrid-result.ts";
import { type AnsatzInput, CircuitObjective, type Measurement, type Search } from "./circuit-objective.ts";
import { drawStart } from "./draws.ts";
import { frequenciesOf, ruleFor } from "./frequencies.ts";
import { measuredCircuits } from "./measured-energy.ts";
import { minimize } from "./minimize.ts";
import type { Gradients } from "./objective.ts";
import type { ShiftRule } from "./parameter-shift.ts";
import { type PauliSum, readPauliSum } from "./pauli-sum.ts";
import type { HybridContext } from "./ports.ts";
import { gradientsOf, settingsOf, stepperOf } from "./settings.ts";
import { startAt } from "./start.ts";

/**
 * Where no start is given: uniform within this many radians of 0. Near the identity gradients do not vanish with the number of
 * qubits, as they do for angles from the whole circle (McClean et al., Nature Communications 9, 4812 (2018)), and a chemist's ansatz
 * begins at the Hartree–Fock state.
 */
const START_WIDTH = 0.1;

/**
 * The variational quantum eigensolver: the lowest expectation of an observable over the inputs of a circuit. By the variational
 * principle no exact expectation is below the lowest eigenvalue.
 *
 * Source: Peruzzo et al., Nature Communications 5, 4213 (2014).
 *
 * @throws {AppError} `invalid-input` for a circuit without inputs that can be turned, for a parameter that is not one of them, and
 *   for one without a gradient; what the engine refuses; `cancelled`
 */
export async function vqe(input: VqeInput, options: HybridOptions, context: HybridContext): Promise<HybridValues> {
  const { ansatz, measurement, start, settings } = await prepareVqe(input, options, context);
  const objective = new CircuitObjective(ansatz, context, measurement);
  const minimum = await minimize(objective, stepperOf(settings, context.seed), start, settings, context);
  return { ...minimum, parameters: ansatz.parameters, evaluations: objective.evaluations };
}

/** Everything of {@link vqe} before its first energy. @throws {AppError} as it does */
export async function prepareVqe(
  input: VqeInput,
  options: HybridOptions,
  { viewCircuit, seed, signal }: Pick<HybridContext, "viewCircuit" | "seed" | "signal">,
): Promise<Search> {
  if (options.layers !== undefined || options.samples !== undefined) {
    throw new AppError("invalid-input", "options: layers and samples are for qaoa; the circuit says what vqe does");
  }
  const settings = settingsOf(options);
  const { ansatz: circuit, observable } = input;
  const view = await viewCircuit(circuit, { signal });
  const parameters = parametersOf(view);
  const gradients = gradientsOf(settings, isUnitary(view));
  const inputs = inputsOf(parameters, view, gradients, options.shiftFrequencies);
  return {
    ansatz: { circuit, observable, parameters, inputs, gradients, isRuleUnproved: true },
    measurement: settings.shots === 0 ? undefined : measure(input, view, settings.shots),
    start:
      input.parameters === undefined
        ? drawStart(seed, parameters.length, START_WIDTH)
        : startAt(input.parameters, parameters),
    settings,
  };
}

function parametersOf({ inputs }: CircuitView): string[] {
  const whole = inputs.find(({ kind }) => kind === "int" || kind === "uint");
  if (whole !== undefined) {
    const message = `input '${whole.name}' is ${whole.kind}, which cannot be turned little by little; make it a const`;
    throw new AppError("invalid-input", message);
  }
  if (inputs.length === 0) {
    const message = "the circuit has no parameters; declare some as 'input float theta;' and use them in gate angles";
    throw new AppError("invalid-input", message);
  }
  return inputs.map(({ name }) => name);
}

/** Whether nothing but gates happens to a qubit before it is measured for good. */
function isUnitary({ ops }: CircuitView): boolean {
  const measured = new Set<number>();
  const written = new Set<number | null>();
  return ops.every((op) => {
    if (op.op === "measure") {
      // A second outcome in the same bit makes the first one no end.
      if (op.bit !== null && written.has(op.bit)) return false;
      measured.add(op.qubit);
      written.add(op.bit);
    }
    if (op.op === "gate") {
      return [...op.targets, ...op.controls.map(({ qubit }) => qubit)].every((qubit) => !measured.has(qubit));
    }
    return op.op === "measure" || op.op === "barrier";
  });
}

function inputsOf(
  parameters: readonly string[],
  view: CircuitView,
  gradients: Gradients,
  declared: NonNullable<HybridOptions["shiftFrequencies"]> = {},
): AnsatzInput[] {
  const unknown = Object.keys(declared).find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    throw new AppError("invalid-input", `options.shiftFrequencies.${unknown}: the circuit has no such input`);
  }
  const rules = gradients === "shifts" ? frequenciesOf(view) : new Map<string, ShiftRule>();
  return parameters.map((name, parameter) => {
    const given = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const rule = given === undefined ? rules.get(name) : ruleFor(name, given);
    if (rule !== undefined && "reason" in rule) {
      const message = `input '${name}' has no parameter-shift gradient: ${rule.reason}; give its frequencies in options.shiftFrequencies, make it several inputs, or use the optimizer spsa`;
      throw new AppError("invalid-input", message);
    }
    // An input that no gate has does not change the energy, whatever rule says so.
    return { name, parameter, factor: 1, rule: rule ?? { base: 1, count: 1 } };
  });
}

function measure({ ansatz, observable }: VqeInput, view: CircuitView, shots: number): Measurement {
  const sum = readPauliSum(observable);
  return { shots, circuits: measuredCircuits(ansatz, view, sum), offset: offsetOf(sum) };
}

function offsetOf({ terms }: PauliSum): number {
  return terms.reduce((sum, { coefficient, letters }) => (letters.size === 0 ? sum + coefficient : sum), 0);
}
