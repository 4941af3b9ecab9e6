import type { StoredEvent } from "../audit/event-store.ts";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { type Clock, formatTime } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import { isEventId, type TenantId } from "../core/ids.ts";
import type { OutcomeView, SetOutcome } from "../models/experiment.ts";
import type { Experiments } from "./experiments.ts";
import { type ExperimentStore, type Outcome, PRE_PERIOD } from "./store.ts";

/** What callers tell of the answers that they got. */
export interface Outcomes {
  /**
   * Keeps what a call's answer was worth, once: the same again changes nothing.
   *
   * @param decision what the header `Ketflow-Decision` of the answer says
   * @throws {AppError} `not-found` for what was no call of the tenant's; `conflict` with what was told before
   */
  set(tenant: TenantId, decision: string, outcome: SetOutcome, origin: EventOrigin): Promise<OutcomeView>;
}

export interface OutcomeServices {
  readonly store: Pick<ExperimentStore, "setOutcome">;
  readonly experiments: Pick<Experiments, "countTold" | "look">;
  readonly clock: Clock;
  /** @throws {AppError} `not-found` */
  findEvent(tenant: TenantId, id: string): Promise<StoredEvent>;
  /** Told once of each, when it is kept. */
  onOutcome(call: StoredEvent, quality: number): void;
}

/** What the event of a call says of its experiment. */
export interface ToldAssignment {
  readonly name: string;
  readonly version: number;
  readonly arm: string | null;
  /** The arm's place. */
  readonly place: number;
  readonly unit: string | null;
}

export function createOutcomes({ store, experiments, clock, findEvent, onOutcome }: OutcomeServices): Outcomes {
  async function findCall(tenant: TenantId, decision: string): Promise<StoredEvent> {
    const missing = new AppError("not-found", `there is no decision ${decision}`);
    if (!isEventId(decision)) throw missing;
    const found = await findEvent(tenant, decision).catch((error: unknown) => {
      throw error instanceof AppError && error.code === "not-found" ? missing : error;
    });
    if (found.event.action !== "chat.complete") throw missing;
    return found;
  }

  return {
    async set(tenant, decision, { quality }, origin) {
      const call = await findCall(tenant, decision);
      const told = call.event.detail.experiment as ToldAssignment | undefined;
      const at = clock();
      const experiment = told === undefined ? null : { name: told.name, version: told.version, arm: told.arm };
      const outcome: Outcome = { tenant, decision, quality, at, by: origin.actor.id, experiment };
      const event = newEvent(origin, { tenant, at, action: "outcome.record", subject: decision, detail: { quality } });
      const key = told && { tenant, name: told.name, version: told.version };
      const kept = await store.setOutcome(outcome, event, () => {
        if (key === undefined || told === undefined) return;
        experiments.countTold(
          { experiment: key, arm: told.arm === null ? PRE_PERIOD : told.place, unit: told.unit },
          { quality },
        );
      });
      if (kept.quality !== quality) {
        throw new AppError("conflict", `body.quality: ${decision} was told to be worth ${kept.quality}, which stays`);
      }
      if (kept === outcome) onOutcome(call, quality);
      if (key !== undefined) await experiments.look(key);
      return { decision, quality, at: formatTime(kept.at), by: kept.by, experiment: kept.experiment };
    },
  };
}
