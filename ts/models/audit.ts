import * as z from "zod";

/** Everything that is recorded: OBJECT.VERB. */
export const AUDIT_ACTIONS = [
  "tenant.create",
  "tenant.update",
  "tenant.delete",
  "key.create",
  "key.rotate",
  "key.revoke",
  "policy.set",
  "job.submit",
  "job.execute",
  "job.approve",
  "job.cancel",
  "job.pause",
  "job.resume",
  "job.retry",
  "job.delete",
  "backend.calibrate",
  "model-provider.set",
  "model-provider.delete",
  "model-router.set",
  "model-router.delete",
  "chat.complete",
  "experiment.create",
  "experiment.stop",
  "outcome.record",
  "log.rotate-key",
  "log.new-origin",
  "backup.create",
  "audit.export",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One audit event as the API shows it. */
export const EventView = z.strictObject({
  id: z.string(),
  at: z.string(),
  action: z.enum(AUDIT_ACTIONS),
  actor: z.strictObject({ kind: z.string(), id: z.string(), role: z.string(), name: z.string().optional() }),
  subject: z.string(),
  policyVersion: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  leafIndex: z.int().nullable().meta({ description: "Its place in the log; null for actions that make no entry" }),
});
export type EventView = z.infer<typeof EventView>;

export const EventPageView = z.strictObject({
  events: z.array(EventView).meta({ description: "Newest first" }),
  next: z.string().nullable().meta({ description: "The `cursor` of the next page; null at the end" }),
});
export type EventPageView = z.infer<typeof EventPageView>;
