import * as z from "zod";
import type { EventStore, StoredEvent } from "../../audit/event-store.ts";
import { formatTime } from "../../core/clock.ts";
import { AUDIT_ACTIONS, EventPageView, EventView } from "../../models/audit.ts";
import { LIMITS } from "../limits.ts";
import { json, type Operation, operation } from "../operation.ts";
import { problems } from "../responses.ts";

export interface AuditRouteServices {
  readonly events: EventStore;
}

/** Who did what, when, and under which policy. */
export function auditRoutes({ events }: AuditRouteServices): Operation[] {
  return [
    operation({
      ...{ method: "get", path: "/v1/audit", id: "searchAudit", tag: "audit", scope: "audit:read" },
      summary: "Search the audit trail, newest first",
      query: z.strictObject({
        action: z.enum(AUDIT_ACTIONS).optional(),
        actor: z.string().min(1).max(128).optional().meta({ description: "Id of a key" }),
        subject: z.string().min(1).max(256).optional().meta({ description: "Id of what it was done to" }),
        from: z.iso.datetime().optional(),
        to: z.iso.datetime().optional().meta({ description: "Not included" }),
        limit: z.coerce.number().int().min(1).max(LIMITS.pageSize).default(LIMITS.defaultPageSize),
        cursor: z
          .string()
          .regex(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/, "must be `next` of an earlier page")
          .optional(),
      }),
      responses: {
        200: { description: "One page", schema: EventPageView },
        ...problems("invalid-input"),
      },
      handle: async ({ principal, query: { from, to, ...query } }) => {
        const page = await events.search(principal.tenant, { ...query, from: toMs(from), to: toMs(to) });
        return json({ events: page.events.map(viewEvent), next: page.next ?? null });
      },
    }),
    operation({
      ...{ method: "get", path: "/v1/audit/{id}", id: "getAuditEvent", tag: "audit", scope: "audit:read" },
      summary: "Read one audit event",
      responses: { 200: { description: "The event", schema: EventView }, ...problems("not-found") },
      handle: async ({ principal, params }) => json(viewEvent(await events.get(principal.tenant, params.id ?? ""))),
    }),
  ];
}

function toMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function viewEvent({ event, logged }: StoredEvent): EventView {
  const { tenant: _, at, actor, ...rest } = event;
  const { name, ...who } = actor;
  return {
    ...rest,
    actor: { ...who, ...(name !== undefined && { name }) },
    at: formatTime(at),
    leafIndex: logged?.leafIndex ?? null,
  };
}
