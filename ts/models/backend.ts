import * as z from "zod";
import { Calibration } from "./calibration.ts";
import { DATA_CLASSES, JOB_TYPES } from "./job.ts";

const Probability = z.number().min(0).max(1);
const MicroUsd = z.int().min(0);

/** What a back end publishes about itself. */
export const BackendDescription = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  name: z.string().min(1).meta({ description: "For people, such as `Ketflow statevector (embedded)`" }),
  kind: z.enum(["embedded", "mock", "provider"]).meta({
    description:
      "`embedded` runs on this machine without a price; `mock` imitates a priced device, and its id says so in every receipt",
  }),
  jobTypes: z.array(z.enum(JOB_TYPES)),
  simulated: z.boolean().meta({ description: "Results come from a simulation" }),
  external: z.boolean().meta({ description: "The job leaves this machine" }),
  region: z.string().min(1),
  maxDataClass: z.enum(DATA_CLASSES).meta({ description: "The most sensitive class of data that it may see" }),
  maxQubits: z.int().min(1),
  maxShots: z.int().min(1),
  maxBytes: z.int().min(1).optional().meta({
    description: "The most state memory that a run may take; absent where a job takes none, as on a device",
  }),
  price: z.strictObject({ perTaskMicroUsd: MicroUsd, perShotMicroUsd: MicroUsd }),
  queueMs: z
    .strictObject({ mean: z.number().min(0), variance: z.number().min(0) })
    .meta({ description: "Expected wait before it starts, with its variance in ms²" }),
  fidelity: z
    .strictObject({ oneQubit: Probability, twoQubit: Probability, readout: Probability })
    .meta({ description: "Declared probability that a gate or a readout acts without error; 1 for an exact engine" }),
  options: z
    .array(z.string())
    .meta({ description: "Options that it can answer; a job that asks for another is not eligible" }),
});
export type BackendDescription = z.infer<typeof BackendDescription>;

/** A back end as the API shows it. */
export const BackendView = BackendDescription.extend({
  calibration: Calibration.nullable().meta({ description: "How fast this machine is; null for other back ends" }),
});
export type BackendView = z.infer<typeof BackendView>;
