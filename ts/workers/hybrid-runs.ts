import type { Search } from "../algorithms/circuit-objective.ts";
import { estimateSearch } from "../algorithms/estimate.ts";
import { prepareHybrid, runHybrid } from "../algorithms/hybrid.ts";
import type { CircuitSource } from "../algorithms/ports.ts";
import { AppError, type ErrorInfo } from "../core/errors.ts";
import type { CircuitEstimate, CircuitOptions, CircuitView } from "../models/circuit.ts";
import { toCircuitResult } from "../models/circuit-result.ts";
import { withDefaults } from "../models/defaults.ts";
import type { HybridDocument, HybridEstimate, HybridOptions } from "../models/hybrid.ts";
import { HYBRID_DEFAULTS } from "../models/hybrid-defaults.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { ThreadUse } from "../models/thread-use.ts";
import type { OnProgress, Parsed } from "./engine-worker.ts";
import { IDENTITIES } from "./engines.ts";
import { HYBRID_ENGINE } from "./hybrid-identity.ts";

/** One circuit of a search. */
interface CircuitRun {
  readonly container: Uint8Array;
  readonly identity: EngineIdentity;
  readonly threads: readonly ThreadUse[];
  readonly fewerThreads?: string | undefined;
}

/** The engine of circuits in the same thread. Each function throws an `ErrorInfo`, as the worker does. */
export interface Circuits {
  view(circuit: CircuitSource): CircuitView;
  estimate(circuit: CircuitSource, options: CircuitOptions): CircuitEstimate;
  run(circuit: CircuitSource, options: CircuitOptions & { seed: number }, control: CircuitControl): Promise<CircuitRun>;
}

interface CircuitControl {
  readonly stop: Int32Array | undefined;
  /** How often this circuit will run, or one of its size: threads are started for all of them. */
  readonly times: number;
}

/** What a search gave, as an `EngineRun` has it. */
export interface SearchRun {
  readonly container: Uint8Array<ArrayBuffer>;
  readonly options: HybridOptions;
  readonly identity: EngineIdentity;
  readonly threads: ThreadUse[];
  readonly fewerThreads: string | undefined;
}

const PROGRESS_EVERY_MS = 50;

/**
 * Hybrid jobs inside a worker, beside the engine of circuits: an energy of a small circuit takes less time than a message to
 * another thread would.
 */
export class HybridRuns {
  readonly #circuits: Circuits;

  constructor(circuits: Circuits) {
    this.#circuits = circuits;
  }

  async parse(document: HybridDocument): Promise<Parsed<"hybrid">> {
    const { ansatz } = await this.#search(document, {});
    const { circuit, observable, parameters } = ansatz;
    const view = { algorithm: document.algorithm, parameters: [...parameters], circuit, observable };
    return { format: "hybrid-json", view, notes: [] };
  }

  async estimate(document: HybridDocument, options: HybridOptions): Promise<HybridEstimate> {
    const { threads, ...ofSearch } = options;
    const { circuit: source, ...counted } = estimateSearch(await this.#search(document, ofSearch));
    const circuit = await inAnsatz(document, () => this.#circuits.estimate(source, counted.options));
    return { ...counted, circuit, bytes: circuit.bytes };
  }

  async run(
    document: HybridDocument,
    { seed, threads: asked, ...options }: HybridOptions & { seed: number },
    stop: Int32Array | undefined,
    onProgress: OnProgress | undefined,
  ): Promise<SearchRun> {
    let last: CircuitRun | undefined;
    const uses: ThreadUse[] = [];
    const report = everySoOften(onProgress);
    const times = asked === undefined ? 1 : estimateSearch(await this.#search(document, options)).circuits;
    const { container } = await runHybrid(document, options, {
      seed,
      // One after the other: they share this thread.
      concurrency: 1,
      viewCircuit: (circuit) => inAnsatz(document, () => this.#circuits.view(circuit)),
      runCircuit: async (circuit, circuitOptions) => {
        if (stop !== undefined && Atomics.load(stop, 0) !== 0)
          throw new AppError("cancelled", "the caller cancelled it");
        const wanted = asked === undefined ? circuitOptions : { ...circuitOptions, threads: asked };
        last = await inAnsatz(document, () => this.#circuits.run(circuit, wanted, { stop, times }));
        addUse(uses, last.threads);
        return toCircuitResult(last.container, circuitOptions);
      },
      onProgress: ({ iteration, maxIterations, bestEnergy }) =>
        report({ done: iteration, total: maxIterations, best: bestEnergy }),
    });
    const { layers, samples } = HYBRID_DEFAULTS;
    const all = withDefaults("hybrid", document.algorithm === "qaoa" ? { layers, samples, ...options } : options);
    return {
      container,
      options: asked === undefined ? all : { ...all, threads: asked },
      identity: { engine: HYBRID_ENGINE, build: (last?.identity ?? IDENTITIES.statevector).build },
      threads: uses,
      fewerThreads: last?.fewerThreads,
    };
  }

  #search(document: HybridDocument, options: HybridOptions): Promise<Search> {
    // The seed decides where a search begins, not how long it may take.
    const viewCircuit = (circuit: CircuitSource) => inAnsatz(document, () => this.#circuits.view(circuit));
    return prepareHybrid(document, options, { seed: 0, viewCircuit });
  }
}

/** Errors of an ansatz say where in it: line and column of the job's own source are those of its JSON. */
async function inAnsatz<R>({ algorithm }: HybridDocument, use: () => R | Promise<R>): Promise<R> {
  try {
    return await use();
  } catch (thrown) {
    const { code, message, line, column } = (thrown ?? {}) as Partial<ErrorInfo>;
    if (algorithm !== "vqe" || code === undefined || line === undefined) throw thrown;
    throw { code, message: `input.ansatz.source:${line}:${column}: ${message}` } satisfies ErrorInfo;
  }
}

function everySoOften(onProgress: OnProgress | undefined): OnProgress {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const nowMs = performance.now();
    if (onProgress === undefined || nowMs - lastMs < PROGRESS_EVERY_MS) return;
    lastMs = nowMs;
    onProgress(progress);
  };
}

function addUse(uses: ThreadUse[], more: readonly ThreadUse[]): void {
  for (const [thread, { busyMs, pieces }] of more.entries()) {
    const use = uses[thread];
    if (use === undefined) uses.push({ busyMs, pieces });
    else uses[thread] = { busyMs: use.busyMs + busyMs, pieces: use.pieces + pieces };
  }
}
