/** What one logged decision says of two policies. */
export interface LoggedDecision {
  /** Place of the model that was asked. */
  readonly model: number;
  /** The chance with which it was asked, > 0: as logged, not as estimated. */
  readonly chance: number;
  /** What came of it. */
  readonly value: number;
  /** What each model's answer was expected to be worth, by nothing that knows this value. */
  readonly expected: Float64Array;
  /** The chance with which either policy would ask each model. */
  readonly candidate: Float64Array;
  readonly incumbent: Float64Array;
}

export interface OffPolicyEstimate {
  /** Mean value of an answer. */
  readonly mean: number;
  /** Bounds of a two-sided interval of 95 %. */
  readonly low: number;
  readonly high: number;
}

export interface PolicyComparison {
  readonly decisions: number;
  /** How many decisions of its own the logged ones are worth for the policy for which they are worth less (Kish). */
  readonly effective: number;
  readonly candidate: OffPolicyEstimate;
  readonly incumbent: OffPolicyEstimate;
  /** Candidate less incumbent, on the same decisions. */
  readonly difference: OffPolicyEstimate;
  /** The lower bound of the difference is above 0, and there are decisions enough for the bounds to hold. */
  readonly isBetter: boolean;
}

/** Fewer effective decisions are too few for a normal approximation. */
const LEAST_EFFECTIVE = 100;
/** Of the normal distribution, two-sided. */
const Z_95 = 1.959963984540054;

/**
 * Doubly robust comparison of two policies from decisions of a third:
 * v̂(π) = mean of Σ_a π(a) q̂(a) + π(m) / p · (value − q̂(m)), unbiased where the chances p are right, whatever q̂ is.
 *
 * Bounds are those of the normal approximation for one look: who looks after every decision will find one too often.
 *
 * Source: Dudík, Langford, Li, "Doubly robust policy evaluation and learning" (2011).
 */
export function comparePolicies(decisions: readonly LoggedDecision[]): PolicyComparison {
  const [candidate, incumbent, difference] = [new Moments(), new Moments(), new Moments()];
  const [own, other] = [new Weights(), new Weights()];
  for (const { model, chance, value, expected, candidate: ours, incumbent: theirs } of decisions) {
    const surprise = (value - (expected[model] ?? 0)) / chance;
    let [first, second] = [(ours[model] ?? 0) * surprise, (theirs[model] ?? 0) * surprise];
    expected.forEach((worth, k) => {
      first += (ours[k] ?? 0) * worth;
      second += (theirs[k] ?? 0) * worth;
    });
    candidate.add(first);
    incumbent.add(second);
    difference.add(first - second);
    own.add((ours[model] ?? 0) / chance);
    other.add((theirs[model] ?? 0) / chance);
  }
  const effective = Math.min(own.effective, other.effective);
  const apart = difference.estimate();
  return {
    ...{ decisions: decisions.length, effective, candidate: candidate.estimate(), incumbent: incumbent.estimate() },
    ...{ difference: apart, isBetter: apart.low > 0 && effective >= LEAST_EFFECTIVE },
  };
}

class Weights {
  #sum = 0;
  #squares = 0;

  add(weight: number): void {
    this.#sum += weight;
    this.#squares += weight * weight;
  }

  get effective(): number {
    return this.#squares > 0 ? (this.#sum * this.#sum) / this.#squares : 0;
  }
}

/** Mean and variance in one pass (Welford 1962). */
class Moments {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const off = value - this.#mean;
    this.#mean += off / this.#count;
    this.#squares += off * (value - this.#mean);
  }

  estimate(): OffPolicyEstimate {
    const variance = this.#count > 1 ? this.#squares / (this.#count - 1) : Number.POSITIVE_INFINITY;
    const radius = Z_95 * Math.sqrt(variance / Math.max(1, this.#count));
    return { mean: this.#mean, low: this.#mean - radius, high: this.#mean + radius };
  }
}
