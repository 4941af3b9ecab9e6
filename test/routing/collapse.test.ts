import { describe, expect, it } from "vitest";
import type { CollapseRule, Strategy } from "../../ts/models/job.ts";
import type { Candidate } from "../../ts/models/route.ts";
import { type CollapseParameters, collapse } from "../../ts/routing/collapse.ts";
import { drawStandard, drawUniform } from "../../ts/routing/draw.ts";

function candidate(backend: string, mean: number, more: Partial<Candidate> = {}): Candidate {
  const predicted = { queueMs: 0, executionMs: 1, variance: 0, costMicroUsd: 0, fidelity: 1 };
  return { backend, eligible: true, predicted, scores: [], mean, variance: 0, ...more };
}

function parameters(rule: CollapseRule, seed = 0, more: Partial<CollapseParameters> = {}): CollapseParameters {
  return { collapse: rule, strategies: ["balanced"], seed, ...more };
}

const scores = (...means: number[]): Candidate["scores"] =>
  means.map((mean) => ({ strategy: "balanced", mean, variance: 0 }));

/** Fails when a frequency is further than five standard deviations from its probability. */
function expectFrequency(hits: number, draws: number, probability: number): void {
  const sigma = Math.sqrt((probability * (1 - probability)) / draws);
  expect(Math.abs(hits / draws - probability)).toBeLessThan(5 * sigma);
}

describe("consensus", () => {
  it("counts a point for each candidate scored lower and half for the same", () => {
    // By hand: a = 2 + 0.5, b = 1 + 2, c = 0 + 0.5.
    const three = [
      candidate("a", 0.9, { scores: scores(0.9, 0.2) }),
      candidate("b", 0.5, { scores: scores(0.5, 0.9) }),
      candidate("c", 0.7, { scores: scores(0.1, 0.2) }),
    ];
    const two: Strategy[] = ["balanced", "quality-first"];
    expect(collapse(three, parameters("consensus", 0, { strategies: two }))).toEqual(["b", "a", "c"]);
    // With the first strategy counting three times: a = 6.5, b = 5, c = 0.5.
    const weighted = parameters("consensus", 0, { strategies: two, weights: [3, 1] });
    expect(collapse(three, weighted)).toEqual(["a", "b", "c"]);
  });
});

describe("consensus with equal scores", () => {
  it("shares their points", () => {
    // a: 1 + 3 = 4, d: 3 + 0 = 3. Without the shared points both would have 3, and d the higher score.
    const four = [
      candidate("a", 0.5, { scores: scores(0.5, 0.9) }),
      candidate("b", 0.5, { scores: scores(0.5, 0.2) }),
      candidate("c", 0.5, { scores: scores(0.5, 0.2) }),
      candidate("d", 0.6, { scores: scores(0.6, 0.1) }),
    ];
    expect(collapse(four, parameters("consensus", 0, { strategies: ["balanced", "quality-first"] }))[0]).toBe("a");
  });
});

describe("ties", () => {
  it("go to the cheaper, then the faster, then the better, then the first by id", () => {
    const base = candidate("z", 0.5).predicted;
    const tied = [
      candidate("e", 0.5, { predicted: { ...base, costMicroUsd: 1 } }),
      candidate("d", 0.5, { predicted: { ...base, executionMs: 2 } }),
      candidate("c", 0.5, { predicted: { ...base, fidelity: 0.9 } }),
      candidate("b", 0.5),
      candidate("a", 0.5),
    ];
    expect(collapse(tied, parameters("best-score"))).toEqual(["a", "b", "c", "d", "e"]);
    expect(collapse(tied, parameters("cheapest"))).toEqual(["a", "b", "c", "d", "e"]);
    expect(collapse(tied, parameters("fastest"))).toEqual(["a", "b", "c", "e", "d"]);
  });
});

describe("rules that draw", () => {
  const DRAWS = 10_000; // seeds 0 to 9,999

  it("weighted chooses in proportion to the score, and so does each further place", () => {
    const three = [candidate("a", 0.6), candidate("b", 0.3), candidate("c", 0.1)];
    const orders = new Map<string, number>();
    for (let seed = 0; seed < DRAWS; seed++) {
      const order = collapse(three, parameters("weighted", seed)).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expectFrequency((orders.get("abc") ?? 0) + (orders.get("acb") ?? 0), DRAWS, 0.6);
    expectFrequency(orders.get("abc") ?? 0, DRAWS, 0.6 * (0.3 / 0.4));
    expectFrequency(orders.get("cab") ?? 0, DRAWS, 0.1 * (0.6 / 0.9));
  });

  it.each([
    { means: [0.5, 0.5], deviations: [0.1, 0.1] },
    { means: [0.55, 0.5], deviations: [0.1, 0.1] },
    { means: [0.6, 0.5], deviations: [0.02, 0.1] },
    { means: [0.52, 0.5], deviations: [0.005, 0.01] },
  ])("thompson chooses with the analytic probability: $means ± $deviations", ({ means, deviations }) => {
    const pair = ["a", "b"].map((id, k) => candidate(id, means[k] ?? 0, { variance: (deviations[k] ?? 0) ** 2 }));
    let hits = 0;
    for (let seed = 0; seed < DRAWS; seed++) hits += collapse(pair, parameters("thompson", seed))[0] === "a" ? 1 : 0;
    expectFrequency(hits, DRAWS, probabilityFirst(means as [number, number], deviations as [number, number]));
  });

  it("weighted copes with scores of zero", () => {
    expect(collapse([candidate("b", 0), candidate("a", 0)], parameters("weighted", 3)).sort()).toEqual(["a", "b"]);
    expect(collapse([candidate("a", 0), candidate("b", 1)], parameters("weighted", 3))[0]).toBe("b");
  });
});

describe("draws", () => {
  it("are fixed numbers: records of older releases replay", () => {
    expect([drawUniform(1, "weighted", "0"), drawStandard(1, "thompson", "embedded")]).toMatchInlineSnapshot(`
      [
        0.15903279453926034,
        -2.2649031248874962,
      ]
    `);
  });

  it("have the moments that they promise", () => {
    const count = 20_000;
    const draws = Array.from({ length: count }, (_, seed) => drawStandard(seed, "test", "x"));
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / count;
    const square = draws.reduce((sum, draw) => sum + draw * draw, 0) / count;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    // The fourth moment of the sum of twelve uniform numbers is 2.9, so its square has variance 1.9.
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(1.9 / count));
  });
});

/**
 * P(m₁ + s₁X > m₂ + s₂Y) for X, Y sums of twelve uniform numbers less 6, whose characteristic function is
 * (sin(t/2) ÷ (t/2))¹²; by the inversion formula of Gil-Pelaez (1951), integrated by the midpoint rule.
 */
function probabilityFirst([m1, m2]: [number, number], [s1, s2]: [number, number]): number {
  const scale = Math.hypot(s1, s2);
  const [a, b, shift] = [s1 / scale, s2 / scale, (m1 - m2) / scale];
  const factor = (t: number): number => (t === 0 ? 1 : (Math.sin(t / 2) / (t / 2)) ** 12);
  const step = 1e-3;
  let integral = 0;
  for (let t = step / 2; t < 40; t += step)
    integral += (Math.sin(t * shift) / t) * factor(a * t) * factor(b * t) * step;
  return 0.5 + integral / Math.PI;
}
