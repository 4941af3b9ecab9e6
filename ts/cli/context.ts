import type { openLocalService } from "../server.ts";
import type { Terminal } from "./terminal.ts";

/** What every command gets from the process that it runs in. */
export interface CommandContext {
  terminal: Terminal;
  /** Loaded when a command needs it: what only draws or prints help starts without a database driver. */
  openService: typeof openLocalService;
  /** Aborts with the first Ctrl-C. */
  signal: AbortSignal;
}
