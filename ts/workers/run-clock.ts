import type { AnnealOptions } from "../models/anneal.ts";
import { annealWork } from "../models/anneal-work.ts";
import type { OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { ScheduleOptions } from "../models/schedule.ts";
import { scheduleWork } from "../models/schedule-work.ts";
import type { EngineType, OnProgress } from "./engine-worker.ts";
import type { Poll } from "./packages.ts";

const PROGRESS_EVERY_MS = 50;

/** What the engine needs: it has no clock. */
export function untimed<O extends object>(options: O): Omit<O, "timeLimitMs"> {
  const { timeLimitMs: _, ...rest } = options as O & AnnealOptions;
  return rest;
}

/** More schedules than a day has room for, and with the most tasks below 2⁵³ placements. */
const ENDLESS_ITERATIONS = 900_000_000_000;

/** A schedule's limit of time is its budget: by default the search ends at the limit, not after as many schedules as a run without one. */
export function budgeted<T extends EngineType>(type: T, options: OptionsOf<T>): OptionsOf<T> {
  const { timeLimitMs, iterations } = options as ScheduleOptions;
  if (type !== "schedule" || timeLimitMs === undefined || iterations !== undefined) return options;
  return { ...options, iterations: ENDLESS_ITERATIONS };
}

/** What a run that its time limit ended has done, as the option that has the same done again. */
export function workOf(type: JobType, container: Uint8Array): object {
  if (type === "anneal") {
    // An exact search does none, and is not ended by its time: half of it would prove nothing.
    const { sweeps } = annealWork(container);
    return sweeps > 0 ? { sweepLimit: sweeps } : {};
  }
  if (type === "schedule") return { iterations: scheduleWork(container).iterations };
  return {};
}

/** None where the work is given: `sweepLimit` is what an earlier run did in its time. */
export function timeLimitOf(options: object): number {
  const { timeLimitMs = Number.POSITIVE_INFINITY, sweepLimit } = options as AnnealOptions;
  return sweepLimit === undefined ? timeLimitMs : Number.POSITIVE_INFINITY;
}

/** What the engine calls, and whether it was told to end before its time. */
export function pollFor(stop: Int32Array | undefined, onProgress: OnProgress | undefined, timeLimitMs: number) {
  const startMs = performance.now();
  let lastProgressMs = Number.NEGATIVE_INFINITY;
  let isCut = false;
  const poll: Poll = (done, total, best) => {
    const nowMs = performance.now();
    if (onProgress !== undefined && nowMs - lastProgressMs >= PROGRESS_EVERY_MS) {
      lastProgressMs = nowMs;
      onProgress({ done, total, ...(best === undefined ? {} : { best }) });
    }
    if (stop !== undefined && Atomics.load(stop, 0) !== 0) return 1;
    if (nowMs - startMs < timeLimitMs) return 0;
    isCut = true;
    return 2;
  };
  return { poll, isCut: () => isCut };
}
