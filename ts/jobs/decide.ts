import type { Clock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { Engines } from "../engines/load-engines.ts";
import type { Calibration } from "../models/calibration.ts";
import { budgetOf, type TenantPolicy } from "../models/policy.ts";
import type { Work } from "../models/work.ts";
import type { ProviderRegistry } from "../providers/registry.ts";
import { featuresOf } from "../routing/features.ts";
import { route } from "../routing/route.ts";
import { Estimates } from "./estimates.ts";
import type { Decide } from "./plan.ts";

export interface DecideServices {
  readonly engines: Pick<Engines, "estimate">;
  readonly registry: ProviderRegistry;
  policyOf(tenant: TenantId): TenantPolicy;
  /** The newest one: a machine may be calibrated while it serves. */
  calibration(): Calibration;
  readonly clock: Clock;
}

/** Has a worker read and estimate the job, and routes it; equal work is estimated once. */
export function createDecide({ engines, registry, policyOf, calibration, clock }: DecideServices): Decide {
  const known = new Estimates();
  return async ({ tenant, type, request, seed, input, deadlineAt, arm }, signal) => {
    const policy = policyOf(tenant);
    const { format, options, target, constraints, routing } = request;
    const control = signal === undefined ? {} : { signal };
    const estimate = await known.get(type, format, input, options, () =>
      engines.estimate(type, { format, source: input }, { ...options, ...control }),
    );
    // Of one type, because the three come from one job.
    const work = { type, options, estimate } as Work;
    const budgetMs = budgetOf(policy, type);
    return route({
      job: { type, options, target, constraints, routing },
      features: featuresOf(work),
      backends: registry.offers(work),
      policy: policy.routing,
      calibration: calibration(),
      seed,
      arm,
      ...(deadlineAt === undefined && budgetMs !== null && { budgetMs }),
      // A later attempt has less time than the job had.
      ...(deadlineAt !== undefined && { remainingMs: Math.max(0, deadlineAt - clock()) }),
    });
  };
}
