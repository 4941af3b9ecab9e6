import type { BackendDescription } from "../../ts/models/backend.ts";
import type { CircuitShape } from "../../ts/models/circuit.ts";
import { parseRoutingPolicy, type RoutingPolicy } from "../../ts/models/policy.ts";
import type { BackendOffer } from "../../ts/providers/provider.ts";
import { DEFAULT_CALIBRATION } from "../../ts/routing/calibration.ts";
import type { RoutableJob } from "../../ts/routing/eligibility.ts";
import type { JobFeatures } from "../../ts/routing/features.ts";
import type { RouteInput } from "../../ts/routing/route.ts";

/** Ten qubits that entangle well: 40 two-qubit gates. */
export const SHAPE: CircuitShape = {
  oneQubitGates: 60,
  twoQubitGates: 40,
  measurements: 10,
  depth: 20,
  feedForward: false,
};

export const FEATURES: JobFeatures = {
  qubits: 10,
  ...SHAPE,
  shots: 1000,
  bytes: 2 ** 14,
};

export interface Published extends Partial<BackendDescription> {
  id: string;
  executionMs?: number;
  executionVariance?: number;
}

/** An exact, free and immediate back end, but for what is given. */
export function offer({ executionMs = 100, executionVariance = 100, ...published }: Published): BackendOffer {
  return {
    description: {
      name: published.id,
      kind: "mock",
      jobTypes: ["circuit"],
      simulated: true,
      external: false,
      region: "local",
      maxDataClass: "restricted",
      maxQubits: 28,
      maxShots: 1_000_000,
      price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 },
      queueMs: { mean: 0, variance: 0 },
      fidelity: { oneQubit: 1, twoQubit: 1, readout: 1 },
      options: ["shots", "inputs"],
      ...published,
    },
    execution: { meanMs: executionMs, varianceMs2: executionVariance },
  };
}

export interface RouteCase {
  backends: readonly BackendOffer[];
  policy?: Partial<RoutingPolicy>;
  job?: Partial<RoutableJob>;
  features?: Partial<JobFeatures>;
  seed?: number;
  remainingMs?: number;
}

/** May spend, unless its policy says otherwise. */
export function routeInput({ backends, policy, job, features, seed = 7, remainingMs }: RouteCase): RouteInput {
  return {
    job: { type: "circuit", ...job },
    features: { ...FEATURES, ...features },
    backends,
    policy: parseRoutingPolicy({ allowPriced: true, ...policy }),
    calibration: DEFAULT_CALIBRATION,
    seed,
    ...(remainingMs === undefined ? {} : { remainingMs }),
  };
}
