import type { CircuitOptions } from "../models/circuit.ts";
import type { Search } from "./circuit-objective.ts";
import type { CircuitSource } from "./ports.ts";
import { CALIBRATIONS } from "./spsa.ts";

/** What a search would need, at most: it may converge before. */
export interface SearchEstimate {
  readonly parameters: number;
  /** Energies, those of gradients included. */
  readonly evaluations: number;
  /** Circuits that run: one for each energy, or with shots one for each basis of it. */
  readonly circuits: number;
  /** One of them with its options at the start; an estimate of it, times `circuits`, is that of the run. */
  readonly circuit: CircuitSource;
  readonly options: CircuitOptions;
}

/** Counts the circuits of a search without running any; the final sampling of QAOA comes on top. */
export function estimateSearch(search: Search): SearchEstimate {
  const { ansatz, measurement, start } = search;
  const evaluations = evaluationsOf(search);
  const inputs = Object.fromEntries(
    ansatz.inputs.map(({ name, parameter, factor }) => [name, factor * (start[parameter] ?? 0)]),
  );
  return {
    parameters: ansatz.parameters.length,
    evaluations,
    circuits: evaluations * (measurement?.circuits.length ?? 1),
    circuit: measurement?.circuits[0]?.circuit ?? ansatz.circuit,
    options:
      measurement === undefined
        ? { inputs, observable: ansatz.observable, shots: 1 }
        : { inputs, shots: measurement.shots },
  };
}

/** One energy at the start and one after each step, besides those that the steps themselves ask for. */
function evaluationsOf({ ansatz, measurement, settings }: Search): number {
  const { maxIterations, optimizer } = settings;
  if (optimizer === "spsa") return 1 + 2 * CALIBRATIONS + 3 * maxIterations;
  const gradient = ansatz.inputs.reduce((sum, { rule }) => sum + 2 * (rule?.count ?? 0), 0);
  const checks = ansatz.isRuleUnproved && measurement === undefined ? ansatz.inputs.length : 0;
  return 1 + checks + (gradient + 1) * maxIterations;
}
