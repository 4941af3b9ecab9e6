/** Milliseconds since the Unix epoch. Time is a parameter everywhere, so that every run can be repeated. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** RFC 3339 in UTC with milliseconds, the one time format of Ketflow. */
export function formatTime(epochMs: number): string {
  if (epochMs !== last.ms) last = { ms: epochMs, text: new Date(epochMs).toISOString() };
  return last.text;
}

/** Of many jobs in one millisecond, each is told its time. */
let last = { ms: Number.NaN, text: "" };
