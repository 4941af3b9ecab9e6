import type { Clock } from "../core/clock.ts";
import type { TenantId } from "../core/ids.ts";
import type { CircuitEngine } from "../engines/circuit-engine.ts";
import type { Calibration } from "../models/calibration.ts";
import type { TenantPolicy } from "../models/policy.ts";
import type { ProviderRegistry } from "../providers/registry.ts";
import { circuitFeatures } from "../routing/features.ts";
import { route } from "../routing/route.ts";
import type { Decide } from "./plan.ts";

export interface DecideServices {
  readonly engine: CircuitEngine;
  readonly registry: ProviderRegistry;
  policyOf(tenant: TenantId): TenantPolicy;
  /** The newest one: a machine may be calibrated while it serves. */
  calibration(): Calibration;
  readonly clock: Clock;
}

/** Has a worker read and estimate the circuit, and routes it. */
export function createDecide({ engine, registry, policyOf, calibration, clock }: DecideServices): Decide {
  return async ({ tenant, type, request, seed, input, deadlineAt }, signal) => {
    const policy = policyOf(tenant);
    const { format, options, target, constraints, routing } = request;
    const control = signal === undefined ? {} : { signal };
    const estimate = await engine.estimate({ format, source: input }, { ...options, ...control });
    return route({
      job: { type, options, target, constraints, routing },
      features: circuitFeatures(estimate, options),
      backends: registry.offers(estimate, options),
      policy: policy.routing,
      calibration: calibration(),
      seed,
      ...(deadlineAt === undefined && policy.deadlines.quantumMs !== null && { budgetMs: policy.deadlines.quantumMs }),
      // A later attempt has less time than the job had.
      ...(deadlineAt !== undefined && { remainingMs: Math.max(0, deadlineAt - clock()) }),
    });
  };
}
