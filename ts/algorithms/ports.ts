import type { CircuitFormat, CircuitOptions, CircuitResult, CircuitView } from "../models/circuit.ts";

export interface CircuitSource {
  readonly format: CircuitFormat;
  readonly source: string;
}

export interface PortControl {
  readonly signal?: AbortSignal | undefined;
}

/** Runs a circuit to its result: what `engines.circuit.run` does. */
type RunCircuit = (
  circuit: CircuitSource,
  options: CircuitOptions & { seed: number },
  control: PortControl,
) => Promise<CircuitResult>;

/** Reads a circuit without running it: what `engines.circuit.view` does. */
type ViewCircuit = (circuit: CircuitSource, control: PortControl) => Promise<CircuitView>;

/** What is known after each iteration; iteration 0 is the start. */
export interface HybridProgress {
  readonly iteration: number;
  readonly maxIterations: number;
  readonly energy: number;
  readonly bestEnergy: number;
  /** Energies so far that were computed or measured. */
  readonly evaluations: number;
}

/** What the algorithms take from outside; none of it decides about the result, but for the seed. */
export interface HybridContext {
  readonly runCircuit: RunCircuit;
  readonly viewCircuit: ViewCircuit;
  /** 0…2⁵³−1 */
  readonly seed: number;
  /** Circuits of one step that may run at once; 8 by default. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: HybridProgress) => void) | undefined;
}
