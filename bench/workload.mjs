// Workloads are data: what to run, and the answer that a subject must give before its time counts.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Seed } from "ketflow";
import {
  AnnealOptions,
  CIRCUIT_FORMATS,
  CircuitOptions,
  INFER_FORMATS,
  InferOptions,
  ScheduleOptions,
} from "ketflow/engines";
import * as z from "zod";
import { AnnealAnswer, CircuitAnswer, InferAnswer, ScheduleAnswer } from "./answer-schemas.mjs";

export const PRECISIONS = /** @type {const} */ (["f64", "f32"]);
const FOLDER = fileURLToPath(new URL("workloads/", import.meta.url));

/** @template {string} F @param {readonly [F, ...F[]]} formats */
const inputOf = (formats) =>
  z.union([
    z.strictObject({ format: z.enum(formats), file: z.string().min(1) }),
    z.strictObject({ format: z.enum(formats), source: z.string().min(1) }),
  ]);

/** What workloads of all kinds have. Threads are the measurement's, not the workload's. */
const common = {
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  about: z.string().min(1),
  seed: Seed,
};

export const Workload = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("circuit"),
    qubits: z.int().min(1),
    input: inputOf(CIRCUIT_FORMATS),
    /** `precision` is not among them: each entry of `precisions` is a row of its own. */
    options: CircuitOptions.omit({ precision: true, threads: true }),
    /** Precision → tolerance of the exact parts of the answer, absolute. */
    precisions: z
      .partialRecord(z.enum(PRECISIONS), z.number().positive())
      .refine((precisions) => Object.keys(precisions).length > 0, "a workload runs in at least one precision"),
    answer: CircuitAnswer,
  }),
  z.strictObject({
    ...common,
    kind: z.literal("anneal"),
    input: inputOf(["coo"]),
    options: AnnealOptions.omit({ timeLimitMs: true, threads: true }),
    answer: AnnealAnswer,
  }),
  z.strictObject({
    ...common,
    kind: z.literal("schedule"),
    input: inputOf(["rcp", "jsp"]),
    options: ScheduleOptions.omit({ timeLimitMs: true }),
    answer: ScheduleAnswer,
  }),
  z.strictObject({
    ...common,
    kind: z.literal("infer"),
    input: inputOf(INFER_FORMATS),
    options: InferOptions,
    answer: InferAnswer,
  }),
]);
/** @typedef {z.infer<typeof Workload>} Workload */
/** @typedef {(typeof PRECISIONS)[number]} Precision */
/**
 * A workload with the source in place of its file.
 * @template {Workload["kind"]} K
 * @typedef {Omit<Extract<Workload, { kind: K }>, "input"> & {
 *   input: { format: Extract<Workload, { kind: K }>["input"]["format"], source: string },
 * }} Loaded
 */
/** @typedef {Loaded<"circuit"> | Loaded<"anneal"> | Loaded<"schedule"> | Loaded<"infer">} LoadedWorkload */

/**
 * @param {string} file @returns {LoadedWorkload}
 * @throws {Error} with the path of each field that is wrong
 */
export function loadWorkload(file) {
  const parsed = Workload.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) throw new Error(`${file}:\n${z.prettifyError(parsed.error)}`);
  const workload = parsed.data;
  if (workload.name !== basename(file, ".json"))
    throw new Error(`${file}: its name is ${workload.name}, not the file's`);
  const { input } = workload;
  const source = "source" in input ? input.source : readFileSync(join(FOLDER, input.file), "utf8");
  return /** @type {LoadedWorkload} */ ({ ...workload, input: { format: input.format, source } });
}

/** @returns {string[]} the files of all workloads, smaller circuits first */
export function workloadFiles() {
  const order = new Intl.Collator("en", { numeric: true });
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort(order.compare)
    .map((file) => join(FOLDER, file));
}

/** Circuits run in each of their precisions, all else once. @param {LoadedWorkload} workload @returns {(Precision | null)[]} */
export function precisionsOf(workload) {
  if (workload.kind !== "circuit") return [null];
  return PRECISIONS.filter((precision) => workload.precisions[precision] !== undefined);
}

/** Whether the engine of these jobs has a build for threads. @param {import("ketflow/engines").JobType} kind */
export function takesThreads(kind) {
  return kind === "circuit" || kind === "anneal";
}

/**
 * What a subject is asked.
 * @param {LoadedWorkload} workload @param {Precision | null} precision @param {number} threads
 * @returns {import("./subject.mjs").RunRequest}
 */
export function requestOf(workload, precision, threads) {
  const { kind, input, options, seed } = workload;
  const more = { ...(precision !== null && { precision }), ...(takesThreads(kind) && { threads }) };
  return { type: kind, ...input, options: { ...options, ...more, seed } };
}
