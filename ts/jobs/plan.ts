import { canonicalHash } from "../core/canonical-json.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import type { BackendDescription } from "../models/backend.ts";
import { moreSensitive } from "../models/job.ts";
import type { TenantPolicy } from "../models/policy.ts";
import type { Candidate, RouteDecision } from "../models/route.ts";
import type { Provider } from "../providers/provider.ts";
import { approversOf } from "../routing/approvals.ts";
import { needsPlan } from "../routing/eligibility.ts";
import type { RouteArm } from "../routing/route.ts";
import type { Deed } from "./deed.ts";
import type { Job, JobPlan } from "./job.ts";
import type { JobRef, Store } from "./store.ts";

/** What a route is chosen for. */
export type RouteQuestion = Pick<Job, "tenant" | "type" | "request" | "seed"> &
  Partial<Pick<Job, "deadlineAt">> & { readonly input: Uint8Array; readonly arm?: RouteArm | undefined };

/** Chooses where a job runs. @throws {AppError} `no-backend`, or what is wrong with the input */
export type Decide = (question: RouteQuestion, signal?: AbortSignal) => Promise<RouteDecision>;

export interface PlanServices {
  readonly store: Store;
  readonly clock: Clock;
  readonly decide: Decide;
  readonly providers: ReadonlyMap<string, Provider>;
  policyOf(tenant: TenantId): TenantPolicy;
}

/** Whether jobs of a tenant with this policy wait for an agreed plan before they run there. */
export function mustBePlanned(backend: BackendDescription, policy: TenantPolicy): boolean {
  return policy.dryRun === "always" || needsPlan(backend, policy.routing);
}

/** How many approvals the policy asks for before this route may run: those of the first rule that it meets. */
export function approvalsFor(services: PlanServices, question: RouteQuestion, route: RouteDecision): number {
  const policy = services.policyOf(question.tenant);
  const backend = services.providers.get(route.chosen)?.describe();
  const { costMicroUsd } = candidateOf(route, route.chosen).predicted;
  const asked = question.request.constraints?.dataClass ?? policy.routing.dataClass;
  const dataClass = moreSensitive(policy.routing.dataClass, asked);
  const { chosen: id } = route;
  return approversOf(policy.approvals, { backend: id, external: backend?.external ?? false, costMicroUsd, dataClass });
}

/** A dry run: where the job would run and what it would cost. */
export async function makePlan(services: PlanServices, id: JobId, question: RouteQuestion): Promise<JobPlan> {
  const route = await services.decide(question);
  const { costMicroUsd, queueMs, executionMs } = candidateOf(route, route.chosen).predicted;
  const approvals = approvalsFor(services, question, route);
  // Of what a person agrees to. Predicted times move with every calibration, so they are not part of it.
  const agreed = { id, chosen: route.chosen, costMicroUsd, approvals, policy: route.snapshotHashes.policy };
  const planHash = canonicalHash(agreed);
  return { route, costMicroUsd, predictedMs: queueMs + executionMs, approvals, planHash };
}

/**
 * Runs a planned job, if the plan still holds; where the policy asks for approvals it waits for them first.
 *
 * @throws {AppError} `conflict` when price or policy changed; the job then carries the new plan, and so do the error's details
 */
export async function executePlan(
  services: PlanServices,
  ref: JobRef,
  planHash: string,
  deed: Deed = {},
): Promise<Job> {
  const job = await services.store.get(ref);
  if (job.status === "planned" && job.plan?.planHash === planHash) await refuseChanged(services, job);
  const { approvalsExpireAfterMs } = services.policyOf(ref.tenant);
  const { person: executor, event } = deed;
  return services.store.apply({
    kind: "execute",
    ...ref,
    at: services.clock(),
    planHash,
    executor,
    approvalsExpireAfterMs,
    event,
  });
}

/**
 * Counts one person's approval; the last one that is asked for puts the job into the queue.
 *
 * @throws {AppError} `forbidden` for whoever asked for the job, `conflict` when price or policy changed: it is planned again
 */
export async function approvePlan(services: PlanServices, ref: JobRef, deed: Deed & { person: string }): Promise<Job> {
  const job = await services.store.get(ref);
  if (job.status === "awaiting-approval") await refuseChanged(services, job);
  const { person: approver, event } = deed;
  return services.store.apply({ kind: "approve", ...ref, at: services.clock(), approver, event });
}

async function refuseChanged(services: PlanServices, job: Job): Promise<void> {
  const { store, clock } = services;
  const plan = await planAgain(services, job, await store.input(job));
  if (plan.planHash === job.plan?.planHash) return;
  await store.apply({ kind: "plan", tenant: job.tenant, id: job.id, at: clock(), plan });
  throw new AppError(
    "conflict",
    `price or policy of job ${job.id} changed since it was planned: now ${plan.costMicroUsd} µUSD on ${plan.route.chosen}; ` +
      `execute planHash ${plan.planHash} to agree`,
    { details: { plan } },
  );
}

/** @throws {AppError} `conflict` when no back end may take it any more: the policy, or what can be had, is another one now */
async function planAgain(services: PlanServices, job: Job, input: Uint8Array): Promise<JobPlan> {
  try {
    return await makePlan(services, job.id, { ...job, input });
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === "no-backend")) throw cause;
    throw new AppError("conflict", `the plan of job ${job.id} does not hold any more: ${cause.message}`, { cause });
  }
}

/** @throws {AppError} `internal` when the router named a back end that it did not score */
export function candidateOf(route: RouteDecision, backend: string): Candidate {
  const candidate = route.candidates.find((each) => each.backend === backend);
  if (candidate === undefined)
    throw new AppError("internal", `the route names '${backend}', which is not among its candidates`);
  return candidate;
}
