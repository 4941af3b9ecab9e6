import type { Client, JobView } from "../../client.ts";
import { AppError } from "../../core/errors.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { changeText } from "../live-text.ts";
import { progressLine } from "../progress.ts";
import { connect } from "../remote.ts";
import { type Flags, readSettings } from "../settings.ts";
import { writeOutput } from "../write-output.ts";

type ServiceJobCommand = (
  jobId: string,
  flags: { json?: boolean; output?: string },
  settingFlags: Flags,
  context: CommandContext,
) => Promise<ExitCode>;

export const approve: ServiceJobCommand = act((client, id) => client.approve(id));
export const pause: ServiceJobCommand = act((client, id) => client.pause(id));
export const resume: ServiceJobCommand = act((client, id) => client.resume(id));

function act(call: (client: Client, jobId: string) => Promise<JobView>): ServiceJobCommand {
  return async (jobId, { json }, settingFlags, { terminal }) => {
    const client = await connect(await readSettings(terminal, settingFlags));
    const job = await call(client, jobId);
    terminal.print(json ? JSON.stringify(job, null, 2) : `${job.id}  ${job.status}`);
    return 0;
  };
}

/** Deletes a final job with its input and result; its entry of the log stays. */
export const remove: ServiceJobCommand = async (jobId, { json }, settingFlags, { terminal }) => {
  const client = await connect(await readSettings(terminal, settingFlags));
  await client.delete(jobId);
  terminal.print(json ? JSON.stringify({ id: jobId, deleted: true }, null, 2) : `${jobId}  deleted`);
  return 0;
};

/** The receipt as the service made it, to a file or to standard output; `verify` checks it. */
export const receipt: ServiceJobCommand = async (jobId, { json, output = "-" }, settingFlags, { terminal, signal }) => {
  const client = await connect(await readSettings(terminal, settingFlags));
  const text = await client.receipt(jobId, { signal });
  if (output === "-") {
    terminal.print(text.replace(/\n$/, ""));
    return 0;
  }
  // For its owner alone: it opens the commitments of the log to whoever reads it.
  await writeOutput(output, text, terminal, 0o600);
  terminal.print(json ? JSON.stringify({ id: jobId, path: output }, null, 2) : output);
  return 0;
};

/** Everything that happens to the tenant's jobs, until Ctrl-C; with `--json` one document a line. */
export async function watchAll(
  { json }: { json?: boolean },
  settingFlags: Flags,
  { terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const client = await connect(await readSettings(terminal, settingFlags));
  const progress = progressLine(terminal);
  try {
    for await (const event of client.watch(undefined, { signal })) {
      if (event.kind === "progress") {
        progress.onProgress?.(event);
        continue;
      }
      progress.erase();
      const { kind: _, ...change } = event;
      terminal.print(json ? JSON.stringify(change) : `${event.jobId}  ${changeText(event)}`);
    }
    return 0;
  } catch (error) {
    if (error instanceof AppError && error.code === "cancelled" && signal.aborted) return 0;
    throw error;
  } finally {
    progress.erase();
  }
}
