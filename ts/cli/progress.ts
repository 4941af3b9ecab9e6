import { type Clock, systemClock } from "../core/clock.ts";
import type { JobType } from "../models/job-type.ts";
import type { OnProgress } from "../workers/engine-worker.ts";
import type { Terminal } from "./terminal.ts";

const MIN_INTERVAL_MS = 100;
/** Runs shorter than this end before a line could be read. */
const FIRST_AFTER_MS = 300;
const CLEAR_LINE = "\r\u001B[2K";

export interface ProgressLine {
  onProgress: OnProgress | undefined;
  /** Leaves the terminal as if nothing had been there. */
  erase(): void;
}

/** One line on stderr, rewritten at most ten times a second; nothing where stderr is no terminal. */
export function progressLine(terminal: Terminal, type: JobType = "circuit", clock: Clock = systemClock): ProgressLine {
  const write = terminal.progress;
  if (write === undefined) return { onProgress: undefined, erase: () => undefined };
  // The first report starts the clock: before it there was parsing, routing and disk, which say nothing about the rate.
  let start: { at: number; done: number } | undefined;
  let writtenAt = 0;
  let isShown = false;
  return {
    onProgress: ({ done, total, best }) => {
      const at = clock();
      if (start === undefined) {
        start = { at, done };
        writtenAt = at + FIRST_AFTER_MS - MIN_INTERVAL_MS;
      }
      if (at - writtenAt < MIN_INTERVAL_MS) return;
      writtenAt = at;
      isShown = true;
      const perSecond = ((done - start.done) / (at - start.at)) * 1000;
      write(CLEAR_LINE + progressText({ done, total, best }, perSecond, COUNTED[type]));
    },
    erase: () => {
      if (isShown) write(CLEAR_LINE);
      isShown = false;
    },
  };
}

/** What progress counts: updates of amplitudes or variables, or what a search does. */
const COUNTED: { readonly [T in JobType]: string } = {
  circuit: "updates",
  anneal: "updates",
  schedule: "schedules",
  infer: "updates",
  hybrid: "iterations",
};

/** ` 42 %  1.3 G updates/s  12 s left`, and the best that a search has found so far. */
export function progressText(
  { done, total, best }: { done: number; total: number; best?: number | undefined },
  perSecond: number,
  counted = COUNTED.circuit,
): string {
  const share = total > 0 ? Math.min(1, done / total) : 0;
  const left = perSecond > 0 ? `  ${durationText(((total - done) / perSecond) * 1000)} left` : "";
  const found = best === undefined ? "" : `  best ${Number(best.toPrecision(9))}`;
  return `${String(Math.floor(share * 100)).padStart(3)} %  ${metric(perSecond)} ${counted}/s${left}${found}`;
}

function metric(value: number): string {
  const steps: [number, string][] = [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ];
  // 999.9 k would be written as 1000 k.
  const [unit, suffix] = steps.find(([size]) => value >= 0.9995 * size) ?? [1, ""];
  const scaled = value / unit;
  return `${scaled < 100 ? scaled.toPrecision(3) : scaled.toFixed(0)}${suffix}`;
}

/** Two or three digits of the unit that a person would use; the limits are where rounding would add one. */
export function durationText(ms: number): string {
  if (ms < 0.9995) return `${(ms * 1000).toFixed(0)} µs`;
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
