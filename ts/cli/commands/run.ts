import { type AnswerFlags, answer, type Question } from "../answer.ts";
import type { CommandContext } from "../context.ts";
import { type ExitCode, within } from "../failure.ts";
import { openLocalHost } from "../open-host.ts";
import { type JobFlags, readJob } from "../read-job.ts";
import { type Flags, readSettings } from "../settings.ts";

export async function run(
  file: string,
  flags: JobFlags & AnswerFlags,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const settings = await readSettings(context.terminal, settingFlags);
  const { input, body } = await readJob(file, flags, settings, context.terminal);
  const work: Question["work"] = (host, control) => within(input.origin, () => host.submit(body, control));
  return answer({ purpose: "new-jobs", open: openLocalHost, input, work }, flags, settings, context);
}
