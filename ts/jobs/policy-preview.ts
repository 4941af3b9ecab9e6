import { toErrorInfo } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { TenantPolicy } from "../models/policy.ts";
import type { PolicyPreviewView, PolicyVerdict } from "../models/policy-preview.ts";
import type { Job } from "./job.ts";
import { approvalsFor, type Decide, mustBePlanned, type PlanServices } from "./plan.ts";
import type { Store } from "./store.ts";

export type PolicyPreview = (
  tenant: TenantId,
  policy: TenantPolicy,
  jobs: number,
  signal?: AbortSignal,
) => Promise<PolicyPreviewView>;

export interface PreviewServices extends Omit<PlanServices, "decide"> {
  readonly store: Store;
  /** Decides under the given policies. */
  decideUnder(policyOf: PlanServices["policyOf"]): Decide;
}

export function createPolicyPreview(services: PreviewServices): PolicyPreview {
  async function judge(
    job: Job,
    input: Uint8Array,
    policy: TenantPolicy,
    signal?: AbortSignal,
  ): Promise<PolicyVerdict> {
    const under: PlanServices = { ...services, policyOf: () => policy, decide: services.decideUnder(() => policy) };
    try {
      // Without its deadline, which has long passed: the policy is what is asked about.
      const question = { ...job, input, deadlineAt: undefined };
      const route = await under.decide(question, signal);
      const backend = services.providers.get(route.chosen)?.describe();
      const candidate = route.candidates.find((each) => each.backend === route.chosen);
      return {
        chosen: route.chosen,
        costMicroUsd: candidate?.predicted.costMicroUsd ?? 0,
        planned: backend !== undefined && mustBePlanned(backend, policy),
        approvals: approvalsFor(under, question, route),
        reason: null,
      };
    } catch (error) {
      const { message } = toErrorInfo(error);
      return { chosen: null, costMicroUsd: 0, planned: false, approvals: 0, reason: message };
    }
  }

  return async (tenant, policy, count, signal) => {
    const { jobs: latest } = await services.store.list(tenant, { limit: count });
    const current = services.policyOf(tenant);
    const jobs = [];
    for (const job of latest) {
      const input = await services.store.input(job);
      const before = await judge(job, input, current, signal);
      const after = await judge(job, input, policy, signal);
      jobs.push({
        id: job.id,
        changed: JSON.stringify(before) !== JSON.stringify(after),
        present: before,
        proposed: after,
      });
    }
    return { jobs, changed: jobs.filter(({ changed }) => changed).length };
  };
}
