import type { Json } from "../core/canonical-json.ts";
import { newEventId, type TenantId } from "../core/ids.ts";
import type { AuditAction } from "../models/audit.ts";
import type { AuditEvent } from "./event.ts";
import type { Actor } from "./event-schema.ts";

/** Who asks, and by which request: what every operation hands to the service that it calls. */
export interface EventOrigin {
  readonly actor: Actor;
  /** Null where no request did. */
  readonly requestId: string | null;
}

/** What an operation adds to its origin. */
export interface EventFacts {
  readonly tenant: TenantId;
  readonly at: number;
  readonly action: AuditAction;
  readonly subject: string;
  readonly policyVersion?: string | null;
  readonly detail?: Readonly<Record<string, Json>>;
}

export function newEvent({ actor, requestId }: EventOrigin, facts: EventFacts): AuditEvent {
  const { tenant, at, action, subject, policyVersion = null, detail = {} } = facts;
  return { id: newEventId(at), actor, requestId, policyVersion, detail, tenant, at, action, subject };
}
