import { AppError } from "../core/errors.ts";
import type { HybridOptions, QaoaInput } from "../models/hybrid.ts";
import { HYBRID_DEFAULTS } from "../models/hybrid-defaults.ts";
import type { HybridValues, SampledBest } from "../models/hybrid-result.ts";
import { CircuitObjective, type Measurement, type Search } from "./circuit-objective.ts";
import { drawSeed } from "./draws.ts";
import { minimize } from "./minimize.ts";
import type { PauliLetter } from "./pauli-sum.ts";
import type { CircuitSource, HybridContext } from "./ports.ts";
import { annealingRamp, qaoaCircuit } from "./qaoa-circuit.ts";
import { costAt, costOf, cutOf, type DiagonalCost, observableOf } from "./qaoa-cost.ts";
import { gradientsOf, settingsOf, stepperOf } from "./settings.ts";
import { startAt } from "./start.ts";

/**
 * The quantum approximate optimisation algorithm: minimises the expected cost over γ and β, then samples the circuit and gives the
 * cheapest outcome.
 *
 * Source: Farhi, Goldstone & Gutmann, arXiv:1411.4028 (2014).
 *
 * @throws {AppError} `invalid-input` for a problem with nothing to search for; `too-large`; what the engine refuses; `cancelled`
 */
export async function qaoa(input: QaoaInput, options: HybridOptions, context: HybridContext): Promise<HybridValues> {
  const { ansatz, cost, measurement, start, settings } = prepareQaoa(input, options);
  const objective = new CircuitObjective(ansatz, context, measurement);
  const minimum = await minimize(objective, stepperOf(settings, context.seed), start, settings, context);

  const shots = options.samples ?? HYBRID_DEFAULTS.samples;
  const seed = drawSeed(context.seed, "sampling", 0, 0);
  const { counts } = await objective.run(ansatz.circuit, objective.inputsAt(minimum.point), { shots }, seed);
  const { graph } = input.problem;
  const energyOf = (bits: readonly number[]) => (graph === undefined ? costAt(cost, bits) : 0 - cutOf(graph, bits));
  return {
    ...minimum,
    parameters: ansatz.parameters,
    evaluations: objective.evaluations,
    best: cheapest(counts ?? {}, energyOf),
    isCut: graph !== undefined,
  };
}

/** Everything of {@link qaoa} before its first energy. @throws {AppError} as it does */
export function prepareQaoa(input: QaoaInput, options: HybridOptions): Search & { readonly cost: DiagonalCost } {
  if (options.shiftFrequencies !== undefined) {
    throw new AppError(
      "invalid-input",
      "options.shiftFrequencies: qaoa builds its circuit and knows them; leave it out",
    );
  }
  const settings = settingsOf(options);
  const cost = costOf(input.problem);
  const layers = options.layers ?? HYBRID_DEFAULTS.layers;
  const gradients = gradientsOf(settings, true);
  const built = qaoaCircuit(cost, layers, gradients === "shifts" ? "gates" : "parameters");
  return {
    cost,
    ansatz: { ...built, observable: observableOf(cost), gradients, isRuleUnproved: false },
    measurement: settings.shots === 0 ? undefined : measure(built.circuit, cost, settings.shots),
    start: input.parameters === undefined ? annealingRamp(layers) : startAt(input.parameters, built.parameters),
    settings,
  };
}

/** All terms are products of Z: one circuit measures them. */
function measure(circuit: CircuitSource, { offset, terms }: DiagonalCost, shots: number): Measurement {
  const products = terms.map(({ coefficient, qubits }) => ({
    coefficient,
    letters: new Map(qubits.map((qubit): [number, PauliLetter] => [qubit, "Z"])),
  }));
  return { shots, circuits: [{ circuit, terms: products }], offset };
}

/** The outcome of the lowest energy; of equal ones the first as a text. */
function cheapest(counts: Record<string, number>, energyOf: (bits: readonly number[]) => number): SampledBest {
  let best: SampledBest | undefined;
  for (const bitstring of Object.keys(counts).sort()) {
    const bits = Array.from(bitstring, Number).toReversed();
    const energy = energyOf(bits);
    if (best === undefined || energy < best.energy) best = { bits, energy, shots: counts[bitstring] ?? 0 };
  }
  if (best === undefined) throw new AppError("engine-failure", "the final sampling has no outcome");
  return best;
}
