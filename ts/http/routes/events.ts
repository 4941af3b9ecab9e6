import * as z from "zod";
import { AppError } from "../../core/errors.ts";
import type { EventFeed } from "../../jobs/event-feed.ts";
import { END_REASONS, SseFrame } from "../../models/job-event.ts";
import type { LiveStreams } from "../live-streams.ts";
import { type Call, type LiveReply, type Operation, operation, type Reply } from "../operation.ts";
import { problems } from "../responses.ts";
import { SSE_HEADERS, sseReply } from "../sse.ts";

export interface EventRouteServices {
  readonly feed: EventFeed;
  readonly streams: LiveStreams;
}

const EventId = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,14})$/, "must be the id of an event: a whole number, 0 for the beginning")
  .pipe(z.coerce.number<string>().int().min(0).max(999_999_999_999_999));

const After = EventId.optional().meta({
  description: "Begin after this event; for a first connection, since `Last-Event-ID` counts when both are there",
});

/** The query of `GET /v1/ws`. */
export const WebSocketQuery = z.strictObject({
  after: After,
  job: z.string().optional().meta({ description: "Only the events of this job" }),
});

const ResumeQuery = z.strictObject({ after: After });

const STREAM = {
  description:
    "Frames `id`, `event` (the new state), `data` (`JobEvent`); `progress` (`JobProgress`) and `end` (`StreamEnd`) have no id. " +
    "The schema is that of one frame",
  schema: SseFrame,
  contentType: SSE_HEADERS["content-type"],
};
const REQUEST_HEADERS = { "Last-Event-ID": "The id of the last event that was received: the stream goes on after it" };
const RESUMING =
  "Ids are the tenant's, in the order of commits and without gaps: whoever comes back with the last one misses nothing and " +
  `sees nothing twice, also after a restart of the service. The last frame says why the service ended it: ${END_REASONS.join(", ")}.`;

/** What happens to jobs, live. */
export function eventRoutes({ feed, streams }: EventRouteServices): Operation[] {
  async function follow(
    call: Call<{ after?: number | undefined }, unknown>,
    jobId?: string,
  ): Promise<Reply | LiveReply> {
    const stream = await feed.open({ tenant: call.principal.tenant, jobId, after: lastEventId(call) });
    // The answer that tells an EventSource to connect no more.
    if (stream.isOver) return { status: 204, headers: {}, body: null };
    if (call.request.method === "HEAD") return { status: 200, headers: SSE_HEADERS, body: null };
    return sseReply(stream, call.principal, streams);
  }

  return [
    operation({
      ...{ method: "get", path: "/v1/events", id: "followEvents", tag: "events", scope: "jobs:read" },
      summary: "Follow all jobs of the tenant",
      description: `Begins now, unless told after which event. ${RESUMING}`,
      query: ResumeQuery,
      requestHeaders: REQUEST_HEADERS,
      responses: { 200: STREAM, ...problems("invalid-input", "conflict", "quota-exceeded") },
      handle: (call) => follow(call),
    }),
    operation({
      ...{ method: "get", path: "/v1/jobs/{id}/events", id: "followJob", tag: "events", scope: "jobs:read" },
      summary: "Follow one job",
      description: `Begins with the job's first event, unless told after which, and ends after that of its final state. ${RESUMING}`,
      query: ResumeQuery,
      requestHeaders: REQUEST_HEADERS,
      responses: {
        200: STREAM,
        204: { description: "The job is final and has no further event" },
        ...problems("invalid-input", "not-found", "conflict", "quota-exceeded"),
      },
      handle: (call) => follow(call, call.params.id ?? ""),
    }),
    operation({
      ...{ method: "get", path: "/v1/ws", id: "openWebSocket", tag: "events", scope: "jobs:read", webSocket: true },
      summary: "Follow jobs by WebSocket",
      description:
        "The same frames, each a message `{id?, event, data}` (`LiveMessage`). Browsers, which cannot set headers, offer the " +
        "subprotocols `ketflow.v1` and `ketflow.bearer.TOKEN`. Messages to the service are refused.",
      query: WebSocketQuery,
      responses: {
        101: { description: "The protocol is `ketflow.v1`" },
        ...problems("invalid-input", "not-found", "conflict", "quota-exceeded"),
      },
      handle: () => {
        throw new AppError("invalid-input", "Upgrade: expected 'websocket'; this path speaks nothing else");
      },
    }),
  ];
}

function lastEventId({ header, query }: Call<{ after?: number | undefined }, unknown>): number | undefined {
  const given = header("last-event-id");
  if (given === undefined) return query.after;
  const parsed = EventId.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid-input", `Last-Event-ID '${given.slice(0, 64)}': ${parsed.error.issues[0]?.message}`);
}
