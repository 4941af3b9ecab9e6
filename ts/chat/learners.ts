import * as z from "zod";
import type { AuditEvent } from "../audit/event.ts";
import type { TenantId } from "../core/ids.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import type { SavedRouter } from "../routing/models/router-snapshot.ts";
import { OnlineLearner } from "../routing/online/online-learner.ts";

/** A call of the audit trail, and what its answer was worth. */
export interface ToldCall {
  readonly event: Pick<AuditEvent, "tenant" | "detail">;
  /** 0…1 */
  readonly quality: number;
}

/** The online learner of each tenant, for the router in force. */
export interface Learners {
  /** After a start, or with another router, it learns again from what was told of the calls that this router decided. */
  of(tenant: TenantId, router: SavedRouter, exploration: number): OnlineLearner;
  /** Learns from an outcome, where the router of the call is in force. */
  learn(call: ToldCall): void;
}

/** What the event of a call says of the learner's decision. */
const LearnedCall = z.object({
  router: z.string(),
  model: z.string(),
  learned: z.object({
    model: z.string(),
    chance: z.number().positive(),
    predicted: z.number(),
    features: z.array(z.number()),
  }),
});

interface Known {
  readonly router: SavedRouter;
  readonly exploration: number;
  readonly learner: OnlineLearner;
}

/** @param toldCalls the last of a tenant, the oldest first */
export function createLearners(toldCalls: (tenant: TenantId) => readonly ToldCall[]): Learners {
  const known = new Map<TenantId, Known>();

  function learnFrom({ router: { router, contentHash }, learner }: Known, { event, quality }: ToldCall): void {
    const call = LearnedCall.safeParse(event.detail);
    // Of a stand-in's answer nobody knows the chance.
    if (!call.success || call.data.router !== contentHash || call.data.model !== call.data.learned.model) return;
    const { model, ...evidence } = call.data.learned;
    learner.learn({ ...evidence, model: router.models.indexOf(model), quality });
  }

  return {
    of(tenant, router, exploration) {
      const found = known.get(tenant);
      if (found?.router.contentHash === router.contentHash && found.exploration === exploration) return found.learner;
      const { bias, tasks } = router.router;
      const learner = new OnlineLearner(bias.subarray(tasks.length), tasks.length, exploration);
      const made = { router, exploration, learner };
      for (const call of toldCalls(tenant)) learnFrom(made, call);
      known.set(tenant, made);
      return learner;
    },
    learn(call) {
      const found = known.get(call.event.tenant);
      if (found !== undefined) learnFrom(found, call);
    },
  };
}

/** Older outcomes hardly count. */
const TOLD_CALLS = 10_000;

/** From the tables `outcomes` and `audit_events`. */
export function createToldCalls({ connection }: SqliteDatabase): (tenant: TenantId) => readonly ToldCall[] {
  const calls = connection.prepare(`select e.record as call, o.record as outcome from outcomes o
    join audit_events e on e.tenant = o.tenant and e.id = o.decision where o.tenant = ? order by o.decision desc limit ?`);
  return (tenant) =>
    calls
      .all(tenant, TOLD_CALLS)
      .map(({ call, outcome }) => ({
        event: { tenant, detail: (JSON.parse(String(call)) as AuditEvent).detail },
        quality: (JSON.parse(String(outcome)) as { quality: number }).quality,
      }))
      .reverse();
}
