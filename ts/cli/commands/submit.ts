import { type AnswerFlags, answer, type Question } from "../answer.ts";
import type { CommandContext } from "../context.ts";
import { type ExitCode, within } from "../failure.ts";
import { type JobFlags, readJob } from "../read-job.ts";
import { connect } from "../remote.ts";
import { remoteJobHost } from "../remote-host.ts";
import { type Flags, isOn, readSettings } from "../settings.ts";

export interface SubmitFlags extends JobFlags, AnswerFlags {
  /** Stay until the job is final. */
  wait?: boolean;
  idempotencyKey?: string;
}

/** Hands a job to the service. */
export async function submit(
  file: string,
  flags: SubmitFlags,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  return send(file, flags, settingFlags, context, "run");
}

/** Has the service plan a job: route, price, approvals. `execute` runs it. */
export async function plan(
  file: string,
  flags: SubmitFlags,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  return send(file, flags, settingFlags, context, "plan");
}

async function send(
  file: string,
  flags: SubmitFlags,
  settingFlags: Flags,
  context: CommandContext,
  mode: "run" | "plan",
): Promise<ExitCode> {
  const settings = await readSettings(context.terminal, settingFlags);
  const client = await connect(settings);
  const { input, body: given } = await readJob(file, flags, settings, context.terminal);
  const body = mode === "plan" ? { ...given, mode } : given;
  const { idempotencyKey, wait = false, receipt } = flags;
  const staysToEnd = wait || receipt !== undefined;
  const work: Question["work"] = (host, control) =>
    within(input.origin, async () => {
      const { signal } = control;
      const job = await client.submit(body, { idempotencyKey, signal, noCache: !isOn(settings, "cache") });
      return staysToEnd ? host.watch(job.id, control) : { job, notes: [] };
    });
  const open: Question["open"] = async () => remoteJobHost(client);
  const wanted = staysToEnd ? "succeeded" : "accepted";
  return answer({ purpose: "new-jobs", input, open, wanted, work }, flags, settings, context);
}
