import { loadMldsa } from "../../audit/mldsa.ts";
import { isExport, verifyExport } from "../../audit/verify-export.ts";
import { AppError } from "../../core/errors.ts";
import type { ExitCode } from "../failure.ts";
import { readBytes } from "../read-input.ts";
import type { Terminal } from "../terminal.ts";
import { keysOf, type VerificationRequest, verificationLines, verify } from "../verification.ts";

export interface VerifyCommand extends Omit<VerificationRequest, "logKeys"> {
  logKey?: string[];
  json?: boolean;
}

export async function verifyCommand(file: string, flags: VerifyCommand, terminal: Terminal): Promise<ExitCode> {
  const { logKey, json, ...request } = flags;
  const bytes = await readBytes(file, terminal);
  if (isExport(bytes)) return verifyLines(bytes, flags, terminal);
  const verification = await verify(bytes, { ...request, logKeys: logKey }, terminal);
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

/** An export: a line for each entry that does not hold, then the verdict. */
async function verifyLines(bytes: Uint8Array, flags: VerifyCommand, terminal: Terminal): Promise<ExitCode> {
  if (flags.rerun === true || flags.inputFile !== undefined) {
    throw new AppError("invalid-input", "--rerun and --input-file go with one receipt; this is an export of several");
  }
  const trustedKeys = await keysOf(flags.logKey, terminal);
  const report = await verifyExport(bytes, { trustedKeys, mldsa: await loadMldsa() });
  const { ok, receipts, events, failures, log } = report;
  if (flags.json) terminal.print(JSON.stringify({ ok, receipts, events, failures, log: log ?? null }, null, 2));
  else {
    for (const { line, check } of failures) terminal.print(`FAIL  line ${line}  ${check.name}  ${check.detail}`);
    const entries = `${receipts} receipts and ${events} events`;
    if (ok && log !== undefined)
      terminal.print(`verified: ${entries} under one head of ${log.size} entries in ${log.origin}`);
    else terminal.print(`not verified: ${failures.length} of ${entries} do not hold`);
  }
  return ok ? 0 : 1;
}
