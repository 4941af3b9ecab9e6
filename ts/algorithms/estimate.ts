import type { CircuitOptions } from "../models/circuit.ts";
import type { Search } from "./circuit-objective.ts";
import { LINE_SEARCH } from "./lbfgs.ts";
import type { CircuitSource } from "./ports.ts";
import { CALIBRATIONS } from "./spsa.ts";

/** What a search would need, at most: it may converge before. */
export interface SearchEstimate {
  readonly parameters: number;
  /** Energies, those of gradients included. */
  readonly evaluations: number;
  /** Circuits that run: one for each energy, or with shots one for each basis of it. */
  readonly circuits: number;
  /** How many of them it is likely to take. */
  readonly expectedCircuits: number;
  /** One of them with its options at the start; an estimate of it, times `circuits`, is that of the run. */
  readonly circuit: CircuitSource;
  readonly options: CircuitOptions;
}

/** Counts the circuits of a search without running any; the final sampling of QAOA comes on top. */
export function estimateSearch(search: Search): SearchEstimate {
  const { ansatz, measurement, start } = search;
  const evaluations = evaluationsOf(search);
  const bases = measurement?.circuits.length ?? 1;
  const inputs = Object.fromEntries(
    ansatz.inputs.map(({ name, parameter, factor }) => [name, factor * (start[parameter] ?? 0)]),
  );
  return {
    parameters: ansatz.parameters.length,
    evaluations,
    circuits: evaluations * bases,
    expectedCircuits: expectedEvaluations(search) * bases,
    circuit: measurement?.circuits[0]?.circuit ?? ansatz.circuit,
    options:
      measurement === undefined
        ? { inputs, observable: ansatz.observable, shots: 1, ...(ansatz.gradients === "adjoint" && { gradient: true }) }
        : { inputs, shots: measurement.shots },
  };
}

/** One energy at the start and one after each step, besides those that the steps themselves ask for. */
function evaluationsOf(search: Search): number {
  const { ansatz, measurement, settings } = search;
  const { maxIterations, optimizer } = settings;
  const dimension = ansatz.parameters.length;
  switch (optimizer) {
    case "spsa":
      return 1 + 2 * CALIBRATIONS + 3 * maxIterations;
    case "nelder-mead":
      // Reflected, contracted, shrunk; with shots the best one is measured again.
      return 1 + dimension + maxIterations * (2 + dimension + (measurement === undefined ? 0 : 1));
    case "adam":
      return 1 + checksOf(search) + (gradientOf(search) + 1) * maxIterations;
    case "l-bfgs":
      // An adjoint gradient comes with the energy, but for where a line search has gone on to other points in vain.
      return 1 + checksOf(search) + (Math.max(1, gradientOf(search)) + LINE_SEARCH) * maxIterations;
  }
}

/** L-BFGS took 5 iterations on 2 and 3 parameters, 10 on 6, most of them with one energy; the others seldom end much earlier than they may. */
function expectedEvaluations(search: Search): number {
  const { ansatz, settings } = search;
  if (settings.optimizer !== "l-bfgs") return evaluationsOf(search);
  const iterations = Math.min(settings.maxIterations, 4 + ansatz.parameters.length);
  return 1 + checksOf(search) + Math.ceil((gradientOf(search) + 1.5) * iterations);
}

/** Adjoint gradients come with the energy at the same point. */
function gradientOf({ ansatz }: Search): number {
  if (ansatz.gradients !== "shifts") return 0;
  return ansatz.inputs.reduce((sum, { rule }) => sum + 2 * (rule?.count ?? 0), 0);
}

/** The first exact gradient by shifts proves its rules. */
function checksOf({ ansatz, measurement }: Search): number {
  return ansatz.gradients === "shifts" && ansatz.isRuleUnproved && measurement === undefined ? ansatz.inputs.length : 0;
}
