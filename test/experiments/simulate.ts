import { judgementOf } from "../../ts/experiments/judgement.ts";
import type { ArmRecord } from "../../ts/experiments/tallies.ts";
import { ExperimentDocument } from "../../ts/models/experiment.ts";

/** Marsaglia's xorshift32: simulations draw a hundred million numbers. */
export function random(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** With all that may stop an experiment, so that every false alarm counts. */
export const DOCUMENT = ExperimentDocument.parse({
  unit: "call",
  arms: [{ name: "today" }, { name: "other" }],
  guardRails: { errorRate: 0, p95LatencyMs: 1000, costMicroUsd: 10 },
});

/** What simulated experiments came to. Shares of them. */
export interface Simulated {
  /** Some look found a difference of the metric. */
  readonly found: number;
  /** Some look would have stopped it: a guard rail, or the sample ratio. */
  readonly stopped: number;
}

const BATCH = 100;

/**
 * Experiments on a base rate of 70 %, calls assigned at random, looked at after every 100 calls until each arm had `perArm` or something was
 * said. In both arms 1 % of calls fail, 4 % are slow, and costs are uniform between 0 and 200.
 *
 * @param lift of the second arm's rate
 */
export function simulate(experiments: number, lift: number, perArm = 10_000): Simulated {
  let [found, stopped] = [0, 0];
  for (let k = 0; k < experiments; k++) {
    const next = random(k + 1);
    const arms = [newArm(), newArm()] as const;
    for (let calls = 1; arms[0].n < perArm || arms[1].n < perArm; calls++) {
      const isOther = next() < 0.5;
      const arm = arms[isOther ? 1 : 0];
      arm.n++;
      if (next() < (isOther ? 0.7 + lift : 0.7)) arm.success++;
      if (next() < 0.01) arm.errors++;
      if (next() < 0.04) arm.slow++;
      const cost = next() * 200;
      arm.cost += cost;
      arm.costSquares += cost * cost;
      if (calls % BATCH !== 0) continue;
      const { judgement } = judgementOf(DOCUMENT, arms.map(recordOf));
      const verdict = judgement.state === "sample-ratio-mismatch" ? "harmful" : judgement.arms[0]?.verdict;
      if (verdict === "open") continue;
      if (verdict === "harmful") stopped++;
      else found++;
      break;
    }
  }
  return { found: found / experiments, stopped: stopped / experiments };
}

function newArm() {
  return { n: 0, success: 0, errors: 0, slow: 0, cost: 0, costSquares: 0 };
}

function recordOf({ n, success, errors, slow, cost, costSquares }: ReturnType<typeof newArm>): ArmRecord {
  const tally = (sum: number, sumOfSquares = sum) => ({
    ...{ n, sum, sumOfSquares, deviation: 0, squaredDeviation: 0, product: 0 },
  });
  return {
    ...{ assigned: n, calls: n },
    tallies: { success: tally(success), errors: tally(errors), slow: tally(slow), cost: tally(cost, costSquares) },
  };
}
