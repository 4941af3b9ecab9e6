import * as z from "zod";

/** What a tenant may use; reserved when a job is accepted, settled when it ends. */
export const Quotas = z.strictObject({
  jobsInFlight: z.int().min(0).meta({ description: "Jobs that are not final" }),
  jobsPerMinute: z.int().min(0),
  computeSecondsPerDay: z.number().min(0).meta({ description: "Engine time, per day in UTC" }),
  costMicroUsdPerDay: z.int().min(0).meta({ description: "Price of what ran, per day in UTC" }),
});
export type Quotas = z.infer<typeof Quotas>;

export const DEFAULT_QUOTAS: Quotas = {
  jobsInFlight: 100_000,
  jobsPerMinute: 1_000_000,
  computeSecondsPerDay: 86_400,
  costMicroUsdPerDay: 10_000_000,
};

const TenantName = z.string().min(1).max(200);

/** `deleted` tenants keep their place in the log and their id; nobody can act for them. */
const TENANT_STATES = ["active", "suspended", "deleted"] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/** The body of `POST /v1/tenants`. */
export const CreateTenant = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,62}$/, "must be 2 to 63 small letters, digits or hyphens, a letter first")
    .meta({ description: "In small letters, such as `acme`; never given twice" }),
  name: TenantName.optional(),
  quotas: Quotas.partial().optional(),
});
export type CreateTenant = z.infer<typeof CreateTenant>;

/** The body of `PATCH /v1/tenants/{id}`. */
export const UpdateTenant = z.strictObject({
  name: TenantName.optional(),
  status: z.enum(["active", "suspended"]).optional(),
  quotas: Quotas.partial().optional(),
});
export type UpdateTenant = z.infer<typeof UpdateTenant>;

export const TenantView = z.strictObject({
  id: z.string(),
  name: z.string(),
  status: z.enum(TENANT_STATES),
  quotas: Quotas,
  createdAt: z.string(),
});
export type TenantView = z.infer<typeof TenantView>;

/** What a tenant has used, beside its limits. */
export const UsageView = z.strictObject({
  quotas: Quotas,
  used: z.strictObject({
    jobsInFlight: z.int(),
    jobsLastMinute: z.int(),
    computeSecondsToday: z.number(),
    costMicroUsdToday: z.int(),
  }),
  day: z.string().meta({ description: "The day in UTC that `Today` means, such as `2026-11-25`" }),
});
export type UsageView = z.infer<typeof UsageView>;
