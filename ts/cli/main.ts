import { AppError } from "../core/errors.ts";
import type { ExitCode } from "./failure.ts";
import { runProgram } from "./program.ts";
import type { LocalService, OpenService } from "./service.ts";
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

const openService: OpenService = async (options) => {
  const door = new URL("../server.js", import.meta.url).href;
  const server = await import(door).catch((cause: unknown) => {
    throw new AppError("internal", "the service is not part of this build", { cause });
  });
  return (server as { openLocalService: (given: typeof options) => Promise<LocalService> }).openLocalService(options);
};
