import type { StoredEvent } from "../audit/event-store.ts";
import type { CallRecord } from "../chat/call-record.ts";
import type { TenantId } from "../core/ids.ts";
import type { Job } from "../jobs/job.ts";
import { AUTO_MODEL } from "../models/chat.ts";
import type { JobState } from "../models/job-state.ts";
import type { RouteDecision } from "../models/route.ts";
import type { Observation } from "./cell.ts";

/** What rows are told apart by. */
export interface Series {
  readonly source: "chat" | "job";
  readonly strategy: string;
  readonly backend: string;
  readonly model: string;
}

/** An observation, where it belongs. */
export interface Observed {
  readonly tenant: TenantId;
  /** When the call or job was accepted. */
  readonly at: number;
  readonly series: Series;
  readonly observation: Observation;
}

const NOBODY = "none";

export function observedCall(record: CallRecord): Observed {
  const { tenant, at, request, choice, assignment, answeredBy, reused, outcome, latencyMs, cost } = record;
  const values = choice.order.flatMap(({ value }) => (value === null ? [] : [value]));
  const strategy = strategyOfCall({
    requested: request.model,
    router: choice.routerHash,
    experiment: assignment,
    reused,
  });
  const isChosen = outcome === "succeeded" && reused === undefined;
  return {
    ...{ tenant, at, series: { source: "chat", strategy, ...placeOf(answeredBy?.target) } },
    observation: {
      end: {
        kind: outcome === "succeeded" || outcome === "cancelled" ? outcome : "error",
        ...{ latencyMs, costMicroUsd: cost.costMicroUsd, runTime: undefined },
        regret: isChosen && typeof answeredBy?.value === "number" ? Math.max(...values) - answeredBy.value : undefined,
      },
    },
  };
}

/** What the event of a call says, as far as it decides about its series. */
interface ToldCall {
  readonly requested: string;
  readonly router: string | null;
  readonly experiment?: object | undefined;
  readonly reused?: object | undefined;
}

/** @param event `chat.complete`, of whose call the quality was told */
export function observedQuality({ event }: StoredEvent, value: number): Observed {
  const { tenant, at } = event;
  const detail = event.detail as unknown as ToldCall & {
    readonly provider?: string;
    readonly model?: string;
    readonly candidates: readonly {
      readonly provider: string;
      readonly model: string;
      readonly quality: number | null;
    }[];
  };
  const { provider, model, candidates } = detail;
  const predicted = candidates.find((each) => each.provider === provider && each.model === model)?.quality;
  const target = provider === undefined || model === undefined ? undefined : { provider, model: { name: model } };
  return {
    ...{ tenant, at, series: { source: "chat", strategy: strategyOfCall(detail), ...placeOf(target) } },
    observation: { quality: { value, predicted: predicted ?? undefined } },
  };
}

function strategyOfCall({ requested, router, experiment, reused }: ToldCall): string {
  if (reused !== undefined) return "reused";
  if (experiment !== undefined) return "experiment";
  if (router !== null) return "learned";
  return requested === AUTO_MODEL ? "cost-efficient" : "named";
}

function placeOf(
  target: { readonly provider: string; readonly model: { readonly name: string } } | undefined,
): Pick<Series, "backend" | "model"> {
  return { backend: target?.provider ?? NOBODY, model: target?.model.name ?? NOBODY };
}

const KINDS: Partial<Record<JobState, NonNullable<Observation["end"]>["kind"]>> = {
  succeeded: "succeeded",
  cancelled: "cancelled",
  failed: "error",
  expired: "error",
  "dead-letter": "error",
};

/** Undefined for a job that is not final. */
export function observedJob(job: Job): Observed | undefined {
  const { tenant, type, status, createdAt, finishedAt = createdAt, route, result, costMicroUsd } = job;
  const kind = KINDS[status];
  if (kind === undefined) return undefined;
  const backend = result?.backend ?? route?.chosen ?? NOBODY;
  const ran = route?.candidates.find((each) => each.backend === backend);
  const hasRun = result !== undefined && result.reused === undefined && ran !== undefined;
  return {
    ...{ tenant, at: createdAt, series: { source: "job", strategy: strategyOf(route), backend, model: type } },
    observation: {
      end: {
        ...{ kind, latencyMs: finishedAt - createdAt, costMicroUsd, regret: result && regretOf(route, backend) },
        runTime: hasRun ? { predictedMs: ran.predicted.executionMs, measuredMs: result.engineMs } : undefined,
      },
    },
  };
}

/** As it was asked for: at most seven names of strategies, and the rule. */
function strategyOf(route: RouteDecision | undefined): string {
  if (route?.experiment !== undefined) return "experiment";
  return route === undefined ? NOBODY : `${route.strategies.join("+")}/${route.collapse}`;
}

function regretOf(route: RouteDecision | undefined, backend: string): number | undefined {
  const eligible = route?.candidates.filter(({ eligible: may }) => may) ?? [];
  const ran = eligible.find((each) => each.backend === backend);
  return ran && Math.max(...eligible.map(({ mean }) => mean)) - ran.mean;
}
