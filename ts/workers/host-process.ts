import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { getPriority, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { expose, type Remote, wrap } from "comlink";
import { AppError, messageOf } from "../core/errors.ts";
import { withResolvers } from "../core/with-resolvers.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { CircuitInput, EngineInput, EngineRun, OnProgress, Parsed, Progress, Seeded } from "./engine-worker.ts";
import { socketEndpoint } from "./socket-endpoint.ts";
import { fromWire } from "./wire-error.ts";

/** As the options of a pool: what of them crosses to the host, which loads the engine itself. */
export interface HostedOptions {
  size: number;
  memoryMarkBytes?: number | undefined;
  memoryLimitMiB?: number | undefined;
  workerUrl?: string | undefined;
}

/** What an engine host answers. `id` is a number that the caller gives to each call, to report and to cancel by. */
export interface EngineHost {
  /** The first call: starts a worker and loads the engine of circuits. */
  open(options: HostedOptions): Promise<void>;
  parse<T extends JobType>(id: number, type: T, input: EngineInput<T>): Promise<Parsed<T>>;
  toOpenqasm3(id: number, input: CircuitInput): Promise<string>;
  toIonqJson(id: number, input: CircuitInput): Promise<string>;
  estimate<T extends JobType>(
    id: number,
    type: T,
    input: EngineInput<T>,
    options: OptionsOf<T>,
  ): Promise<EstimateOf<T>>;
  run<T extends JobType>(
    id: number,
    type: T,
    input: EngineInput<T>,
    options: Seeded<T>,
    reports: boolean,
  ): Promise<EngineRun>;
  cancel(id: number): void;
  ping(): void;
}

/** What the host calls back. */
export interface HostCaller {
  progress(id: number, progress: Progress): void;
  /** Told of a fault of the host's own, whose call gets no more than its code. */
  failed(error: Error): void;
}

/** Who is told of what no call asked for. */
export interface HostReports {
  /** A fault inside the host; `console.error` by default. */
  onError?: ((error: unknown) => void) | undefined;
  /**
   * What the host or its Node print, which is nothing while all is well: a report of its death, say. It may quote what callers
   * sent. Without this it goes to the standard error of this process.
   */
  onPrinted?: ((text: string) => void) | undefined;
}

/** Below the service on the same cores, and the first to go where memory is short. */
const NICER_BY = 10;
const OOM_SCORE_ADJ = 800;

/** A host with work that says nothing at all for this long, and then for as long again, is taken for dead. */
export const ANSWER_WITHIN_MS = 10_000;
/** From being told to end to being killed. */
const END_WITHIN_MS = 2000;

interface Call {
  reject(error: AppError): void;
  onProgress: OnProgress | undefined;
}

/** One engine host, from its start to its death. */
export class HostProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #onDeath: (error: AppError) => void;
  readonly #reports: HostReports;
  readonly #calls = new Map<number, Call>();
  #socket: Socket | undefined;
  #remote: Remote<EngineHost> | undefined;
  #isOpen = false;
  #hasAnswered = false;
  #deathCause: AppError | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  /**
   * @param onDeath called when it ends without having been told to, before the calls that it had are rejected
   * @throws what `spawn` throws at once; what it reports later is a death
   */
  constructor(hostUrl: URL, options: HostedOptions, onDeath: (error: AppError) => void, reports: HostReports) {
    this.#onDeath = onDeath;
    this.#reports = reports;
    const prints = reports.onPrinted === undefined ? 2 : "pipe";
    // Neither flags nor environment: --inspect is for the service, and so are its secrets.
    this.#child = spawn(process.execPath, [fileURLToPath(hostUrl)], {
      ...{ env: {}, stdio: ["ignore", prints, prints, "pipe"] },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => reports.onPrinted?.(text));
      // Nobody waits for what it may print.
      (stream as Socket | null)?.unref();
    }
    this.#exited = once(this.#child, "exit").catch(() => {}); // It never was where "error" comes instead.
    this.#child.on("error", (error) => this.#die(hostDied(error.message)));
    this.#child.on("exit", (code, signal) => this.#die(hostDied(signal ?? `exit code ${code}`)));
    if (this.#child.pid !== undefined) this.#connect(this.#child.pid, this.#child.stdio[3] as Socket, options);
  }

  get isDead(): boolean {
    return this.#deathCause !== undefined;
  }

  /** Whether any call got an answer, a refusal included. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  /** @throws {AppError} what the host threw, or why it died before it could answer */
  call<T>(id: number, invoke: (remote: Remote<EngineHost>) => Promise<T>, onProgress?: OnProgress): Promise<T> {
    const { promise, resolve, reject } = withResolvers<T>();
    this.#calls.set(id, { reject, onProgress });
    this.#hold(true);
    if (this.#deathCause !== undefined) reject(this.#deathCause);
    else if (this.#remote !== undefined) {
      invoke(this.#remote)
        .finally(() => {
          this.#hasAnswered = true;
        })
        .then(resolve, (thrown) => reject(fromWire(thrown)));
    }
    return promise.finally(() => {
      this.#calls.delete(id);
      if (!this.isBusy) this.#hold(false);
    });
  }

  /** The call ends as the host's pool ends it, and at once with `reason` while the host is still starting. */
  cancel(id: number, reason: AppError): void {
    void this.#remote?.cancel(id);
    if (!this.#isOpen) this.#calls.get(id)?.reject(reason);
  }

  /** Ends the process; calls that wait for it throw `error`. */
  async end(error: AppError): Promise<void> {
    this.#deathCause ??= error;
    this.#rejectCalls(error);
    this.#child.ref();
    this.#socket?.destroy();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), END_WITHIN_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #connect(pid: number, socket: Socket, options: HostedOptions): void {
    makeWay(pid);
    this.#socket = socket;
    // The host closes it only by ending, and its exit says why.
    socket.on("error", () => {});
    socket.on("close", () => this.isDead || this.#child.kill("SIGKILL"));
    const endpoint = socketEndpoint(socket, (error) => this.#kill(hostDied(`unreadable answer: ${messageOf(error)}`)));
    const caller: HostCaller = {
      progress: (id, progress) => this.#report(id, progress),
      failed: (error) => (this.#reports.onError ?? console.error)(error),
    };
    expose(caller, endpoint);
    this.#remote = wrap<EngineHost>(endpoint);
    this.#remote.open(options).then(
      () => {
        this.#isOpen = true;
      },
      (thrown: unknown) => this.#kill(fromWire(thrown)),
    );
    this.#hold(false);
  }

  #report(id: number, progress: Progress): void {
    // In a task of its own, so that what the caller's function throws is the caller's, not the host's.
    queueMicrotask(() => this.#calls.get(id)?.onProgress?.(progress));
  }

  /** Whether it keeps this process from ending, and has to show that it lives. */
  #hold(on: boolean): void {
    if (on) {
      this.#child.ref();
      this.#socket?.ref();
      this.#watch ??= this.#keepAsking();
    } else {
      this.#child.unref();
      this.#socket?.unref();
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
  }

  #keepAsking(): ReturnType<typeof setInterval> {
    let heardBytes = -1;
    const isSilent = (): boolean => heardBytes === this.#socket?.bytesRead;
    const kill = (): void => this.#kill(hostDied(`no sign of life for ${ANSWER_WITHIN_MS / 1000} s`));
    return setInterval(() => {
      // Timers come before streams: where this process was busy itself, the answer may be there, unread.
      if (isSilent()) setImmediate(() => isSilent() && kill());
      heardBytes = this.#socket?.bytesRead ?? -1;
      void this.#remote?.ping();
    }, ANSWER_WITHIN_MS);
  }

  #kill(error: AppError): void {
    this.#die(error);
    this.#child.kill("SIGKILL");
  }

  #die(error: AppError): void {
    if (this.#deathCause !== undefined) return;
    this.#deathCause = error;
    this.#onDeath(error);
    this.#rejectCalls(error);
  }

  #rejectCalls(error: AppError): void {
    for (const { reject } of this.#calls.values()) reject(error);
  }
}

function hostDied(reason: string): AppError {
  return new AppError("engine-failure", `the engine host died: ${reason}`);
}

/** Right after `spawn`, so that all threads inherit it. */
function makeWay(pid: number): void {
  try {
    setPriority(pid, Math.min(19, getPriority() + NICER_BY));
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE_ADJ));
  } catch {
    // Not every system has or allows them; the engines run as well without.
  }
}
