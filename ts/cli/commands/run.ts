import { type AnswerFlags, answer, type Question } from "../answer.ts";
import type { CommandContext } from "../context.ts";
import { type ExitCode, within } from "../failure.ts";
import { jobBody, type RunFlags } from "../job-body.ts";
import { openLocalHost } from "../open-host.ts";
import { readCircuit } from "../read-input.ts";
import { type Flags, readSettings } from "../settings.ts";

export async function run(
  file: string,
  flags: RunFlags & AnswerFlags & { format?: string },
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const settings = await readSettings(context.terminal, settingFlags);
  const circuit = await readCircuit(file, flags.format, context.terminal);
  const body = jobBody(circuit, flags, settings);
  const work: Question["work"] = (host, control) => within(circuit.origin, () => host.submit(body, control));
  return answer({ purpose: "new-jobs", open: openLocalHost, circuit, work }, flags, settings, context);
}
