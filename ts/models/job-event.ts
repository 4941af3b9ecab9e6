import * as z from "zod";
import { JOB_STATES } from "./job.ts";

/** What happened to a job, as live streams show it; the state is the name of the event, the sequence its id. */
export const JobEventView = z.strictObject({
  jobId: z.string(),
  at: z.iso.datetime(),
  status: z.enum(JOB_STATES),
  data: z
    .record(z.string(), z.union([z.string(), z.number()]))
    .meta({ description: "What belongs to the change, such as `attempt` or `planHash`" }),
});
export type JobEventView = z.infer<typeof JobEventView>;

/** How far a running job is: sent while it happens, never stored, so it has no id and is not sent again. */
export const JobProgressView = z.strictObject({
  jobId: z.string(),
  at: z.iso.datetime(),
  done: z.number().min(0),
  total: z.number().min(0),
  best: z.number().optional().meta({ description: "Of a search: the best energy at the end of a read so far" }),
});
export type JobProgressView = z.infer<typeof JobProgressView>;

export const END_REASONS = ["final", "lagged", "key-not-valid", "stopping", "failed"] as const;
/**
 * `final`: the job's last event was sent. `lagged`: the client read too slowly. `key-not-valid`: expired, revoked, or its
 * tenant may not act. `stopping`: the service stops. `failed`: the store could not be read. After all but the first and the
 * third, the client connects again with the id it has seen last.
 */
export type EndReason = (typeof END_REASONS)[number];

/** Why the service ends a stream; its last frame. */
export const StreamEndView = z.strictObject({ reason: z.enum(END_REASONS) });
export type StreamEndView = z.infer<typeof StreamEndView>;

/** One frame of a text/event-stream, its fields as texts. */
export const SseFrame = z.strictObject({
  id: z
    .string()
    .regex(/^[1-9]\d*$/)
    .optional(),
  event: z.enum([...JOB_STATES, "progress", "end"]),
  data: z.string().meta({
    contentMediaType: "application/json",
    contentSchema: {
      anyOf: ["JobEvent", "JobProgress", "StreamEnd"].map((name) => ({ $ref: `#/components/schemas/${name}` })),
    },
  }),
});

/** One message of the WebSocket: an SSE frame as JSON. `id` is there for what can be resumed from. */
export const LiveMessage = z.union([
  z.strictObject({ id: z.int().min(1), event: z.enum(JOB_STATES), data: JobEventView }),
  z.strictObject({ event: z.literal("progress"), data: JobProgressView }),
  z.strictObject({ event: z.literal("end"), data: StreamEndView }),
]);
export type LiveMessage = z.infer<typeof LiveMessage>;
