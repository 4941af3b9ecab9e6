import type { ExitCode } from "./failure.ts";
import { runProgram } from "./program.ts";
import type { OpenService } from "./service.ts";
import { processTerminal } from "./terminal.ts";

/** The command line on this process: its terminal, its signals, its service. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const interrupt = new AbortController();
  // `once`: the second Ctrl-C finds no listener and ends the process at once, as it does everywhere.
  process.once("SIGINT", () => interrupt.abort());
  process.once("SIGTERM", () => interrupt.abort());
  const { signal } = interrupt;
  return runProgram(args, { terminal: processTerminal(signal), openService, signal });
}

// Loaded when a command needs it: what only draws or prints help starts without a database driver.
const openService: OpenService = async (options) => (await import("../server.ts")).openLocalService(options);
