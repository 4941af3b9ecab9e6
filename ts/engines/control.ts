import * as z from "zod";
import { checked } from "../models/check.ts";
import type { OnProgress } from "../workers/engine-worker.ts";
import type { RunControl } from "../workers/job-pool.ts";

const Control = z.object({
  signal: z.instanceof(AbortSignal).optional(),
  // The longest timer of JavaScript: what is longer would fire at once.
  deadlineMs: z
    .number()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  onProgress: z.custom<OnProgress>((value) => typeof value === "function", "must be a function").optional(),
});

/** @throws {AppError} `invalid-input` naming the member */
export function checkedControl({ signal, deadlineMs, onProgress }: RunControl, what = "options"): RunControl {
  return checked(Control, { signal, deadlineMs, onProgress }, what);
}
