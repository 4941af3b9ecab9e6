import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { utf8 } from "../../core/bytes.ts";
import { AppError, fromErrorInfo } from "../../core/errors.ts";
import { circuitText } from "../../pictures/circuit-text.ts";
import { explainRoute } from "../../routing/explain.ts";
import type { CommandContext } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { openLocalHost } from "../open-host.ts";
import { resultBlocks, routeLine } from "../outcome-text.ts";
import { dataFolder, type Flags, isOn, readSettings } from "../settings.ts";
import { commandName, type Terminal } from "../terminal.ts";
import { verificationLines, verify } from "../verification.ts";
import { saveReceipt } from "../write-output.ts";

const BELL = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`;

/** The road of one job, from text to a receipt that was checked and run again. */
export async function demo(settingFlags: Flags, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const settings = await readSettings(terminal, settingFlags);
  const ascii = isOn(settings, "ascii");
  const { width, color } = terminal;
  const step = (title: string, body: string): void => terminal.print(`${heading(title, color)}\n${body}\n`);

  const host = await openLocalHost("new-jobs", settings, context);
  try {
    const view = await host.view({ format: "openqasm3", source: BELL });
    step("A circuit: two qubits become one Bell pair", circuitText(view, { width, color, ascii }));

    const input = { format: "openqasm3" as const, source: BELL };
    const outcome = await host.submit({ type: "circuit", input, seed: 2026 }, { signal, useCache: false });
    const { job, receipt } = outcome;
    if (job.error !== null) throw fromErrorInfo(job.error);
    if (job.result === null || receipt === undefined)
      throw new AppError("internal", `the job ended as '${job.status}'`);
    if (job.route !== null) step("Routing chose where it runs", explainRoute(job.route).join("\n"));
    step(
      "The result: only 00 and 11, each about half of the time",
      resultBlocks(job.result, { width, ascii, all: false }).join("\n\n"),
    );

    const path = (await saveReceipt(outcome, undefined, dataFolder(settings, terminal), terminal)) ?? "";
    step("Where it ran, and the receipt", `${routeLine(job)}\n${path}`);

    const verification = await verify(utf8(receipt), { rerun: true, signal }, terminal);
    step("Anyone can check the receipt offline, and run it again", verificationLines(verification).join("\n"));
    if (verification.code === 0) step("Try next", nextSteps(path, terminal));
    return verification.code;
  } finally {
    await host.close();
  }
}

function heading(title: string, color: boolean): string {
  return color ? `\u001B[1m${title}\u001B[0m` : title;
}

function nextSteps(receipt: string, terminal: Terminal): string {
  // In a clone they lie in the working folder, elsewhere in the package.
  const examples = fileURLToPath(new URL("../../../examples", import.meta.url));
  const nearby = relative(terminal.workingDirectory, examples);
  const folder = nearby.startsWith("..") ? examples : nearby;
  const ketflow = commandName(terminal);
  return [
    `${ketflow} verify ${receipt} --rerun`,
    `${ketflow} run ${join(folder, "teleportation.qasm")} --explain`,
    `${ketflow} draw ${join(folder, "qft-adder.qasm")} --svg adder.svg`,
    `${ketflow} doctor`,
  ].join("\n");
}
