import { AppError } from "../core/errors.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { CircuitInput, EngineInput, EngineRun, OnProgress, Parsed, Seeded } from "./engine-worker.ts";

export interface CallControl {
  signal?: AbortSignal | undefined;
  /** From now, waiting included. */
  deadlineMs?: number | undefined;
}

export interface RunControl extends CallControl {
  /** About 20 times a second. */
  onProgress?: OnProgress | undefined;
}

/** How busy a pool is: the most runs at once, calls that run (reads may be one more), and calls that wait for their turn. */
export interface PoolLoad {
  readonly limit: number;
  readonly running: number;
  readonly waiting: number;
}

/** Where jobs are read and run: the threads of this process (`EnginePool`) or those of a child process (`HostedPool`). */
export interface JobPool {
  parse<T extends JobType>(type: T, input: EngineInput<T>, control?: CallControl): Promise<Parsed<T>>;
  toOpenqasm3(input: CircuitInput, control?: CallControl): Promise<string>;
  toIonqJson(input: CircuitInput, control?: CallControl): Promise<string>;
  estimate<T extends JobType>(
    type: T,
    input: EngineInput<T>,
    options: OptionsOf<T>,
    control?: CallControl,
  ): Promise<EstimateOf<T>>;
  run<T extends JobType>(type: T, input: EngineInput<T>, options: Seeded<T>, control?: RunControl): Promise<EngineRun>;
  /** Starts what the first call needs ahead of it. */
  start(): void;
  load(): PoolLoad;
  /** Ends everything; calls that have not ended are `cancelled`. */
  close(): Promise<void>;
}

/** Calls `interrupt` when the signal aborts, also when it already has, and at the deadline; the function it returns ends that. */
export function onInterruption({ signal, deadlineMs }: CallControl, interrupt: (reason: AppError) => void): () => void {
  const onAbort = () => interrupt(new AppError("cancelled", "the caller cancelled it", { cause: signal?.reason }));
  const expire = () => interrupt(new AppError("deadline-exceeded", `it did not end within deadlineMs ${deadlineMs}`));
  const timer = deadlineMs === undefined ? undefined : setTimeout(expire, deadlineMs);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
}
