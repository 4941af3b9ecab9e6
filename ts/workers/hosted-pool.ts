import { type Remote, transfer } from "comlink";
import { AppError, messageOf } from "../core/errors.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { CircuitInput, EngineInput, EngineRun, Parsed, Seeded } from "./engine-worker.ts";
import { type EngineHost, type HostedOptions, HostProcess, type HostReports } from "./host-process.ts";
import { type CallControl, type JobPool, onInterruption, type PoolLoad, type RunControl } from "./job-pool.ts";

/** In a variable, as in live-worker.ts: bundlers take `new URL(…, import.meta.url)` for an asset. */
const HERE = import.meta.url;

export interface HostedPoolOptions extends Omit<HostedOptions, "workerUrl">, HostReports {
  workerUrl?: URL | undefined;
  /** Where the host's script is, if not beside this file. */
  hostUrl?: URL | undefined;
  /** A host that has had nothing to do for this long is ended, and its memory with it; 5 minutes by default. */
  idleMs?: number | undefined;
}

const DEFAULT_IDLE_MS = 5 * 60_000;

/** After the second death without an answer in between, then doubling. */
const REST_MS = { first: 500, most: 30_000 };

/**
 * An `EnginePool` in a child process, for a service that has to go on whatever its jobs do: memory of its own, a lower priority,
 * and it can be killed. The process starts with the first call. When it dies, the calls it had end as `engine-failure` and the
 * next one starts another; when that dies again and again before it has answered anything, calls are refused for a while.
 *
 * All calls are handed to the host at once and wait there for their turn.
 */
export class HostedPool implements JobPool {
  readonly #hostUrl: URL;
  readonly #options: HostedOptions;
  readonly #reports: HostReports;
  readonly #idleMs: number;
  #host: HostProcess | undefined;
  #lastId = 0;
  /** Calls that have not ended. */
  #calls = 0;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  /** In a row, since a host answered anything. */
  #deaths = 0;
  #resting: { because: AppError; ms: number } | undefined;
  #closed: Promise<void> | undefined;

  constructor(given: HostedPoolOptions) {
    const { hostUrl, workerUrl, idleMs = DEFAULT_IDLE_MS, onError, onPrinted, ...options } = given;
    this.#reports = { onError, onPrinted };
    this.#hostUrl = hostUrl ?? new URL("./engine-host.js", HERE);
    this.#options = { ...options, workerUrl: workerUrl?.href };
    this.#idleMs = idleMs;
  }

  start(): void {
    this.#call((host) => host.ping(), {}).catch(() => {}); // The first call reports it.
  }

  parse<T extends JobType>(type: T, input: EngineInput<T>, control: CallControl = {}): Promise<Parsed<T>> {
    return this.#call((host, id) => host.parse(id, type, sendable(input)) as Promise<Parsed<T>>, control);
  }

  toOpenqasm3(input: CircuitInput, control: CallControl = {}): Promise<string> {
    return this.#call((host, id) => host.toOpenqasm3(id, sendable(input)), control);
  }

  toIonqJson(input: CircuitInput, control: CallControl = {}): Promise<string> {
    return this.#call((host, id) => host.toIonqJson(id, sendable(input)), control);
  }

  estimate<T extends JobType>(
    type: T,
    input: EngineInput<T>,
    options: OptionsOf<T>,
    control: CallControl = {},
  ): Promise<EstimateOf<T>> {
    return this.#call(
      (host, id) => host.estimate(id, type, sendable(input), options) as Promise<EstimateOf<T>>,
      control,
    );
  }

  run<T extends JobType>(
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    control: RunControl = {},
  ): Promise<EngineRun> {
    const reports = control.onProgress !== undefined;
    return this.#call((host, id) => host.run(id, type, sendable(input), options, reports), control);
  }

  /** As if the host took its calls one by one: which of them run, it alone knows. */
  load(): PoolLoad {
    const { size: limit } = this.#options;
    const running = Math.min(this.#calls, limit);
    return { limit, running, waiting: this.#calls - running };
  }

  close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    this.#closed ??= this.#host?.end(new AppError("cancelled", "the engines were closed")) ?? Promise.resolve();
    return this.#closed;
  }

  async #call<T>(invoke: (host: Remote<EngineHost>, id: number) => Promise<T>, control: RunControl): Promise<T> {
    if (this.#closed !== undefined) throw new AppError("cancelled", "the engines are closed");
    const id = ++this.#lastId;
    let host: HostProcess | undefined;
    let interruption: AppError | undefined;
    this.#calls++;
    const stopWatching = onInterruption(control, (reason) => {
      interruption ??= reason;
      host?.cancel(id, reason);
    });
    try {
      if (interruption !== undefined) throw interruption;
      host = this.#liveHost();
      return await host.call(id, (remote) => invoke(remote, id), control.onProgress);
    } catch (error) {
      throw interruption ?? error;
    } finally {
      stopWatching();
      this.#calls--;
      this.#endWhenIdle();
    }
  }

  #liveHost(): HostProcess {
    clearTimeout(this.#idleTimer);
    if (this.#host !== undefined) return this.#host;
    if (this.#resting !== undefined) {
      const { because, ms } = this.#resting;
      const times = `${this.#deaths} times without an answer in between`;
      throw new AppError("engine-failure", `${because.message}, ${times}; it may start again within ${ms} ms`);
    }
    try {
      this.#host = new HostProcess(this.#hostUrl, this.#options, (error) => this.#onDeath(error), this.#reports);
      return this.#host;
    } catch (cause) {
      const error = new AppError("engine-failure", `no engine host can be started: ${messageOf(cause)}`, { cause });
      this.#onDeath(error);
      throw error;
    }
  }

  #onDeath(because: AppError): void {
    this.#deaths = this.#host?.hasAnswered ? 1 : this.#deaths + 1;
    this.#host = undefined;
    if (this.#deaths < 2) return;
    const ms = Math.min(REST_MS.most, REST_MS.first * 2 ** (this.#deaths - 2));
    this.#resting = { because, ms };
    setTimeout(() => {
      this.#resting = undefined;
    }, ms).unref();
  }

  #endWhenIdle(): void {
    const host = this.#host;
    clearTimeout(this.#idleTimer);
    if (host === undefined || host.isBusy) return;
    this.#idleTimer = setTimeout(() => {
      this.#host = undefined;
      void host.end(new AppError("engine-failure", "the engine host was idle and has ended"));
    }, this.#idleMs);
    this.#idleTimer.unref();
  }
}

/** Bytes in a buffer of their own: the whole buffer travels, and a view may lie in one that holds what the host has no business with. */
function sendable<T extends JobType>(input: EngineInput<T>): EngineInput<T> {
  if (typeof input.source === "string") return input;
  const source = new Uint8Array(input.source);
  return transfer({ ...input, source }, [source.buffer]);
}
