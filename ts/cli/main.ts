import type { CommandContext } from "./context.ts";
import { type ExitCode, reportFailure } from "./failure.ts";
import { runProgram } from "./program.ts";
import { processTerminal } from "./terminal.ts";

/** The command line on this process: its terminal, its signals, its service. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const interrupt = new AbortController();
  // `once`: the second Ctrl-C finds no listener and ends the process at once, as it does everywhere.
  process.once("SIGINT", () => interrupt.abort());
  process.once("SIGTERM", () => interrupt.abort());
  const { signal } = interrupt;
  const terminal = processTerminal(signal);
  const stop = (error: unknown): void => process.exit(reportFailure(error, terminal, false));
  process.on("uncaughtException", stop).on("unhandledRejection", stop);
  return runProgram(args, { terminal, openService, signal });
}

const openService: CommandContext["openService"] = async (options) =>
  (await import("../server.ts")).openLocalService(options);
