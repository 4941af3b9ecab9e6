import { messageOf } from "../core/errors.ts";
import type { CircuitEstimate } from "../models/circuit.ts";
import { coresOf } from "./cores.ts";
import { nodeModule } from "./node-module.ts";
import { ThreadTeam } from "./thread-team.ts";

/** Below this many amplitudes no pass is shared (`SHARE_FROM_AMPLITUDES` of the engine). */
const SHARED_FROM_QUBITS = 16;

/** Starting a team takes 10 to 20 ms, half of what this many amplitude updates take alone: a shorter run does not wait for it. */
const STARTED_FOR_UPDATES = 2 ** 25;

/** Who shares a run with this worker. */
export interface Threads {
  team?: ThreadTeam | undefined;
  /** Why there are fewer threads than the job asks for. */
  fewerThreads?: string | undefined;
}

/** The team of a worker, started by the first run that is worth it. */
export class ThreadChooser {
  #team: ThreadTeam | undefined;
  #failure: string | undefined;

  memoryBytes(): number {
    return this.#team?.memory.buffer.byteLength ?? 0;
  }

  /**
   * @param asked threads that the job asks for; what runs never changes a byte of its result
   * @param estimate of the run
   */
  async choose(asked: number, estimate: () => Pick<CircuitEstimate, "qubits" | "amplitudeUpdates">): Promise<Threads> {
    if (asked < 2) return {};
    if (!sharesMemory())
      return { fewerThreads: "the page is not cross-origin isolated, so its workers share no memory" };
    const cores = coresOf();
    const threads = Math.min(asked, cores);
    if (threads < 2) return { fewerThreads: "the machine has one core" };
    const { qubits, amplitudeUpdates } = estimate();
    const isLarge = amplitudeUpdates >= STARTED_FOR_UPDATES || this.#team !== undefined;
    if (qubits < SHARED_FROM_QUBITS || !isLarge) return { fewerThreads: "the circuit is too small to be shared" };
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
      this.#team ??= await ThreadTeam.load();
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
