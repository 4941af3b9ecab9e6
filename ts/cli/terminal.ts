import { addAbortSignal } from "node:stream";
import { AppError } from "../core/errors.ts";

/** What a command may know about the world outside; tests bring their own. */
export interface Terminal {
  /** Results. */
  print(text: string): void;
  /** Progress and complaints. */
  complain(text: string): void;
  /** For the progress line: written as it is, without a newline. Absent where stderr is no terminal. */
  progress?: ((text: string) => void) | undefined;
  /** Columns of the terminal that shows the results. */
  readonly width: number;
  /** Whether results may have colours. */
  readonly color: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readStdin(): Promise<Uint8Array>;
}

const DEFAULT_WIDTH = 80;

/** How the command was called, for commands that the user is told to copy: npx says so in its environment. */
export function commandName({ environment }: Pick<Terminal, "environment">): string {
  return environment.npm_command === "exec" ? "npx ketflow" : "ketflow";
}

/** @param signal ends the wait for standard input */
export function processTerminal(signal: AbortSignal): Terminal {
  const { stdout, stderr, env } = process;
  // `ketflow … | head` closes the pipe early; that is no failure of ours, and nobody is left to tell.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      process.exit(error.code === "EPIPE" ? 0 : 1);
    });
  }
  return {
    print: (text) => void stdout.write(`${text}\n`),
    complain: (text) => void stderr.write(`${text}\n`),
    progress: stderr.isTTY && env.TERM !== "dumb" ? (text) => void stderr.write(text) : undefined,
    width: Number(env.COLUMNS) || stdout.columns || DEFAULT_WIDTH,
    color: mayColor(env, stdout.isTTY === true),
    environment: env,
    workingDirectory: process.cwd(),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(chunk);
      } catch (cause) {
        throw new AppError(signal.aborted ? "cancelled" : "invalid-input", "standard input ended too early", { cause });
      }
      return Buffer.concat(chunks);
    },
  };
}

/** https://no-color.org and its counterpart: a terminal gets colours unless someone says no. */
function mayColor(environment: Terminal["environment"], isTerminal: boolean): boolean {
  if (environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR && environment.FORCE_COLOR !== "0") return true;
  return isTerminal && environment.TERM !== "dumb";
}
