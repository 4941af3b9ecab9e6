import { AppError } from "../core/errors.ts";
import { type CircuitEstimate, CircuitOptions, type CircuitOptions as Options } from "../models/circuit.ts";
import type { CircuitInput, EngineRun, OnProgress } from "../workers/engine-worker.ts";
import type { Provider, ProviderJob, TimeEstimate } from "./provider.ts";

/** What a provider needs of the circuit engine: one call, cancelled by its signal. */
export interface CircuitRunner {
  run(
    input: CircuitInput,
    options: Options & { seed: number; signal?: AbortSignal; onProgress?: OnProgress },
  ): Promise<EngineRun>;
}

/** Turns what the engine says about a circuit into time on this machine; `predictorOf(calibration)` makes one. */
type PredictExecution = (estimate: CircuitEstimate, options: Options) => TimeEstimate;

export interface EmbeddedOptions {
  engine: CircuitRunner;
  predict: PredictExecution;
}

export const EMBEDDED_ID = "embedded";

/** What the engine grants a run by default: the 4 GiB of a 32-bit WASM memory less 256 MiB for everything but the state. */
const ENGINE_MEMORY_BYTES = (4096 - 256) * 2 ** 20;

/** The statevector engine on this machine: exact, free, without a queue, and allowed to see everything. */
export function createEmbeddedProvider({ engine, predict }: EmbeddedOptions): Provider {
  return {
    describe: () => ({
      id: EMBEDDED_ID,
      name: "Ketflow statevector (embedded)",
      kind: "embedded",
      jobTypes: ["circuit"],
      simulated: true,
      external: false,
      region: "local",
      maxDataClass: "restricted",
      // 2²⁸ amplitudes of f32 fill the address space; memory alone refuses 28 qubits of f64.
      maxQubits: 28,
      maxShots: 10_000_000,
      maxBytes: ENGINE_MEMORY_BYTES,
      price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 },
      queueMs: { mean: 0, variance: 0 },
      fidelity: { oneQubit: 1, twoQubit: 1, readout: 1 },
      options: CircuitOptions.keyof().options,
    }),
    predict,
    run: (job, control) => runOn(engine, job, job.options, control),
  };
}

/** Runs a job's circuit on the engine with the given options; an already aborted signal starts nothing. */
export async function runOn(
  engine: CircuitRunner,
  job: ProviderJob,
  options: Options,
  control: { signal: AbortSignal; onProgress?: OnProgress },
): Promise<EngineRun> {
  if (control.signal.aborted) throw new AppError("cancelled", "the job was cancelled before it started");
  return engine.run({ format: job.format, source: job.source }, { ...options, seed: job.seed, ...control });
}
