import type { ExitCode } from "../failure.ts";
import { readBytes } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { type VerificationRequest, verificationLines, verify } from "../verification.ts";

export interface VerifyCommand extends Omit<VerificationRequest, "logKeys"> {
  logKey?: string[];
  json?: boolean;
}

export async function verifyCommand(file: string, flags: VerifyCommand, terminal: Terminal): Promise<ExitCode> {
  const { logKey, json, ...request } = flags;
  const verification = await verify(await readBytes(file, terminal), { ...request, logKeys: logKey }, terminal);
  if (json) {
    const { report, notRerun = null } = verification;
    const { ok, checks, notChecked, log = null, receipt, event } = report;
    terminal.print(
      JSON.stringify(
        { ok, checks, notChecked, notRerun, log, manifest: (receipt ?? event)?.manifest ?? null },
        null,
        2,
      ),
    );
  } else terminal.print(verificationLines(verification).join("\n"));
  return verification.code;
}
