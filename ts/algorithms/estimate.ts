import type { CircuitOptions } from "../models/circuit.ts";
import type { HybridInput, HybridOptions } from "../models/hybrid.ts";
import { HYBRID_DEFAULTS } from "../models/hybrid-defaults.ts";
import type { Search } from "./circuit-objective.ts";
import type { CircuitSource, HybridContext } from "./ports.ts";
import { prepareQaoa } from "./qaoa.ts";
import { CALIBRATIONS } from "./spsa.ts";
import { prepareVqe } from "./vqe.ts";

/** What a hybrid run would need, at most: it may converge before. */
export interface HybridEstimate {
  readonly parameters: number;
  /** Energies, those of gradients included. */
  readonly evaluations: number;
  /** Circuits that run: one for each energy, or with shots one for each basis of it. */
  readonly circuits: number;
  /** One of them with its options at the start; an estimate of it, times `circuits`, is that of the run. */
  readonly circuit: CircuitSource;
  readonly options: CircuitOptions;
  /** `qaoa`: shots of the final sampling. */
  readonly samples: number | undefined;
}

/**
 * Reads and checks everything that a run would, but for what the engine itself refuses, and counts its circuits.
 *
 * @throws {AppError} what the run would throw before its first energy
 */
export async function estimateHybrid(
  input: HybridInput,
  options: HybridOptions,
  context: Pick<HybridContext, "viewCircuit" | "seed" | "signal">,
): Promise<HybridEstimate> {
  const search = input.algorithm === "vqe" ? await prepareVqe(input, options, context) : prepareQaoa(input, options);
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
    samples: input.algorithm === "qaoa" ? (options.samples ?? HYBRID_DEFAULTS.samples) : undefined,
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
