import { proxy, type Remote } from "comlink";
import { AppError, messageOf } from "../core/errors.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type {
  CircuitInput,
  EngineInput,
  EngineRun,
  EngineWorker,
  OnProgress,
  Parsed,
  Seeded,
} from "./engine-worker.ts";
import { ENGINE_OF, type EngineName } from "./engines.ts";
import { type CallControl, type JobPool, onInterruption, type PoolLoad, type RunControl } from "./job-pool.ts";
import { LiveWorker, type WorkerOptions } from "./live-worker.ts";
import { estimateIn, parseIn, type ReadHybrid, runIn } from "./worker-calls.ts";

export interface PoolOptions extends WorkerOptions {
  readHybrid: ReadHybrid;
  /** Most workers at once; they start with the first call that needs them. */
  size: number;
  /** A worker whose WASM memory is larger after a call is replaced, because that memory never shrinks. */
  memoryMarkBytes?: number | undefined;
}

const DEFAULT_MEMORY_MARK_BYTES = 256 * 2 ** 20;

/** A text that takes longer than this to read, print or estimate is not an honest one. */
const READ_LIMIT_MS = 10_000;

/** How long a run may take to notice its stop flag, which it looks at every 10 ms of work, before its thread is ended. */
const STOP_GRACE_MS = 250;

type Invoke<T> = (remote: Remote<EngineWorker>, worker: LiveWorker) => Promise<T>;

/** One call of an engine that waits for a worker or has one. */
interface Call {
  /** `read`: text in, text or numbers out, soon done. Only a `run` looks at the stop flag. */
  kind: "read" | "run";
  /** Settles the caller's promise; never throws. */
  work(worker: LiveWorker): Promise<void>;
  reject(error: AppError): void;
  worker?: LiveWorker;
  /** Why it has to stop. */
  interruption?: AppError;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Runs calls on workers, one at a time on each, first come first served. A worker that dies, traps or does not stop when it should
 * takes only its own call with it: it is ended, and the next call gets a fresh one.
 *
 * Reads do not wait for runs: they go first, and one worker more than `size` may be started for them.
 */
export class EnginePool implements JobPool {
  readonly #options: PoolOptions;
  readonly #queues: Record<Call["kind"], Call[]> = { read: [], run: [] };
  readonly #running = new Set<Call>();
  /** The last one used comes first: its memory is warm and it may have the program parsed. */
  readonly #idle: LiveWorker[] = [];
  readonly #workers = new Set<LiveWorker>();
  #closed: Promise<void> | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Starts a worker ahead of the first call, for callers that have other things to open meanwhile. */
  start(): void {
    const worker = this.#takeWorker();
    worker.load("statevector").catch(() => {}); // The first call reports it.
    worker.hold(false);
    this.#idle.push(worker);
  }

  parse<T extends JobType>(type: T, input: EngineInput<T>, control: CallControl = {}): Promise<Parsed<T>> {
    const parse: Invoke<Parsed<T>> = (remote) => parseIn(remote, type, input, this.#options.readHybrid);
    return this.#submit("read", ENGINE_OF[type], parse, control);
  }

  toOpenqasm3(input: CircuitInput, control: CallControl = {}): Promise<string> {
    return this.#submit("read", ENGINE_OF.circuit, (remote) => remote.toOpenqasm3(input), control);
  }

  toIonqJson(input: CircuitInput, control: CallControl = {}): Promise<string> {
    return this.#submit("read", ENGINE_OF.circuit, (remote) => remote.toIonqJson(input), control);
  }

  estimate<T extends JobType>(
    type: T,
    input: EngineInput<T>,
    options: OptionsOf<T>,
    control: CallControl = {},
  ): Promise<EstimateOf<T>> {
    const estimate: Invoke<EstimateOf<T>> = (remote) =>
      estimateIn(remote, type, input, options, this.#options.readHybrid);
    return this.#submit("read", ENGINE_OF[type], estimate, control);
  }

  run<T extends JobType>(
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    control: RunControl = {},
  ): Promise<EngineRun> {
    const { onProgress } = control;
    let isRunning = true;
    const report: OnProgress | undefined =
      onProgress &&
      ((progress) => {
        // In a task of its own, so that what the caller's function throws is the caller's, not the worker's.
        queueMicrotask(() => isRunning && onProgress(progress));
      });
    const invoke: Invoke<EngineRun> = async (remote, worker) => {
      // The worker answers the second question when the run has ended.
      const [run, memoryBytes] = await Promise.allSettled([
        runIn(remote, type, input, options, worker.stop, report && proxy(report), this.#options.readHybrid),
        remote.memoryBytes(),
      ]);
      if (memoryBytes.status === "fulfilled") worker.memoryBytes = memoryBytes.value;
      if (run.status === "rejected") throw run.reason;
      return run.value;
    };
    return this.#submit("run", ENGINE_OF[type], invoke, control).finally(() => {
      isRunning = false;
    });
  }

  load(): PoolLoad {
    const waiting = this.#queues.read.length + this.#queues.run.length;
    return { limit: this.#options.size, running: this.#running.size, waiting };
  }

  /** Ends all workers; calls that have not ended are `cancelled`. */
  close(): Promise<void> {
    this.#closed ??= this.#end(new AppError("cancelled", "the engines were closed"));
    return this.#closed;
  }

  async #end(reason: AppError): Promise<void> {
    for (const call of [...this.#queues.read, ...this.#queues.run, ...this.#running]) this.#interrupt(call, reason);
    await Promise.all([...this.#workers].map((worker) => worker.terminate(reason)));
  }

  #submit<T>(kind: Call["kind"], engine: EngineName, invoke: Invoke<T>, control: CallControl): Promise<T> {
    const { promise, resolve, reject } = withResolvers<T>();
    const call: Call = {
      kind,
      reject,
      work: (worker) =>
        worker
          .call(engine, (remote) => invoke(remote, worker))
          .then(resolve, (error) => reject(call.interruption ?? error)),
    };
    this.#queues[kind].push(call);
    if (this.#closed !== undefined) this.#interrupt(call, new AppError("cancelled", "the engines are closed"));
    const stopWatching = onInterruption(control, (reason) => this.#interrupt(call, reason));
    this.#dispatch();
    return promise.finally(stopWatching);
  }

  #interrupt(call: Call, reason: AppError): void {
    const { worker } = call;
    if (worker === undefined) {
      const queue = this.#queues[call.kind];
      const at = queue.indexOf(call);
      if (at >= 0) queue.splice(at, 1);
      call.reject(reason);
      return;
    }
    if (call.interruption !== undefined) return;
    call.interruption = reason;
    if (call.kind === "read" || worker.stop === undefined) {
      void worker.terminate(reason);
      return;
    }
    Atomics.store(worker.stop, 0, 1);
    call.timer = setTimeout(() => void worker.terminate(reason), STOP_GRACE_MS);
  }

  #dispatch(): void {
    for (let call = this.#next(); call !== undefined; call = this.#next()) {
      try {
        void this.#execute(call, this.#takeWorker());
      } catch (cause) {
        // A browser refuses some worker URLs at once, with an exception.
        call.reject(new AppError("engine-failure", `no worker can be started: ${messageOf(cause)}`, { cause }));
      }
    }
  }

  #takeWorker(): LiveWorker {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.isLost) return idle;
      this.#workers.delete(idle);
    }
    const worker = new LiveWorker(this.#options);
    this.#workers.add(worker);
    return worker;
  }

  #next(): Call | undefined {
    if (this.#closed !== undefined) return undefined;
    const { size } = this.#options;
    if (this.#running.size < size + 1 && this.#queues.read.length > 0) return this.#queues.read.shift();
    const runs = [...this.#running].filter((call) => call.kind === "run").length;
    return runs < size ? this.#queues.run.shift() : undefined;
  }

  async #execute(call: Call, worker: LiveWorker): Promise<void> {
    call.worker = worker;
    this.#running.add(call);
    worker.hold(true);
    if (worker.stop !== undefined) Atomics.store(worker.stop, 0, 0);
    if (call.kind === "read") {
      const tooSlow = new AppError("deadline-exceeded", `reading the input took more than ${READ_LIMIT_MS / 1000} s`);
      call.timer = setTimeout(() => this.#interrupt(call, tooSlow), READ_LIMIT_MS);
    }
    await call.work(worker);
    clearTimeout(call.timer);
    const mark = this.#options.memoryMarkBytes ?? DEFAULT_MEMORY_MARK_BYTES;
    if (worker.isLost || worker.memoryBytes > mark) {
      // Its place is free only when its memory is.
      await worker.terminate(new AppError("engine-failure", "the worker is being replaced"));
      this.#workers.delete(worker);
    } else {
      worker.hold(false);
      this.#idle.push(worker);
    }
    this.#running.delete(call);
    this.#dispatch();
  }
}
