import { describe, expect, it } from "vitest";
import { armOf } from "../../../ts/routing/experiments/arms.ts";
import { cuped } from "../../../ts/routing/experiments/cuped.ts";
import { differenceOf, type Tally } from "../../../ts/routing/experiments/difference.ts";
import { type ArmTally, type Experiment, judge } from "../../../ts/routing/experiments/judge.ts";
import { sampleRatioEvidence } from "../../../ts/routing/experiments/sample-ratio.ts";

/** Marsaglia's xorshift32: the tests draw a hundred million numbers. */
function random(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const rate = (n: number, sum: number): Tally => ({ n, sum, sumOfSquares: sum });
const TAU = 0.02;
const BATCH = 100;
const PER_ARM = 10_000;

/** Share of simulated experiments in which some look, after each batch, finds a difference. */
function found(experiments: number, base: number, lift: number, finds: (a: Tally, b: Tally) => boolean): number {
  let hits = 0;
  for (let k = 0; k < experiments; k++) {
    const next = random(k + 1);
    let [a, b] = [0, 0];
    for (let n = BATCH; n <= PER_ARM; n += BATCH) {
      for (let unit = 0; unit < BATCH; unit++) {
        if (next() < base) a++;
        if (next() < base + lift) b++;
      }
      if (finds(rate(n, a), rate(n, b))) {
        hits++;
        break;
      }
    }
  }
  return hits / experiments;
}

function differs(a: Tally, b: Tally): boolean {
  const { low, high } = differenceOf(a, b, 0.05, TAU) ?? { low: 0, high: 0 };
  return low > 0 || high < 0;
}

describe("looking after every batch, base rate 70 %, 10,000 units an arm", () => {
  it("finds nothing where nothing is, in 95 % of 2,000 experiments; a z-test that peeks does not", () => {
    expect(found(2000, 0.7, 0, differs)).toBeLessThanOrEqual(0.05);
    const peeks = (a: Tally, b: Tally) => {
      const [p, q] = [a.sum / a.n, b.sum / b.n];
      return Math.abs(p - q) / Math.sqrt((p * (1 - p) + q * (1 - q)) / a.n) > 1.96;
    };
    expect(found(500, 0.7, 0, peeks)).toBeGreaterThan(0.25);
  });

  it("finds +3 points in 95 %, +2 points in 60 %", () => {
    const [three, two] = [found(1000, 0.7, 0.03, differs), found(1000, 0.7, 0.02, differs)];
    expect(three).toBeGreaterThanOrEqual(0.95);
    expect(two).toBeGreaterThanOrEqual(0.6);
  });

  it("bounds the true difference at all looks together", () => {
    const misses = (a: Tally, b: Tally) => {
      const { low, high } = differenceOf(a, b, 0.05, TAU) ?? { low: -1, high: 1 };
      return 0.02 < low || 0.02 > high;
    };
    expect(found(1000, 0.7, 0.02, misses)).toBeLessThanOrEqual(0.05);
  });
});

describe("arms", () => {
  const arms = [
    { name: "a", weight: 8 },
    { name: "b", weight: 1 },
    { name: "c", weight: 1 },
  ];

  it("are the same for a unit for ever, and independent between experiments", () => {
    // By Python's hashlib and json, from the definition.
    expect(["ada", "bob", "eve", "joe", "tom"].map((unit) => armOf("exp-1", arms, unit))).toEqual([2, 0, 0, 0, 0]);
    const units = Array.from({ length: 20_000 }, (_, k) => `unit ${k}`);
    const counts = [0, 0, 0];
    let both = 0;
    for (const unit of units) {
      const arm = armOf("exp-1", arms, unit);
      counts[arm] = (counts[arm] ?? 0) + 1;
      if (arm === 1 && armOf("exp-2", arms, unit) === 1) both++;
    }
    // 5 σ of a binomial with 20,000 units: √(20,000 · 0.1 · 0.9) = 42.4, and 14.1 for a share of 1 %.
    expect(Math.abs((counts[1] ?? 0) - 2000)).toBeLessThan(212);
    expect(Math.abs((counts[2] ?? 0) - 2000)).toBeLessThan(212);
    expect(Math.abs(both - 200)).toBeLessThan(71);
  });

  it.each([
    [[]],
    [[{ name: "a", weight: 1 }]],
    [
      [
        { name: "a", weight: 1 },
        { name: "b", weight: 0 },
      ],
    ],
  ])("%j are none", (wrong) => expect(() => armOf("e", wrong, "u")).toThrow("arms: must be two or more"));
});

describe("sample ratios", () => {
  it("as configured alarm once in a thousand at most, looked at after every unit", () => {
    let alarms = 0;
    for (let k = 0; k < 400; k++) {
      const next = random(k + 77);
      const counts = [0, 0] as [number, number];
      for (let unit = 1; unit <= 5000; unit++) {
        counts[next() < 0.5 ? 0 : 1]++;
        if (unit % 10 === 0 && sampleRatioEvidence(counts, [0.5, 0.5]) > Math.log(1000)) {
          alarms++;
          break;
        }
      }
    }
    // Of 400 about 0.4 are expected at most; 4 would be 5 σ too many.
    expect(alarms).toBeLessThanOrEqual(3);
  });

  it("that lose a tenth of one arm alarm", () => {
    expect(sampleRatioEvidence([10_000, 9000], [0.5, 0.5])).toBeGreaterThan(Math.log(1000));
    expect(sampleRatioEvidence([10_000, 9950], [0.5, 0.5])).toBeLessThan(0);
    // Γ by its integral values: B(53, 52)/B(50, 50) · 2⁵ for 3 and 2 of five.
    const exact = Math.log((52 * 51 * 50 * 51 * 50 * 32) / (104 * 103 * 102 * 101 * 100));
    expect(sampleRatioEvidence([3, 2], [0.5, 0.5])).toBeCloseTo(exact, 9);
  });
});

describe("a judgement", () => {
  const experiment: Experiment = {
    arms: ["today", "b", "c"].map((name) => ({ name, weight: 1 })),
    tau: TAU,
    guardRails: [{ name: "errors", worse: "more", tolerance: 0.01, tau: 0.01 }],
  };
  const arm = (good: number, errors: number, n = 20_000): ArmTally => ({
    ...{ assigned: n, metric: rate(n, good * n) },
    guardRails: { errors: rate(n, errors * n) },
  });
  const verdicts = (...tallies: ArmTally[]) => {
    const judged = judge(experiment, tallies);
    return "arms" in judged ? [judged.state, ...judged.arms.map(({ verdict }) => verdict)] : [judged.state];
  };

  it("says better, worse, open, and decided when none is open", () => {
    expect(verdicts(arm(0.7, 0.01), arm(0.74, 0.01), arm(0.66, 0.01))).toEqual(["decided", "better", "worse"]);
    expect(verdicts(arm(0.7, 0.01), arm(0.74, 0.01), arm(0.701, 0.01))).toEqual(["running", "better", "open"]);
    expect(verdicts(arm(0.7, 0.01, 50), arm(0.9, 0.01, 50), arm(0.1, 0.01, 50))).toEqual(["running", "open", "open"]);
  });

  it("stops an arm that breaks a guard rail, however good it is, and bears what is tolerated", () => {
    expect(verdicts(arm(0.7, 0.01), arm(0.8, 0.04), arm(0.7, 0.015))).toEqual(["running", "harmful", "open"]);
  });

  it("compares nothing where the units are not spread as configured", () => {
    expect(verdicts(arm(0.7, 0.01), arm(0.74, 0.01, 17_000), arm(0.7, 0.01))).toEqual(["sample-ratio-mismatch"]);
  });

  it("calls less better where less is better", () => {
    const judged = judge({ ...experiment, better: "less", guardRails: [] }, [arm(0.7, 0), arm(0.74, 0), arm(0.66, 0)]);
    expect("arms" in judged && judged.arms.map(({ verdict }) => verdict)).toEqual(["worse", "better"]);
  });

  it("stops an arm whose own mean passes a limit, and no arm that stays below it however bad the first one is", () => {
    const limited = { ...experiment, guardRails: [{ name: "errors", limit: 0.05, tau: 0.02 }] };
    const harmful = (...tallies: ArmTally[]) => {
      const judged = judge(limited, tallies);
      return "arms" in judged && judged.arms.map(({ broken }) => broken);
    };
    expect(harmful(arm(0.7, 0.2), arm(0.7, 0.07), arm(0.7, 0.05))).toEqual([["errors"], []]);
    expect(harmful(arm(0.7, 0.2, 99), arm(0.7, 1, 99), arm(0.7, 0.05, 99))).toEqual([[], []]);
  });

  it("tells an arm that always fails from one that never does, where values have a range", () => {
    const ranged = (errors: number): ArmTally => {
      const plain = arm(0.7, errors, 200);
      return {
        ...plain,
        guardRails: { errors: { n: 200, sum: errors * 200, sumOfSquares: errors * 200, range: [0, 1] } },
      };
    };
    expect(verdicts(ranged(0), ranged(1), ranged(0))).toEqual(["running", "harmful", "open"]);
  });
});

describe("a covariate from before", () => {
  it("is taken out as numpy.cov over both arms says", () => {
    // y = [3, 5, 4], x = [-1, 1, 0] and y = [2, 6, 7, 1], x = [-2, 1, 2, -1]: Σ cov = 2 + 15, Σ var = 2 + 10, Σ var y = 2 + 26.
    const first = { n: 3, sum: 12, sumOfSquares: 50, deviation: 0, squaredDeviation: 2, product: 2 };
    const second = { n: 4, sum: 16, sumOfSquares: 90, deviation: 0, squaredDeviation: 10, product: 15 };
    const { theta, explained, tallies } = cuped([first, second]);
    expect(theta).toBeCloseTo(17 / 12, 12);
    expect(explained).toBeCloseTo((17 * 17) / 12 / 28, 12);
    // y − θx of the first arm is [3 + 17/12, 5 − 17/12, 4].
    expect(tallies[0]?.sum).toBeCloseTo(12, 12);
    expect(tallies[0]?.sumOfSquares).toBeCloseTo((53 / 12) ** 2 + (43 / 12) ** 2 + 16, 12);
    expect(cuped([{ ...first, squaredDeviation: 0, product: 0 }]).theta).toBe(0);
  });

  /** Units that succeed by a share of their own, which is what is known of half of them from before, with noise. */
  function simulated(experiments: number, lift: number, adjust: boolean): { found: number; explained: number } {
    let [hits, explained] = [0, 0];
    for (let k = 0; k < experiments; k++) {
      const next = random(k + 9);
      const sums = [0, 1].map(() => ({ n: 0, sum: 0, sumOfSquares: 0, deviation: 0, squaredDeviation: 0, product: 0 }));
      let isFound = false;
      for (let unit = 1; unit <= 4000; unit++) {
        const arm = sums[next() < 0.5 ? 0 : 1];
        if (arm === undefined) throw new Error("two arms");
        const own = next();
        const value = 0.8 * own + 0.2 * next() + (arm === sums[1] ? lift : 0);
        const deviation = next() < 0.5 ? own - 0.5 : 0;
        arm.n++;
        arm.sum += value;
        arm.sumOfSquares += value * value;
        arm.deviation += deviation;
        arm.squaredDeviation += deviation * deviation;
        arm.product += deviation * value;
        if (unit % 100 > 0 || isFound) continue;
        const [a, b] = adjust ? cuped(sums).tallies : sums;
        const { low, high } = (a && b && differenceOf(a, b, 0.05, TAU)) ?? { low: 0, high: 0 };
        isFound = low > 0 || high < 0;
      }
      if (isFound) hits++;
      explained += cuped(sums).explained / experiments;
    }
    return { found: hits / experiments, explained };
  }

  it("finds more of what is there, and no more of what is not", () => {
    expect(simulated(1000, 0, true).found).toBeLessThanOrEqual(0.05);
    const [plain, adjusted] = [simulated(300, 0.02, false), simulated(300, 0.02, true)];
    expect(adjusted.found).toBeGreaterThan(plain.found + 0.1);
    // ρ² of what half of the units have: ½ · 0.64 / 0.68.
    expect(adjusted.explained).toBeCloseTo(0.4706, 2);
  });
});
