import { AppError } from "../core/errors.ts";
import type { CircuitResult } from "../models/circuit.ts";
import { drawSeed } from "./draws.ts";
import { inOrder } from "./in-order.ts";
import { energyFromCounts, type MeasuredCircuit } from "./measured-energy.ts";
import { refuseWhenAborted } from "./minimize.ts";
import type { Gradients, Objective } from "./objective.ts";
import { deviation, probeShift, type ShiftRule, shiftTerms } from "./parameter-shift.ts";
import type { CircuitSource, HybridContext } from "./ports.ts";
import type { Settings } from "./settings.ts";

/** An `input` of the circuit: factor · parameter. */
export interface AnsatzInput {
  readonly name: string;
  /** Index of the parameter. */
  readonly parameter: number;
  readonly factor: number;
  /** How the energy depends on it; only gradients by parameter shifts need to know. */
  readonly rule?: ShiftRule | undefined;
}

/** A circuit whose energy depends on parameters through its inputs. */
export interface Ansatz {
  readonly circuit: CircuitSource;
  readonly observable: string;
  /** Names of the parameters. */
  readonly parameters: readonly string[];
  readonly inputs: readonly AnsatzInput[];
  readonly gradients: Gradients;
  /** The rules are somebody's word: the first gradient by them checks them. */
  readonly isRuleUnproved: boolean;
}

/** A search before it begins. */
export interface Search {
  readonly ansatz: Ansatz;
  readonly measurement: Measurement | undefined;
  readonly start: readonly number[];
  readonly settings: Settings;
}

/** How energies are measured; without it they are exact expectations. */
export interface Measurement {
  readonly shots: number;
  readonly circuits: readonly MeasuredCircuit[];
  /** Coefficient of the identity. */
  readonly offset: number;
}

/** Relative to the largest energy: an exact rule leaves 1e-12, a wrong one its share of the energy. */
const RULE_TOLERANCE = 1e-8;
const DEFAULT_CONCURRENCY = 8;

/** An exact energy and how it changes with each input. */
interface Slope {
  readonly values: readonly number[];
  readonly slopes: Readonly<Record<string, number>>;
}

/** The energy of an ansatz by running circuits; its gradient as {@link Gradients} says, summed up over the inputs by the chain rule. */
export class CircuitObjective implements Objective {
  readonly #ansatz: Ansatz;
  readonly #context: HybridContext;
  readonly #measurement: Measurement | undefined;
  #isRuleChecked: boolean;
  /** Of the last energy, where gradients come with it. */
  #last: Slope | undefined;
  evaluations = 0;

  constructor(ansatz: Ansatz, context: HybridContext, measurement?: Measurement) {
    this.#ansatz = ansatz;
    this.#context = context;
    this.#measurement = measurement;
    // Measured energies are too noisy to judge a rule by.
    this.#isRuleChecked = !ansatz.isRuleUnproved || measurement !== undefined;
  }

  get dimension(): number {
    return this.#ansatz.parameters.length;
  }

  async energy(point: readonly number[]): Promise<number> {
    const [energy = Number.NaN] = await this.energies([point]);
    return energy;
  }

  async energies(points: readonly (readonly number[])[]): Promise<number[]> {
    return this.#evaluateAll(points.map((point) => this.inputsAt(point)));
  }

  /** dE/dθ = Σ over the inputs of θ: factor · dE/dinput, inputs and shifts in their order. */
  async gradient(point: readonly number[], energy: number): Promise<number[]> {
    const values = this.inputsAt(point);
    return this.#ansatz.gradients === "adjoint" ? this.#adjointGradient(values) : this.#shiftedGradient(values, energy);
  }

  async #adjointGradient(values: readonly number[]): Promise<number[]> {
    const isKnown = this.#last?.values.every((value, k) => value === values[k]) ?? false;
    if (!isKnown) await this.#evaluateAll([values]);
    const gradient: number[] = new Array(this.dimension).fill(0);
    for (const { name, parameter, factor } of this.#ansatz.inputs) {
      gradient[parameter] = (gradient[parameter] ?? 0) + factor * (this.#last?.slopes[name] ?? Number.NaN);
    }
    return gradient;
  }

  async #shiftedGradient(values: readonly number[], energy: number): Promise<number[]> {
    const { inputs } = this.#ansatz;
    const moved = (k: number, shift: number) => values.map((value, at) => (at === k ? value + shift : value));
    const rules = inputs.map(({ name, rule }) => rule ?? refuseWithoutRule(name));
    const shifted = rules.flatMap((rule, k) =>
      shiftTerms(rule).flatMap(({ shift }) => [moved(k, shift), moved(k, -shift)]),
    );
    const probes = this.#isRuleChecked ? [] : rules.map((rule, k) => moved(k, probeShift(rule)));
    const energies = await this.#evaluateAll([...shifted, ...probes]);
    const gradient: number[] = new Array(this.dimension).fill(0);
    let next = 0;
    inputs.forEach(({ name, parameter, factor }, k) => {
      const rule = rules[k] as ShiftRule;
      const pairs: [number, number][] = [];
      let slope = 0;
      for (const { weight } of shiftTerms(rule)) {
        const [above = Number.NaN, below = Number.NaN] = energies.slice(next, next + 2);
        next += 2;
        pairs.push([above, below]);
        slope += weight * (above - below);
      }
      gradient[parameter] = (gradient[parameter] ?? 0) + factor * slope;
      if (this.#isRuleChecked) return;
      const probe = energies[shifted.length + k] ?? Number.NaN;
      refuseWrongRule(name, rule, deviation(rule, { centre: energy, pairs, probe }));
    });
    this.#isRuleChecked = true;
    return gradient;
  }

  /** The values of the inputs at a point, in the order of the ansatz. */
  inputsAt(point: readonly number[]): number[] {
    return this.#ansatz.inputs.map(({ parameter, factor }) => factor * (point[parameter] ?? Number.NaN));
  }

  async #evaluateAll(points: readonly (readonly number[])[]): Promise<number[]> {
    const first = this.evaluations;
    const numbered = points.map((values, k) => ({ values, evaluation: first + k }));
    const energies = await inOrder(numbered, this.#context.concurrency ?? DEFAULT_CONCURRENCY, (point) =>
      this.#evaluate(point.values, point.evaluation),
    );
    this.evaluations = first + points.length;
    return energies;
  }

  async #evaluate(values: readonly number[], evaluation: number): Promise<number> {
    const measurement = this.#measurement;
    const { circuit, observable, gradients } = this.#ansatz;
    if (measurement === undefined) {
      const isAdjoint = gradients === "adjoint";
      const asked = { observable, shots: 1, ...(isAdjoint && { gradient: true }) };
      const { expectation, gradient } = await this.run(circuit, values, asked, 0);
      if (expectation === undefined || (isAdjoint && gradient === undefined)) {
        throw new AppError("engine-failure", "the circuit's result has no expectation, or no gradient of it");
      }
      this.#last = gradient && { values, slopes: gradient };
      return expectation;
    }
    let energy = measurement.offset;
    for (const [group, measured] of measurement.circuits.entries()) {
      const seed = drawSeed(this.#context.seed, "circuit", evaluation, group);
      const { counts } = await this.run(measured.circuit, values, { shots: measurement.shots }, seed);
      energy += energyFromCounts(measured.terms, counts ?? {});
    }
    return energy;
  }

  /** Runs a circuit with the inputs of the ansatz. */
  async run(
    circuit: CircuitSource,
    values: readonly number[],
    options: { observable?: string; gradient?: boolean; shots: number },
    seed: number,
  ): Promise<CircuitResult> {
    const { signal, runCircuit } = this.#context;
    refuseWhenAborted(signal);
    const inputs = Object.fromEntries(this.#ansatz.inputs.map(({ name }, k) => [name, values[k] ?? Number.NaN]));
    return runCircuit(circuit, { ...options, inputs, seed }, { signal });
  }
}

function refuseWithoutRule(name: string): never {
  throw new AppError("engine-failure", `the ansatz has no parameter-shift rule for ${name}`);
}

function refuseWrongRule(name: string, { base, count }: ShiftRule, off: number): void {
  if (off <= RULE_TOLERANCE) return;
  const frequencies = count === 1 ? `${base}` : `${base} … ${base * count}`;
  throw new AppError(
    "invalid-input",
    `input '${name}': the energy has other frequencies than ${frequencies} (it is off by ${off.toExponential(1)} of itself), so its gradient would be wrong; give all of them in options.shiftFrequencies, or use the optimizer spsa`,
  );
}
