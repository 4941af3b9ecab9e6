import type { BackendDescription } from "../models/backend.ts";
import type { Candidate } from "../models/route.ts";
import type { BackendOffer } from "../providers/provider.ts";
import type { JobFeatures } from "./features.ts";
import { rounded, wholePower } from "./numbers.ts";

/** What a candidate is expected to take, cost and give, as the record keeps it: everything later reads these numbers. */
export function predictFor(offer: BackendOffer, features: JobFeatures): Candidate["predicted"] {
  const { price, queueMs, fidelity } = offer.description;
  return {
    queueMs: rounded(queueMs.mean),
    executionMs: rounded(offer.execution.meanMs),
    variance: rounded(queueMs.variance + offer.execution.varianceMs2),
    // Up to the next whole micro-dollar: a price limit must never be passed by a fraction.
    costMicroUsd: Math.ceil(price.perTaskMicroUsd + price.perShotMicroUsd * features.shots),
    fidelity: successFidelity(fidelity, features),
  };
}

/** Below this not one error-free shot is to be expected in any job; and its square must not underflow. */
const LEAST_FIDELITY = 1e-12;

/** Estimated probability that a shot is free of error: the product over all gates and readouts. */
function successFidelity(declared: BackendDescription["fidelity"], features: JobFeatures): number {
  const product =
    wholePower(declared.oneQubit, features.oneQubitGates) *
    wholePower(declared.twoQubit, features.twoQubitGates) *
    wholePower(declared.readout, features.measurements);
  return product < LEAST_FIDELITY ? 0 : rounded(product);
}

/** Expected number of errors in one shot, Σ count × (1 − fidelity): what the uncertainty of the product scales with. */
export function expectedErrors(offer: BackendOffer, features: JobFeatures): number {
  const { oneQubit, twoQubit, readout } = offer.description.fidelity;
  return (
    features.oneQubitGates * (1 - oneQubit) +
    features.twoQubitGates * (1 - twoQubit) +
    features.measurements * (1 - readout)
  );
}
