import { z } from "zod";
import { Calibration } from "./calibration.ts";
import { DATA_CLASSES, JOB_TYPES } from "./job.ts";

/** A back end as the API shows it. */
export const BackendView = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["embedded", "mock", "provider"]),
  jobTypes: z.array(z.enum(JOB_TYPES)),
  simulated: z.boolean(),
  external: z.boolean().meta({ description: "The job leaves this machine" }),
  region: z.string(),
  maxDataClass: z.enum(DATA_CLASSES),
  maxQubits: z.int(),
  maxShots: z.int(),
  maxBytes: z.int().optional(),
  price: z.strictObject({ perTaskMicroUsd: z.number(), perShotMicroUsd: z.number() }),
  queueMs: z.strictObject({ mean: z.number(), variance: z.number() }),
  fidelity: z.strictObject({ oneQubit: z.number(), twoQubit: z.number(), readout: z.number() }),
  options: z.array(z.string()),
  calibration: Calibration.nullable().meta({ description: "How fast this machine is; null for other back ends" }),
});
export type BackendView = z.infer<typeof BackendView>;
