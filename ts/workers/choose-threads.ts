import { messageOf } from "../core/errors.ts";
import type { AnnealEstimate } from "../models/anneal.ts";
import type { CircuitEstimate } from "../models/circuit.ts";
import { coresOf } from "./cores.ts";
import { nodeModule } from "./node-module.ts";
import { ThreadTeam } from "./thread-team.ts";
import type { ThreadedEngine } from "./threaded-packages.ts";

/** Below this many amplitudes no pass is shared (`SHARE_FROM_AMPLITUDES` of the engine). */
const SHARED_FROM_QUBITS = 16;

/** Starting a team takes 10 to 20 ms, half of what this many amplitude updates take alone: a shorter run does not wait for it. */
const STARTED_FOR_UPDATES = 2 ** 25;

/** The first run of a team of the annealer is 50 ms late, half of what this many operations take alone (Node 20, two cores). */
const STARTED_FOR_OPERATIONS = 2 ** 26;

/** Half a millisecond; waking a helper that sleeps costs less than a tenth of it. */
const SHARED_FROM_OPERATIONS = 2 ** 18;

/** What a run would take, as its engine says. */
export interface Shared {
  statevector: Pick<CircuitEstimate, "qubits" | "amplitudeUpdates" | "method">;
  annealer: Pick<AnnealEstimate, "method" | "operations"> & { reads: number };
}

/** Why a run stays with one thread; `undefined` where it is worth sharing. */
const REASONS: { readonly [name in ThreadedEngine]: (run: Shared[name], isStarted: boolean) => string | undefined } = {
  statevector: ({ qubits, amplitudeUpdates, method }, isStarted) => {
    if (method === "stabilizer" || method === "mps") return `a run with method ${method} is done by one thread`;
    const isLarge = amplitudeUpdates >= STARTED_FOR_UPDATES || isStarted;
    return qubits >= SHARED_FROM_QUBITS && isLarge ? undefined : "the circuit is too small to be shared";
  },
  annealer: ({ method, operations, reads }, isStarted) => {
    if (method === "exact") return "an exact search is done by one thread";
    if (reads < 2) return "one read is done by one thread";
    const isLarge = operations >= (isStarted ? SHARED_FROM_OPERATIONS : STARTED_FOR_OPERATIONS);
    return isLarge ? undefined : "the search is too short to be shared";
  },
};

/** Who shares a run with this worker. */
export interface Threads {
  team?: ThreadTeam | undefined;
  /** Of an engine that starts its own for the run. */
  threads?: number | undefined;
  /** Why there are fewer threads than the job asks for. */
  fewerThreads?: string | undefined;
}

/** For an engine that is native: its threads start with the run, in less time than a thousandth of a run that is shared. */
export function chooseNativeThreads<E extends ThreadedEngine>(
  engine: E,
  asked: number,
  estimate: () => Shared[E],
): Threads {
  if (asked < 2) return {};
  const cores = coresOf();
  const threads = Math.min(asked, cores);
  if (threads < 2) return { fewerThreads: "the machine has one core" };
  const reason = REASONS[engine](estimate(), true);
  if (reason !== undefined) return { fewerThreads: reason };
  return { threads, ...(threads < asked && { fewerThreads: `the machine has ${cores} cores` }) };
}

/** The team of an engine in a worker, started by the first run that is worth it. */
export class ThreadChooser<E extends ThreadedEngine> {
  readonly #engine: E;
  #team: ThreadTeam | undefined;
  #failure: string | undefined;

  constructor(engine: E) {
    this.#engine = engine;
  }

  memoryBytes(): number {
    return this.#team?.memory.buffer.byteLength ?? 0;
  }

  /**
   * @param asked threads that the job asks for; what runs never changes a byte of its result
   * @param estimate of the run
   */
  async choose(asked: number, estimate: () => Shared[E]): Promise<Threads> {
    if (asked < 2) return {};
    if (!sharesMemory())
      return { fewerThreads: "the page is not cross-origin isolated, so its workers share no memory" };
    const cores = coresOf();
    const threads = Math.min(asked, cores);
    if (threads < 2) return { fewerThreads: "the machine has one core" };
    const reason = REASONS[this.#engine](estimate(), this.#team !== undefined);
    if (reason !== undefined) return { fewerThreads: reason };
    await this.#grow(threads);
    if (this.#team === undefined || this.#team.threads < threads) {
      return { team: this.#team, fewerThreads: `no more could be started: ${this.#failure}` };
    }
    return { team: this.#team, ...(threads < asked && { fewerThreads: `the machine has ${cores} cores` }) };
  }

  /** What failed once is not tried again: a page's policy or a missing file stay as they are. */
  async #grow(threads: number): Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      this.#team ??= await ThreadTeam.load(this.#engine);
      await this.#team.grow(threads);
    } catch (cause) {
      this.#failure = messageOf(cause);
    }
  }
}

/** Threads share memory in Node, and in pages that are cross-origin isolated. */
function sharesMemory(): boolean {
  return nodeModule("node:worker_threads") !== undefined || globalThis.crossOriginIsolated === true;
}
