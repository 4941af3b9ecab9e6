import { type AnswerFlags, answer, type Question } from "../answer.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { type Flags, readSettings } from "../settings.ts";

/** A command on a job that is already there: its arguments, the flags of all of them, those that are settings. */
type StoredJobCommand = (
  args: readonly string[],
  flags: AnswerFlags,
  settingFlags: Flags,
  context: CommandContext,
) => Promise<ExitCode>;

/** Runs a job that `run` only planned, on the hash of the plan that was agreed to. */
export const execute = command(([job = "", planHash = ""]) => ({
  purpose: "new-jobs",
  work: (host, control) => host.execute(job, planHash, control),
}));

const watchOne = command(([job = ""]) => ({
  purpose: "old-jobs",
  showsChanges: true,
  work: (host, control) => host.watch(job, control),
}));

/** Stays with a job to its end, or without one with all of a service. Ctrl-C ends the watching, not the job. */
export const watch: StoredJobCommand = async (args, flags, settingFlags, context) => {
  if (args.length > 0) return watchOne(args, flags, settingFlags, context);
  const { watchAll } = await import("./service-jobs.ts");
  return watchAll(flags, settingFlags, context);
};

/** Shows again what a job left. */
export const result = command(([job = ""]) => ({
  purpose: "old-jobs",
  work: (host, control) => host.result(job, control),
}));

export const cancel = command(([job = ""]) => ({
  purpose: "old-jobs",
  wanted: "cancelled",
  work: (host, control) => host.cancel(job, control),
}));

/** Submits a job that ended without a result again. */
export const retry = command(([job = ""]) => ({
  purpose: "old-jobs",
  work: (host, control) => host.retry(job, control),
}));

function command(question: (args: readonly string[]) => Question): StoredJobCommand {
  return async (args, flags, settingFlags, context) =>
    answer(question(args), flags, await readSettings(context.terminal, settingFlags), context);
}
