// Workloads are data: what to run, and the answer that a subject must give before its time counts.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CIRCUIT_FORMATS, CircuitOptions, Seed } from "ketflow";
import * as z from "zod";

export const PRECISIONS = /** @type {const} */ (["f64", "f32"]);
const FOLDER = fileURLToPath(new URL("workloads/", import.meta.url));
const Probability = z.number().min(0).max(1);

export const Answer = z
  .strictObject({
    expectation: z.number().optional(),
    marginals: z
      .array(z.strictObject({ qubits: z.array(z.int().min(0)).min(1), probabilities: z.array(Probability).min(2) }))
      .min(1)
      .optional(),
    probabilities: z.record(z.string(), Probability).optional(),
    counts: z
      .strictObject({
        shots: z.int().min(1),
        /** Allowed distance of a bit's observed frequency, in standard deviations of the shots. */
        sigmas: z.number().positive(),
        /** P(bit = 1), lowest bit first. */
        bits: z.array(Probability).min(1),
        /** The only outcomes that may appear. */
        only: z.array(z.string()).min(1).optional(),
        /** A set of outcomes, bit k of the hexadecimal number standing for outcome k, and the share of shots that fall into it. */
        heavy: z.strictObject({ outcomes: z.string().regex(/^[0-9a-f]+$/), probability: Probability }).optional(),
      })
      .optional(),
    /** Who says so. */
    source: z.string().min(1),
  })
  .refine(({ source: _, ...facts }) => Object.keys(facts).length > 0, "an answer states at least one fact");
/** @typedef {z.infer<typeof Answer>} Answer */

export const Workload = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  kind: z.literal("circuit"),
  about: z.string().min(1),
  qubits: z.int().min(1),
  input: z.union([
    z.strictObject({ format: z.enum(CIRCUIT_FORMATS), file: z.string().min(1) }),
    z.strictObject({ format: z.enum(CIRCUIT_FORMATS), source: z.string().min(1) }),
  ]),
  /** `precision` is not among them: each entry of `precisions` is a row of its own. */
  options: CircuitOptions.omit({ precision: true }),
  seed: Seed,
  /** Precision → tolerance of the exact parts of the answer, absolute. */
  precisions: z
    .partialRecord(z.enum(PRECISIONS), z.number().positive())
    .refine((precisions) => Object.keys(precisions).length > 0, "a workload runs in at least one precision"),
  answer: Answer,
});
/** @typedef {z.infer<typeof Workload>} Workload */
/** @typedef {(typeof PRECISIONS)[number]} Precision */
/** @typedef {Omit<Workload, "input"> & { input: { format: (typeof CIRCUIT_FORMATS)[number], source: string } }} LoadedWorkload */

/**
 * @param {string} file @returns {LoadedWorkload} with the source in place of its file
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
  return { ...workload, input: { format: input.format, source } };
}

/** @returns {string[]} the files of all workloads, smaller circuits first */
export function workloadFiles() {
  const order = new Intl.Collator("en", { numeric: true });
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .sort(order.compare)
    .map((file) => join(FOLDER, file));
}
