import { toBase64 } from "../core/bytes.ts";
import type { Resolved } from "../core/config.ts";
import { AppError, messageOf } from "../core/errors.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { checked } from "../models/check.ts";
import { SubmitJob } from "../models/job.ts";
import type { JobFormat } from "../models/job-options.ts";
import { JOB_SCHEMAS, typeOfFormat } from "../models/job-schemas.ts";
import type { JobType } from "../models/job-type.ts";
import type { InputFile } from "./read-input.ts";

/** The flags of `run` as commander gives them; those that are settings come by {@link Resolved}. */
export interface RunFlags {
  seed?: string;
  input?: string[];
  probabilities?: boolean;
  observable?: string;
  gradient?: boolean;
  amplitudes?: boolean;
  marginals?: string[];
  entropy?: string[];
  noise?: string;
  method?: string;
  maxBond?: number;
  truncationThreshold?: string;
  reads?: number;
  sweeps?: number;
  timeLimit?: number;
  targetEnergy?: string;
  betaRange?: string;
  initial?: string;
  sense?: string;
  maxSamples?: number;
  bound?: boolean;
  objective?: string;
  iterations?: number;
  restarts?: number;
  targetValue?: number;
  optimizer?: string;
  maxIterations?: number;
  learningRate?: string;
  tolerance?: string;
  perturbation?: string;
  layers?: number;
  samples?: number;
  shiftFrequencies?: string[];
  /** As the file of `--states` says. */
  states?: unknown;
}

/** Settings that are options of jobs: from files and the environment for the types that have them, as flags for any. */
const OPTION_SETTINGS = ["shots", "precision", "threads"] as const;

/** The body of the job: flags and variables overrule what the file says, and that overrules the settings files. */
export function jobBody(file: InputFile, flags: RunFlags, settings: Resolved): SubmitJob {
  const { job } = file;
  const layered = (name: string, fromJob: unknown): unknown => {
    const winner = settings.get(name)?.[0];
    if (winner?.source === "flag" || winner?.source === "environment") return winner.value;
    // A mere default is left to the service, so that the same job has the same body whoever sends it.
    return fromJob ?? (winner?.source === "default" ? undefined : winner?.value);
  };
  const format = knownFormat(file);
  const type = typeOfFormat(format);
  const { routing = {}, constraints = {} } = job ?? {};
  const options: Readonly<Record<string, unknown>> = job?.options ?? {};
  const isFlag = (name: string): boolean => settings.get(name)?.[0]?.source === "flag";
  const fromSettings = OPTION_SETTINGS.filter((name) => JOB_SCHEMAS[type].optionNames.includes(name) || isFlag(name));
  const fromFlags = withoutUndefined({
    ...Object.fromEntries(fromSettings.map((name) => [name, layered(name, options[name])])),
    ...withoutUndefined(optionsOf(flags)),
  });
  refuseOthers(type, Object.keys(fromFlags));
  const { source } = file;
  const body = {
    ...job,
    type,
    input: { format, source: typeof source === "string" ? source : { base64: toBase64(source) } },
    options: { ...options, ...fromFlags },
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
function knownFormat({ format, origin }: InputFile): JobFormat {
  if (format !== "auto") return format;
  const remedy = "begin a circuit with 'OPENQASM 3.0;' or 'OPENQASM 2.0;', or give --format";
  throw new AppError("invalid-input", `${origin.name}: the format is not clear; ${remedy}`);
}

function refuseOthers(type: JobType, given: readonly string[]): void {
  const { optionNames } = JOB_SCHEMAS[type];
  const other = given.find((name) => !optionNames.includes(name));
  if (other === undefined) return;
  const takes = optionNames.length > 0 ? `; its options are ${optionNames.join(", ")}` : "";
  throw new AppError("invalid-input", `${other}: no option of jobs of type ${type}${takes}`);
}

function optionsOf(flags: RunFlags): Record<string, unknown> {
  const { input, probabilities, observable, gradient, amplitudes, marginals, entropy, noise, method } = flags;
  const { reads, sweeps, timeLimit, targetEnergy, betaRange, initial, sense, maxSamples, bound, states } = flags;
  const { maxBond, truncationThreshold } = flags;
  const { objective, iterations, restarts, targetValue } = flags;
  const { optimizer, maxIterations, learningRate, tolerance, perturbation, layers, samples } = flags;
  return {
    probabilities,
    observable,
    gradient,
    amplitudes,
    method,
    maxBond,
    truncationThreshold: oneNumber("--truncation-threshold", truncationThreshold),
    inputs: input && namedNumbers("--input", input),
    marginals: marginals?.map((subset) => qubits("--marginals", subset)),
    entropy: entropy?.map((subset) => qubits("--entropy", subset)),
    noise: noise === undefined ? undefined : noiseOf(noise),
    reads,
    sweeps,
    timeLimitMs: timeLimit,
    targetEnergy: oneNumber("--target-energy", targetEnergy),
    betaRange: betaRange === undefined ? undefined : numbers("--beta-range", betaRange),
    initial: initial === undefined ? undefined : numbers("--initial", initial),
    sense,
    maxSamples,
    bound,
    states,
    objective: objective?.includes("=") ? namedNumbers("--objective", objective.split(",")) : objective,
    iterations,
    restarts,
    targetValue,
    optimizer,
    maxIterations,
    learningRate: oneNumber("--learning-rate", learningRate),
    tolerance: oneNumber("--tolerance", tolerance),
    perturbation: oneNumber("--perturbation", perturbation),
    layers,
    samples,
    shiftFrequencies: flags.shiftFrequencies && namedLists("--shift-frequencies", flags.shiftFrequencies),
  };
}

function oneNumber(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : numbers(flag, text)[0];
}

/** `t=0.5,1` */
function namedLists(flag: string, pairs: readonly string[]): Record<string, number[]> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", list, ...rest] = pair.split("=");
      if (name.trim() === "" || list === undefined || rest.length > 0) {
        throw new AppError("invalid-input", `${flag} ${pair}: expected NAME=NUMBERS, such as theta=0.5,1`);
      }
      return [name.trim(), numbers(flag, list)];
    }),
  );
}

function numbers(flag: string, list: string): number[] {
  return list.split(",").map((text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value)) return value;
    throw new AppError("invalid-input", `${flag} ${list}: '${text}' is no number`);
  });
}

function withoutEmpty(body: Record<string, unknown>): Record<string, unknown> {
  const isEmpty = (value: unknown): boolean =>
    typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !isEmpty(value)));
}

/** Rates by name, or all that the option takes as JSON. */
function noiseOf(flag: string): unknown {
  if (!flag.trimStart().startsWith("{")) return namedNumbers("--noise", flag.split(","));
  try {
    return JSON.parse(flag);
  } catch (cause) {
    throw new AppError("invalid-input", `--noise: ${messageOf(cause)}`, { cause });
  }
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
