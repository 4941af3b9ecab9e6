import type { Resolved } from "../core/config.ts";
import { AppError } from "../core/errors.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { checked } from "../models/check.ts";
import type { CircuitFormat, CircuitOptions } from "../models/circuit.ts";
import { SubmitJob } from "../models/job.ts";
import type { CircuitFile } from "./read-input.ts";

/** The flags of `run` as commander gives them; those that are settings come by {@link Resolved}. */
export interface RunFlags {
  seed?: string;
  input?: string[];
  probabilities?: boolean;
  observable?: string;
  amplitudes?: boolean;
  marginals?: string[];
  entropy?: string[];
  noise?: string;
  method?: string;
}

/** The body of the job: flags and variables overrule what the file says, and that overrules the settings files. */
export function jobBody(circuit: CircuitFile, flags: RunFlags, settings: Resolved): SubmitJob {
  const { job } = circuit;
  const layered = (name: string, fromJob: unknown): unknown => {
    const winner = settings.get(name)?.[0];
    if (winner?.source === "flag" || winner?.source === "environment") return winner.value;
    // A mere default is left to the service, so that the same job has the same body whoever sends it.
    return fromJob ?? (winner?.source === "default" ? undefined : winner?.value);
  };
  const { options = {}, routing = {}, constraints = {} } = job ?? {};
  const body = {
    ...job,
    type: "circuit",
    input: { format: knownFormat(circuit), source: circuit.source },
    options: withoutUndefined({
      ...options,
      shots: layered("shots", options.shots),
      precision: layered("precision", options.precision),
      threads: layered("threads", options.threads),
      ...withoutUndefined(optionsOf(flags)),
    }),
    seed: flags.seed === undefined ? job?.seed : wholeNumber("--seed", flags.seed),
    target: layered("target", job?.target),
    routing: withoutUndefined({
      ...routing,
      strategies: layered("strategy", routing.strategies),
      collapse: layered("collapse", routing.collapse),
    }),
    constraints: withoutUndefined({
      ...constraints,
      maxCostMicroUsd: layered("maxCost", constraints.maxCostMicroUsd),
      deadlineMs: layered("deadline", constraints.deadlineMs),
      dataClass: layered("dataClass", constraints.dataClass),
    }),
  };
  return checked(SubmitJob, withoutEmpty(withoutUndefined(body)), "job");
}

/** A job names its format, so that a receipt says how its input was read. */
function knownFormat({ format, origin }: CircuitFile): CircuitFormat {
  if (format !== "auto") return format;
  const remedy = "begin it with 'OPENQASM 3.0;' or 'OPENQASM 2.0;', or give --format";
  throw new AppError("invalid-input", `${origin.name}: the format is not clear; ${remedy}`);
}

function optionsOf(flags: RunFlags): { [Name in keyof CircuitOptions]?: unknown } {
  const { input, probabilities, observable, amplitudes, marginals, entropy, noise, method } = flags;
  return {
    probabilities,
    observable,
    amplitudes,
    method,
    inputs: input && namedNumbers("--input", input),
    marginals: marginals?.map((subset) => qubits("--marginals", subset)),
    entropy: entropy?.map((subset) => qubits("--entropy", subset)),
    noise: noise === undefined ? undefined : namedNumbers("--noise", noise.split(",")),
  };
}

function withoutEmpty(body: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown): boolean =>
    typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !isEmpty(value)));
}

function namedNumbers(flag: string, pairs: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, number] = /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/u.exec(pair) ?? [];
      const value = Number(number);
      if (name === undefined || number === undefined || !Number.isFinite(value)) {
        throw new AppError("invalid-input", `${flag} ${pair}: expected NAME=NUMBER, such as theta=0.5`);
      }
      return [name, value];
    }),
  );
}

function qubits(flag: string, subset: string): number[] {
  return subset.split(",").map((qubit) => wholeNumber(`${flag} ${subset}: qubit`, qubit.trim()));
}

export function wholeNumber(what: string, value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number)) return number;
  throw new AppError("invalid-input", `${what} ${value}: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
}
