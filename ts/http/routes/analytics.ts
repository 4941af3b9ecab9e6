import type { Analytics } from "../../analytics/analytics.ts";
import { AnalyticsFrame, AnalyticsQuery, AnalyticsView } from "../../models/analytics.ts";
import type { LiveStreams } from "../live-streams.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";
import { liveReply, SSE_HEADERS } from "../sse.ts";

export interface AnalyticsRouteServices {
  readonly analytics: Analytics;
  readonly streams: LiveStreams;
  reportError(error: unknown): void;
}

/** What became of a tenant's calls and jobs. */
export function analyticsRoutes({ analytics, streams, reportError }: AnalyticsRouteServices): Operation[] {
  const shared = { tag: "analytics", scope: "models:read" } as const;
  return [
    operation({
      ...{ method: "get", path: "/v1/analytics", id: "getAnalytics", ...shared },
      summary: "Read what became of calls and jobs, by time, strategy, back end and model",
      description:
        "Five-minute buckets are kept for two days, hours for a month. What has just ended is in it; a crash of the service loses a second " +
        "of it at most.",
      query: AnalyticsQuery,
      responses: {
        200: { description: "Rows, running experiments, drift", schema: AnalyticsView },
        ...problems("invalid-input", "too-large"),
      },
      handle: async ({ principal, query }) => json(await analytics.query(principal.tenant, query)),
    }),
    operation({
      ...{ method: "get", path: "/v1/analytics/events", id: "followAnalytics", ...shared },
      summary: "Follow the rows of the current five minutes, and drift",
      description:
        "Begins with the rows as they are, and sends them anew when they change, once a second at most. Frames have no ids: whoever comes back " +
        "has missed what `GET /v1/analytics` says. Counts as a live stream of the tenant.",
      responses: {
        200: {
          description:
            "Frames `rows` (`AnalyticsSnapshot`), `alert` (`DriftAlert`) and `end`. The schema is that of one frame",
          schema: AnalyticsFrame,
          contentType: SSE_HEADERS["content-type"],
        },
        ...problems("quota-exceeded"),
      },
      handle({ principal, request }) {
        if (request.method === "HEAD") return { status: 200, headers: SSE_HEADERS, body: null };
        return liveReply(principal, streams, "", ({ send, isIdle, end }) => {
          const frame = (event: string, data: unknown): void =>
            send(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
          const stop = analytics.follow(principal.tenant, {
            // The next rows say all that these do.
            rows: (snapshot) => isIdle() && frame("rows", snapshot),
            alert: (alert) => frame("alert", alert),
          });
          analytics.snapshot(principal.tenant).then(
            (snapshot) => frame("rows", snapshot),
            (error: unknown) => {
              reportError(error);
              end("failed");
            },
          );
          return stop;
        });
      },
    }),
  ];
}
