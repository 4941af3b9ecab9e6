import * as z from "zod";

/** Each one is read and estimated by the engine. */
export const MAX_PREVIEW_JOBS = 100;

/** What one policy decides about one job. */
export const PolicyVerdict = z.strictObject({
  /** Null where no back end is eligible. */
  chosen: z.string().nullable(),
  costMicroUsd: z.int(),
  planned: z.boolean().meta({ description: "Waits for `:execute`" }),
  approvals: z.int(),
  reason: z.string().nullable().meta({ description: "Why no back end is eligible" }),
});
export type PolicyVerdict = z.infer<typeof PolicyVerdict>;

/** What a policy would do to the latest jobs, beside what the present one does to them now. */
export const PolicyPreviewView = z.strictObject({
  jobs: z.array(
    z.strictObject({ id: z.string(), changed: z.boolean(), present: PolicyVerdict, proposed: PolicyVerdict }),
  ),
  changed: z.int(),
});
export type PolicyPreviewView = z.infer<typeof PolicyPreviewView>;
