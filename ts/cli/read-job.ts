import type { Resolved } from "../core/config.ts";
import { AppError, messageOf } from "../core/errors.ts";
import type { SubmitJob } from "../models/job.ts";
import { jobBody, type RunFlags } from "./job-body.ts";
import { type InputFile, readBytes, readInput } from "./read-input.ts";
import type { Terminal } from "./terminal.ts";

export interface JobFlags extends Omit<RunFlags, "states"> {
  format?: string;
  /** A file. */
  states?: string;
}

/** The job that a file and the flags describe. */
export async function readJob(
  file: string,
  { states, format, ...flags }: JobFlags,
  settings: Resolved,
  terminal: Terminal,
): Promise<{ input: InputFile; body: SubmitJob }> {
  const input = await readInput(file, format, terminal);
  const rows = states === undefined ? {} : { states: await readStates(states, terminal) };
  return { input, body: jobBody(input, { ...flags, ...rows }, settings) };
}

async function readStates(file: string, terminal: Terminal): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(file, terminal));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid-input", `--states ${file}: not JSON: ${messageOf(cause)}`, { cause });
  }
}
