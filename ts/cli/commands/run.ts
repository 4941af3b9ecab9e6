import { utf8 } from "../../core/bytes.ts";
import type { Resolved } from "../../core/config.ts";
import { fromErrorInfo } from "../../core/errors.ts";
import { grouped } from "../../core/grouped.ts";
import type { CircuitView } from "../../models/circuit.ts";
import { countOperations } from "../../pictures/circuit-layout.ts";
import { circuitText } from "../../pictures/circuit-text.ts";
import type { LocalOutcome, LocalService, SubmitControl } from "../../server.ts";
import type { CommandContext } from "../context.ts";
import { type ExitCode, exitCodeOf, FailureIn, within } from "../failure.ts";
import { jobBody, type RunFlags } from "../job-body.ts";
import { money, resultBlocks, routeLine } from "../outcome-text.ts";
import { progressLine } from "../progress.ts";
import { type CircuitFile, readCircuit } from "../read-input.ts";
import { type Flags, isOn, readServiceOptions, readSettings } from "../settings.ts";
import { commandName, type Terminal } from "../terminal.ts";
import { type Verification, verdict, verify } from "../verification.ts";
import { saveReceipt } from "../write-output.ts";

export interface RunCommand extends RunFlags {
  format?: string;
  receipt?: string;
  explain?: boolean;
  all?: boolean;
  json?: boolean;
}

/** Drawings that push the result off the screen help nobody. */
const MAX_DRAWN_LINES = 30;

export async function run(
  file: string,
  flags: RunCommand,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context;
  const settings = await readSettings(terminal, settingFlags);
  const circuit = await readCircuit(file, flags.format, terminal);
  const body = jobBody(circuit, flags, settings);
  return answer(flags, settings, context, circuit, (service, control) =>
    within(circuit.origin, () => service.submit(body, control)),
  );
}

export type ExecuteCommand = Pick<RunCommand, "receipt" | "explain" | "all" | "json">;

/** Runs a job that `run` only planned, on the hash of the plan that was agreed to. */
export async function execute(
  jobId: string,
  planHash: string,
  flags: ExecuteCommand,
  settingFlags: Flags,
  context: CommandContext,
): Promise<ExitCode> {
  const settings = await readSettings(context.terminal, settingFlags);
  return answer(flags, settings, context, undefined, (service, control) => service.execute(jobId, planHash, control));
}

/** Opens the service, has a job run, and shows what came of it. */
async function answer(
  flags: ExecuteCommand,
  settings: Resolved,
  { terminal, openService, signal }: CommandContext,
  circuit: CircuitFile | undefined,
  work: (service: LocalService, control: SubmitControl) => Promise<LocalOutcome>,
): Promise<ExitCode> {
  const serviceOptions = await readServiceOptions(settings, terminal);
  const { dataDir } = serviceOptions;
  const service = await openService(serviceOptions);
  const progress = progressLine(terminal);
  try {
    const control = { signal, onProgress: progress.onProgress, useCache: isOn(settings, "cache") };
    const outcome = await work(service, control);
    progress.erase();
    const path = await saveReceipt(outcome, flags.receipt, dataDir, terminal);
    const verification =
      outcome.receipt === undefined ? undefined : await verify(utf8(outcome.receipt), { signal }, terminal);
    const ascii = isOn(settings, "ascii");
    if (flags.json) printJson(outcome, path, verification, terminal);
    else await printOutcome(outcome, path, verification, { circuit, flags, service, terminal, ascii });
    return exitCode(outcome, verification, circuit, flags, terminal);
  } finally {
    progress.erase();
    await service.close();
  }
}

function exitCode(
  { job }: LocalOutcome,
  verification: Verification | undefined,
  circuit: CircuitFile | undefined,
  flags: ExecuteCommand,
  terminal: Terminal,
): ExitCode {
  if (job.error !== null && job.status !== "succeeded") {
    if (flags.json) return exitCodeOf(job.error.code); // the document has said it
    const error = fromErrorInfo(job.error);
    throw circuit === undefined ? error : new FailureIn(circuit.origin, error);
  }
  if (verification !== undefined && !verification.report.ok) {
    terminal.complain("ketflow: the receipt does not verify");
    return 1;
  }
  return job.status === "succeeded" || job.status === "planned" ? 0 : 1;
}

function printJson(
  { job, notes }: LocalOutcome,
  path: string | undefined,
  verification: Verification | undefined,
  terminal: Terminal,
): void {
  const receipt = path === undefined ? null : { path, verified: verification?.report.ok ?? false };
  terminal.print(JSON.stringify({ ...job, receipt, notes }, null, 2));
}

interface Shown {
  circuit: CircuitFile | undefined;
  flags: ExecuteCommand;
  service: LocalService;
  terminal: Terminal;
  ascii: boolean;
}

async function printOutcome(
  { job, notes }: LocalOutcome,
  path: string | undefined,
  verification: Verification | undefined,
  { circuit, flags, service, terminal, ascii }: Shown,
): Promise<void> {
  const { width, color } = terminal;
  const name = circuit?.origin.name ?? job.id;
  for (const note of notes) terminal.complain(`${name}:${note.line}:${note.column}: note: ${note.message}`);
  const blocks: string[] = [];
  if (job.status === "succeeded" && circuit !== undefined) {
    const view = await service.view({ format: circuit.format, source: circuit.source });
    blocks.push(drawing(view, name, { width, color, ascii, all: flags.all === true }));
  }
  if (job.result !== null) blocks.push(...resultBlocks(job.result, { width, ascii, all: flags.all === true }));
  if (flags.explain && job.route !== null) {
    const { explainRoute } = await import("../../routing/explain.ts");
    blocks.push(explainRoute(job.route).join("\n"));
  }
  const facts: [string, string][] = [];
  if (job.plan !== null && job.status === "planned") {
    facts.push(["planned", `${job.target}: ${money(job.plan.costMicroUsd)}; nothing was run, because it has a price`]);
    facts.push(["agree by", `${commandName(terminal)} execute ${job.id} ${job.plan.planHash}`]);
  } else if (job.result !== null || job.route !== null) facts.push(["ran on", routeLine(job)]);
  if (job.costMicroUsd > 0) facts.push(["cost", money(job.costMicroUsd)]);
  facts.push(["seed", String(job.seed)]);
  if (path !== undefined) facts.push(["receipt", path]);
  if (verification?.report.ok) facts.push(["verified", verdict(verification.report)]);
  else
    for (const check of verification?.report.checks.filter((each) => !each.ok) ?? [])
      facts.push(["FAIL", check.detail]);
  blocks.push(facts.map(([label, value]) => `${label.padEnd(8)}  ${value}`).join("\n"));
  terminal.print(blocks.join("\n\n"));
}

/** The circuit where it fits on a screen, a sentence about it where not. */
function drawing(
  view: CircuitView,
  name: string,
  options: { width: number; color: boolean; ascii: boolean; all: boolean },
): string {
  const text = circuitText(view, options);
  if (options.all || text.split("\n").length <= MAX_DRAWN_LINES) return text;
  const qubits = view.qubits.reduce((sum, register) => sum + register.size, 0);
  const operations = grouped(countOperations(view.ops));
  return `${qubits} qubits, ${operations} operations; see them with: ketflow draw ${name}`;
}
