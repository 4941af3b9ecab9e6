import type { TrainingControl } from "../engines/train-network.ts";
import type { TrainingEpisode } from "../models/training.ts";
import { progressText } from "./progress.ts";
import { returnCurve } from "./return-curve.ts";
import type { Terminal } from "./terminal.ts";

const CLEAR_LINE = "\r\u001B[2K";
const MOST_COLUMNS = 40;

export interface TrainingLine {
  onProgress: TrainingControl["onProgress"];
  /** Leaves the terminal as if nothing had been there. */
  erase(): void;
}

/** Progress and the return curve so far in one line on stderr, rewritten with each report; nothing where that is no terminal. */
export function trainingLine(terminal: Terminal, clockMs: () => number = () => performance.now()): TrainingLine {
  const write = terminal.progress;
  if (write === undefined) return { onProgress: undefined, erase: () => undefined };
  const curve: TrainingEpisode[] = [];
  let start: { atMs: number; steps: number } | undefined;
  return {
    onProgress: ({ steps, totalSteps, episodes }) => {
      const nowMs = clockMs();
      start ??= { atMs: nowMs, steps };
      curve.push(...episodes);
      const perSecond = ((steps - start.steps) / Math.max(1, nowMs - start.atMs)) * 1000;
      const progress = progressText({ done: steps, total: totalSteps }, perSecond, "steps");
      const columns = Math.max(1, Math.min(MOST_COLUMNS, terminal.width - progress.length - 20));
      const { bars, last } = returnCurve(curve, steps, columns);
      write(`${CLEAR_LINE}${progress}  return ${last}  ${bars}`);
    },
    erase: () => write(CLEAR_LINE),
  };
}
