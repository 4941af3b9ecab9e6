import { type Clock, systemClock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { JOB_STATES, type JobState } from "../../models/job.ts";
import type { JobView } from "../../models/job-view.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { openJobHost } from "../open-host.ts";
import { type Flags, readSettings } from "../settings.ts";
import { tableLines } from "../table.ts";

export interface JobsFlags {
  status?: string;
  /** What is no number comes as it was typed. */
  limit?: number | string;
  json?: boolean;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1000;

/** The newest jobs, one a line. */
export async function jobs(
  flags: JobsFlags,
  settingFlags: Flags,
  context: CommandContext,
  clock: Clock = systemClock,
): Promise<ExitCode> {
  const { terminal } = context;
  const request = { status: knownStatus(flags.status), limit: knownLimit(flags.limit ?? DEFAULT_LIMIT) };
  const host = await openJobHost("old-jobs", await readSettings(terminal, settingFlags), context);
  try {
    const page = await host.list(request);
    if (flags.json) terminal.print(JSON.stringify({ jobs: page.jobs, next: page.next ?? null }, null, 2));
    else for (const line of jobLines(page.jobs, clock())) terminal.print(line);
    if (!flags.json && page.next !== undefined) terminal.print("… and older ones: --limit");
    return 0;
  } finally {
    await host.close();
  }
}

/** A table with one line a job; of a job that did not run, `ran on` is empty. */
export function jobLines(views: readonly JobView[], now: number): string[] {
  if (views.length === 0) return ["no jobs"];
  const rows = views.map((job) => [
    job.id,
    job.status,
    ageText(now - Date.parse(job.createdAt)),
    job.type,
    job.target,
    job.result?.backend ?? "",
    String(job.seed),
  ]);
  return tableLines([["job", "status", "age", "type", "target", "ran on", "seed"], ...rows]);
}

/** One number of the largest unit that a person would use, rounded down. */
export function ageText(ms: number): string {
  const units: [sizeMs: number, name: string][] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
  ];
  // Two of a unit, so that an age is never wrong by half of itself; a clock that was set back makes nothing negative.
  const [sizeMs, name] = units.find(([size]) => ms >= 2 * size) ?? [1000, "s"];
  return `${Math.max(0, Math.floor(ms / sizeMs))} ${name}`;
}

function knownStatus(status: string | undefined): JobState | undefined {
  const known = JOB_STATES.find((state) => state === status);
  if (status !== undefined && known === undefined) {
    throw new AppError("invalid-input", `--status ${status}: the states are ${JOB_STATES.join(", ")}`);
  }
  return known;
}

function knownLimit(limit: number | string): number {
  if (typeof limit === "number" && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new AppError("invalid-input", `--limit ${limit}: expected a whole number from 1 to ${MAX_LIMIT}`);
}
