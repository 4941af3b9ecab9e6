import { canonicalHash } from "../core/canonical-json.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import type { Candidate, RouteDecision } from "../models/route.ts";
import type { BackendDescription } from "../providers/provider.ts";
import type { Job, JobPlan } from "./job.ts";
import type { JobRef, Store } from "./store.ts";

/** What a route is chosen for. */
export type RouteQuestion = Pick<Job, "tenant" | "type" | "request" | "seed"> &
  Partial<Pick<Job, "deadlineAt">> & { readonly input: Uint8Array };

/** Chooses where a job runs. @throws {AppError} `no-backend`, or what is wrong with the input */
export type Decide = (question: RouteQuestion, signal?: AbortSignal) => Promise<RouteDecision>;

export interface PlanServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly decide: Decide;
  /** Whether this tenant's jobs wait there for an agreed plan. */
  needsPlan(backend: BackendDescription, tenant: TenantId): boolean;
  /** How many approvals the tenant's policy asks for before this route may run. */
  approvals(question: RouteQuestion, route: RouteDecision): number;
}

/** The safe rule of a house without a policy: what leaves the machine or costs money is planned first. */
export function leavesOrCosts({ external, price }: BackendDescription): boolean {
  return external || price.perTaskMicroUsd > 0 || price.perShotMicroUsd > 0;
}

/** A dry run: where the job would run and what it would cost. */
export async function makePlan(services: PlanServices, id: JobId, question: RouteQuestion): Promise<JobPlan> {
  const route = await services.decide(question);
  const { costMicroUsd, queueMs, executionMs } = candidateOf(route, route.chosen).predicted;
  const approvals = services.approvals(question, route);
  // Of what a person agrees to. Predicted times move with every calibration, so they are not part of it.
  const agreed = { id, chosen: route.chosen, costMicroUsd, approvals, policy: route.snapshotHashes.policy };
  const planHash = canonicalHash(agreed);
  return { route, costMicroUsd, predictedMs: queueMs + executionMs, approvals, planHash };
}

/**
 * Runs a planned job, if the plan still holds.
 *
 * @throws {AppError} `conflict` when price or policy changed; the job then carries the new plan
 */
export async function executePlan(services: PlanServices, ref: JobRef, planHash: string): Promise<Job> {
  const { store, clock } = services;
  const job = await store.get(ref);
  if (job.status === "planned" && job.plan?.planHash === planHash) {
    const plan = await makePlan(services, job.id, { ...job, input: await store.input(ref) });
    if (plan.planHash !== planHash) {
      await store.apply({ kind: "plan", ...ref, at: clock(), plan });
      throw new AppError(
        "conflict",
        `price or policy of job ${job.id} changed since it was planned: now ${plan.costMicroUsd} µUSD on ${plan.route.chosen}; ` +
          `execute planHash ${plan.planHash} to agree`,
      );
    }
  }
  return store.apply({ kind: "execute", ...ref, at: clock(), planHash });
}

/** @throws {AppError} `internal` when the router named a back end that it did not score */
export function candidateOf(route: RouteDecision, backend: string): Candidate {
  const candidate = route.candidates.find((each) => each.backend === backend);
  if (candidate === undefined)
    throw new AppError("internal", `the route names '${backend}', which is not among its candidates`);
  return candidate;
}
