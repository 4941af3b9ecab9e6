// Experiments on made-up calls, judged as the service judges them. bench/experiments.mjs prints what comes of many of them;
// test/experiments/tallies.test.ts holds the goals with fewer.

/** @typedef {typeof import("../ts/experiments/judgement.ts").judgementOf} JudgementOf */
/** @typedef {typeof import("../ts/experiments/tallies.ts").count} Count */
/** @typedef {import("../ts/experiments/tallies.ts").ArmRecord} ArmRecord */
/** @typedef {import("../ts/experiments/tallies.ts").UnitRecord} UnitRecord */
/** @typedef {import("../ts/models/experiment.ts").ExperimentDocument} ExperimentDocument */
/** @typedef {{ found: number, stopped: number }} Simulated shares of the experiments in which some look found a difference, or would have stopped it */

/** With all that may stop an experiment, so that every false alarm counts. */
export const BODY = {
  unit: "call",
  arms: [{ name: "today" }, { name: "other" }],
  guardRails: { errorRate: 0, p95LatencyMs: 1000, costMicroUsd: 10 },
};

const BATCH = 100;
const PER_ARM = 10_000;

/** Marsaglia's xorshift32: simulations draw a hundred million numbers. @param {number} seed */
export function random(seed) {
  let state = (seed * 2_654_435_761 + 1) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Each call succeeds with 70 % in the first arm and with `lift` more in the second, and is assigned at random; looked at after every 100
 * calls until both arms have 10,000 or something is said. In both arms 1 % of calls fail, 4 % are slow, and costs are uniform in 0 to 200.
 *
 * @param {JudgementOf} judgementOf
 * @param {ExperimentDocument} document
 * @param {number} experiments
 * @param {number} lift
 * @returns {Simulated}
 */
export function simulateCalls(judgementOf, document, experiments, lift) {
  const tally = (/** @type {number} */ n, /** @type {number} */ sum, sumOfSquares = sum) => ({
    ...{ n, sum, sumOfSquares, deviation: 0, squaredDeviation: 0, product: 0 },
  });
  return simulate(experiments, (next) => {
    const arms = [0, 1].map(() => ({ n: 0, success: 0, errors: 0, slow: 0, cost: 0, costSquares: 0 }));
    const [first, second] = /** @type {[typeof arms[0], typeof arms[0]]} */ (arms);
    for (let calls = 1; first.n < PER_ARM || second.n < PER_ARM; calls++) {
      const isSecond = next() < 0.5;
      const arm = isSecond ? second : first;
      arm.n++;
      if (next() < (isSecond ? 0.7 + lift : 0.7)) arm.success++;
      if (next() < 0.01) arm.errors++;
      if (next() < 0.04) arm.slow++;
      const cost = next() * 200;
      arm.cost += cost;
      arm.costSquares += cost * cost;
      if (calls % BATCH !== 0) continue;
      const records = arms.map(({ n, success, errors, slow, cost: sum, costSquares }) => ({
        ...{ assigned: n, calls: n },
        tallies: {
          success: tally(n, success),
          errors: tally(n, errors),
          slow: tally(n, slow),
          cost: tally(n, sum, costSquares),
        },
      }));
      const said = saidBy(judgementOf, document, records);
      if (said !== undefined) return said;
    }
    return undefined;
  });
}

/**
 * 1,000 users with a rate of success of their own, 40 % to 100 %, who make 10,000 calls, some many and some few; no arm is better.
 *
 * @param {JudgementOf} judgementOf
 * @param {Count} count
 * @param {ExperimentDocument} document
 * @param {number} experiments
 * @param {boolean} byCall as if each call of a user were a unit, which it is not
 * @returns {Simulated}
 */
export function simulateUsers(judgementOf, count, document, experiments, byCall) {
  return simulate(experiments, (next) => {
    const users = Array.from({ length: 1000 }, () => ({ arm: next() < 0.5 ? 0 : 1, rate: 0.4 + 0.6 * next() }));
    /** @type {(UnitRecord | undefined)[]} */
    const units = [];
    /** @type {ArmRecord[]} */
    const arms = [0, 1].map(() => ({ assigned: 0, calls: 0, tallies: {} }));
    for (let calls = 1; calls <= 10_000; calls++) {
      const which = Math.floor(next() ** 2 * users.length);
      const user = users[which];
      if (user === undefined) continue;
      const success = next() < user.rate ? 1 : 0;
      const counted = count(
        { index: user.arm, record: arms[user.arm] },
        byCall ? undefined : units[which],
        { success },
        true,
        undefined,
      );
      units[which] = counted.unit;
      arms[user.arm] = counted.arm;
      if (calls % BATCH !== 0) continue;
      const said = saidBy(judgementOf, document, arms);
      if (said === "found") return said;
    }
    return undefined;
  });
}

/**
 * @param {JudgementOf} judgementOf
 * @param {ExperimentDocument} document
 * @param {readonly ArmRecord[]} records
 */
function saidBy(judgementOf, document, records) {
  const { judgement } = judgementOf(document, records);
  if (judgement.state === "sample-ratio-mismatch") return "stopped";
  const verdict = judgement.arms[0]?.verdict;
  if (verdict === "open") return undefined;
  return verdict === "harmful" ? "stopped" : "found";
}

/**
 * @param {number} experiments
 * @param {(next: () => number) => "found" | "stopped" | undefined} run
 * @returns {Simulated}
 */
function simulate(experiments, run) {
  const counts = { found: 0, stopped: 0 };
  for (let k = 0; k < experiments; k++) {
    const said = run(random(k + 1));
    if (said !== undefined) counts[said]++;
  }
  return { found: counts.found / experiments, stopped: counts.stopped / experiments };
}
