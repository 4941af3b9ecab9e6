import type { Command, CommanderError } from "commander";
import type { ErrorInfo } from "../core/errors.ts";
import { createCommandKit } from "./command-kit.ts";
import type { CommandContext } from "./context.ts";
import { defineAuditCommands } from "./definitions/audit.ts";
import { defineCircuitCommands } from "./definitions/circuits.ts";
import { defineExperimentCommands } from "./definitions/experiments.ts";
import { defineJobCommands } from "./definitions/jobs.ts";
import { defineMachineCommands } from "./definitions/machine.ts";
import { defineModelCommands } from "./definitions/models.ts";
import { defineRouteCommands } from "./definitions/route.ts";
import { defineServiceCommands } from "./definitions/service.ts";
import { defineTrainingCommands } from "./definitions/training.ts";
import { type ExitCode, reportFailure } from "./failure.ts";

/**
 * Runs one command line; never throws, never exits.
 *
 * @param args without the names of node and of the script
 */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<ExitCode> {
  if (args[0] === "--version" || args[0] === "-V") {
    const { version } = await import("./commands/version.ts");
    return version({ json: args.includes("--json") }, context.terminal);
  }
  let code: ExitCode = 0;
  const program = await makeProgram(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const json = args.includes("--json");
    if (!isCommanderError(error)) return reportFailure(error, context.terminal, json);
    // Help and usage were printed by commander itself, the usage on stderr.
    if (error.exitCode === 0) return 0;
    const info: ErrorInfo = { code: "invalid-input", message: error.message.replace(/^error: /, "") };
    if (json) context.terminal.print(JSON.stringify({ error: info }, null, 2));
    return 2;
  }
}

function isCommanderError(error: unknown): error is CommanderError {
  return (
    error instanceof Error && "exitCode" in error && "code" in error && String(error.code).startsWith("commander.")
  );
}

async function makeProgram(context: CommandContext, end: (code: ExitCode) => void): Promise<Command> {
  const { terminal } = context;
  const commander = await import("commander");
  const program = new commander.Command("ketflow");
  const write = (print: (text: string) => void) => (text: string) => print(text.replace(/\n$/, ""));
  program
    .description("Runs quantum circuits and returns, with every result, a receipt that anyone can check and run again.")
    .exitOverride()
    .configureOutput({ writeOut: write(terminal.print), writeErr: write(terminal.complain) })
    .showHelpAfterError("(--help shows the usage)")
    .helpCommand(false)
    .option("--no-color", "without colours; so does the variable NO_COLOR")
    .option("-V, --version", "print the versions of the package and of its engine")
    .addHelpText(
      "after",
      "\nExample:\n  $ ketflow demo\n\nExit codes: 0 ok, 1 the job or the verification failed, 2 usage or bad input, 3 unreachable",
    );

  const kit = createCommandKit(program, context, end);
  defineJobCommands(kit);
  defineCircuitCommands(kit);
  defineServiceCommands(kit);
  defineMachineCommands(kit);
  defineAuditCommands(kit);
  defineModelCommands(kit);
  defineExperimentCommands(kit);
  defineRouteCommands(kit);
  defineTrainingCommands(kit);
  return program;
}
