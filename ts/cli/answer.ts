import { utf8 } from "../core/bytes.ts";
import type { Resolved } from "../core/config.ts";
import { fromErrorInfo } from "../core/errors.ts";
import { grouped } from "../core/grouped.ts";
import type { CircuitView } from "../models/circuit.ts";
import { FINAL_STATES, type Outcome } from "../models/job.ts";
import { typeOfFormat } from "../models/job-schemas.ts";
import type { JobView, PlanView } from "../models/job-view.ts";
import { countOperations } from "../pictures/circuit-layout.ts";
import { circuitText } from "../pictures/circuit-text.ts";
import type { LocalOutcome } from "../server.ts";
import type { CommandContext } from "./context.ts";
import { type ExitCode, exitCodeOf, FailureIn } from "./failure.ts";
import type { JobChange, JobControl, JobHost } from "./job-host.ts";
import { changeText } from "./live-text.ts";
import { type OpenHost, openJobHost, type Purpose } from "./open-host.ts";
import { money, resultBlocks, routeLine, threadFacts } from "./outcome-text.ts";
import { progressLine } from "./progress.ts";
import { type InputFile, isCircuit, sourceOf } from "./read-input.ts";
import { dataFolder, isOn } from "./settings.ts";
import { commandName, type Terminal } from "./terminal.ts";
import { type Verification, verdict, verify } from "./verification.ts";
import { saveReceipt } from "./write-output.ts";

/** How a command shows what came of a job. */
export interface AnswerFlags {
  receipt?: string;
  explain?: boolean;
  all?: boolean;
  json?: boolean;
}

export interface Question {
  purpose: Purpose;
  /** What the job is about, where the command read it; it is asked for where not. */
  input?: InputFile;
  /** The end that the command wants; `succeeded` by default. `accepted`: none yet. */
  wanted?: Outcome | "accepted";
  /** Shows each change of the job as it happens. */
  showsChanges?: boolean;
  /** {@link openJobHost} by default. */
  open?: OpenHost;
  work(host: JobHost, control: JobControl): Promise<LocalOutcome>;
}

/** Drawings that push the result off the screen help nobody. */
const MAX_DRAWN_LINES = 30;

/** Opens the place of the jobs, has `work` done there, and shows what came of it: picture, values, facts, receipt. */
export async function answer(
  { purpose, input: given, wanted = "succeeded", showsChanges, open = openJobHost, work }: Question,
  flags: AnswerFlags,
  settings: Resolved,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const host = await open(purpose, settings, context);
  const progress = progressLine(
    terminal,
    given === undefined || given.format === "auto" ? "circuit" : typeOfFormat(given.format),
  );
  try {
    const onChange = (change: JobChange): void => {
      progress.erase();
      terminal.print(changeText(change));
    };
    const control: JobControl = {
      ...{ signal, onProgress: progress.onProgress, useCache: isOn(settings, "cache") },
      ...(showsChanges && !flags.json && { onChange }),
      wantsReceipt: flags.receipt !== undefined,
    };
    const outcome = await work(host, control);
    progress.erase();
    const path = await saveReceipt(outcome, flags.receipt, dataFolder(settings, terminal), terminal);
    const verification =
      outcome.receipt === undefined ? undefined : await verify(utf8(outcome.receipt), { signal }, terminal);
    const ascii = isOn(settings, "ascii");
    const input = given ?? (flags.json ? undefined : await storedInput(outcome.job.id, host));
    if (flags.json) printJson(outcome, path, verification, terminal);
    else await printOutcome(outcome, path, verification, { input, flags, host, terminal, ascii });
    return exitCode(outcome, verification, { input, flags, terminal, wanted });
  } finally {
    progress.erase();
    await host.close();
  }
}

/** The input of a job; `undefined` where it is no text of a format that is one, which no reader accepts, or not at hand. */
async function storedInput(jobId: string, host: JobHost): Promise<InputFile | undefined> {
  const input = await host.input(jobId);
  if (input === undefined) return undefined;
  const { format, source } = input;
  try {
    const bytes = typeof source === "string" ? utf8(source) : source;
    return { format, ...sourceOf(bytes, format === "auto" ? undefined : format, jobId) };
  } catch {
    return undefined;
  }
}

function exitCode(
  { job }: LocalOutcome,
  verification: Verification | undefined,
  { input, flags, terminal, wanted }: Pick<Shown, "input" | "flags" | "terminal"> & { wanted: Outcome | "accepted" },
): ExitCode {
  if (job.error !== null && FINAL_STATES.has(job.status) && job.status !== wanted) {
    if (flags.json) return exitCodeOf(job.error.code); // the document has said it
    const error = fromErrorInfo(job.error);
    throw input === undefined ? error : new FailureIn(input.origin, error);
  }
  if (verification !== undefined && !verification.report.ok) {
    terminal.complain("ketflow: the receipt does not verify");
    return 1;
  }
  if (wanted === "accepted" && !FINAL_STATES.has(job.status)) return 0;
  if (job.status === "queued" || job.status === "running") {
    terminal.complain(`ketflow: ${job.id} is not finished; ${commandName(terminal)} watch ${job.id} goes on with it`);
  }
  const isAsWanted = job.status === wanted || (wanted === "accepted" && job.status === "succeeded");
  return isAsWanted || job.status === "planned" || job.status === "awaiting-approval" ? 0 : 1;
}

function printJson(
  { job, notes }: LocalOutcome,
  path: string | undefined,
  verification: Verification | undefined,
  terminal: Terminal,
): void {
  const receipt = path === undefined ? job.receipt : { path, verified: verification?.report.ok ?? false };
  terminal.print(JSON.stringify({ ...job, receipt, notes }, null, 2));
}

interface Shown {
  input: InputFile | undefined;
  flags: AnswerFlags;
  host: JobHost;
  terminal: Terminal;
  ascii: boolean;
}

async function printOutcome(
  { job, notes }: LocalOutcome,
  path: string | undefined,
  verification: Verification | undefined,
  { input, flags, host, terminal, ascii }: Shown,
): Promise<void> {
  const { width, color } = terminal;
  const name = input?.origin.name ?? job.id;
  for (const note of notes) terminal.complain(`${name}:${note.line}:${note.column}: note: ${note.message}`);
  const blocks: string[] = [];
  if (job.status === "succeeded" && input !== undefined && isCircuit(input)) {
    const view = await host.view({ format: input.format, source: input.source });
    blocks.push(drawing(view, { width, color, ascii, all: flags.all === true }));
  }
  if (job.result !== null) blocks.push(...resultBlocks(job.result, { width, ascii, all: flags.all === true }));
  if (flags.explain && job.route !== null) {
    const { explainRoute } = await import("../routing/explain.ts");
    blocks.push(explainRoute(job.route).join("\n"));
  }
  const facts: [string, string][] = [];
  if (job.plan !== null && job.status === "planned") {
    facts.push(["planned", planText(job.target, job.plan)]);
    facts.push(["agree by", `${commandName(terminal)} execute ${job.id} ${job.plan.planHash}`]);
  } else if (!FINAL_STATES.has(job.status)) facts.push(["job", job.id], ["status", statusText(job)]);
  else if (job.result !== null || job.route !== null) facts.push(["ran on", routeLine(job)]);
  if (job.result !== null) facts.push(...threadFacts(job.result));
  if (job.costMicroUsd > 0) facts.push(["cost", money(job.costMicroUsd)]);
  facts.push(["seed", String(job.seed)]);
  if (path !== undefined) facts.push(["receipt", path]);
  else if (host.isService && FINAL_STATES.has(job.status)) facts.push(["job", job.id]);
  if (verification?.report.ok) facts.push(["verified", verdict(verification.report)]);
  else
    for (const check of verification?.report.checks.filter((each) => !each.ok) ?? [])
      facts.push(["FAIL", check.detail]);
  blocks.push(facts.map(([label, value]) => `${label.padEnd(8)}  ${value}`).join("\n"));
  terminal.print(blocks.join("\n\n"));
}

function planText(target: string, { costMicroUsd, approvals }: PlanView): string {
  const reason = costMicroUsd > 0 ? "nothing was run, because it has a price" : "nothing was run";
  const people = approvals === 0 ? "" : `; needs ${approvals} ${approvals === 1 ? "approval" : "approvals"}`;
  return `${target}: ${money(costMicroUsd)}; ${reason}${people}`;
}

function statusText({ status, approvedBy, plan }: JobView): string {
  return status === "awaiting-approval" ? `${status} (${approvedBy.length} of ${plan?.approvals ?? 1})` : status;
}

/** The circuit where it fits on a screen, a sentence about it where not. */
function drawing(view: CircuitView, options: { width: number; color: boolean; ascii: boolean; all: boolean }): string {
  const text = circuitText(view, options);
  if (options.all || text.split("\n").length <= MAX_DRAWN_LINES) return text;
  const qubits = view.qubits.reduce((sum, register) => sum + register.size, 0);
  const operations = grouped(countOperations(view.ops));
  return `${qubits} qubits, ${operations} operations; --all draws them`;
}
