import type { TrainingEpisode } from "../models/training.ts";

const BARS = "▁▂▃▄▅▆▇█";
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 4, useGrouping: false });

export interface ReturnCurve {
  /** A bar for each part of the steps so far, by the mean return of the episodes that ended in it; a space where none did. */
  bars: string;
  /** The lowest and the highest of those means, and the last. */
  least: string;
  most: string;
  last: string;
}

/** @param columns at least 1 */
export function returnCurve(episodes: readonly TrainingEpisode[], steps: number, columns: number): ReturnCurve {
  const parts = Array.from({ length: columns }, () => ({ sum: 0, count: 0 }));
  for (const { step, total } of episodes) {
    const part = parts[Math.min(columns - 1, Math.floor(((step - 1) / steps) * columns))];
    if (part === undefined) continue;
    part.sum += total;
    part.count += 1;
  }
  const means = parts.map(({ sum, count }) => (count === 0 ? undefined : sum / count));
  const known = means.filter((mean) => mean !== undefined);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const bar = (mean: number | undefined): string => {
    if (mean === undefined) return " ";
    const share = most > least ? (mean - least) / (most - least) : 0;
    return BARS[Math.min(BARS.length - 1, Math.floor(share * BARS.length))] ?? "";
  };
  const text = (mean: number | undefined) => (mean === undefined || !Number.isFinite(mean) ? "–" : short.format(mean));
  return { bars: means.map(bar).join(""), least: text(least), most: text(most), last: text(known.at(-1)) };
}
