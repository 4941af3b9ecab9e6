import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { COLLAPSE_RULES, STRATEGIES } from "../../ts/models/job.ts";
import type { RoutingPolicy } from "../../ts/models/policy.ts";
import { type Candidate, RouteDecision } from "../../ts/models/route.ts";
import type { BackendOffer } from "../../ts/providers/provider.ts";
import { type RouteInput, replay, route } from "../../ts/routing/route.ts";
import { offer, routeInput } from "./cases.ts";

const fidelity = fc.double({ min: 0.9, max: 1, noNaN: true });
// Few distinct values, so that equal prices, times and scores come up often.
const few = (max: number) => fc.integer({ min: 0, max }).map((value) => value * 1000);

const anyOffer = (id: string): fc.Arbitrary<BackendOffer> =>
  fc
    .record({
      price: fc.record({ perTaskMicroUsd: few(3), perShotMicroUsd: fc.constantFrom(0, 1) }),
      queueMs: fc.record({ mean: few(3), variance: few(100) }),
      fidelity: fc.constantFrom(
        { oneQubit: 1, twoQubit: 1, readout: 1 },
        { oneQubit: 0.999, twoQubit: 0.99, readout: 0.98 },
      ),
      declared: fc.option(fc.record({ oneQubit: fidelity, twoQubit: fidelity, readout: fidelity })),
      executionMs: fc.double({ min: 0, max: 5000, noNaN: true }),
      maxQubits: fc.constantFrom(9, 10, 20),
    })
    .map(({ declared, ...published }) => offer({ id, ...published, fidelity: declared ?? published.fidelity }));

const offers = fc
  .integer({ min: 1, max: 6 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, k) => anyOffer(`qpu-${"dacfbe"[k]}`))));

const policy = fc.record({
  strategies: fc.uniqueArray(fc.constantFrom(...STRATEGIES), { minLength: 1 }),
  collapse: fc.constantFrom(...COLLAPSE_RULES),
  weights: fc.dictionary(fc.constantFrom(...STRATEGIES), fc.double({ min: 0.1, max: 10, noNaN: true })),
  maxCostMicroUsd: fc.constantFrom(1000, 10_000),
}) satisfies fc.Arbitrary<Partial<RoutingPolicy>>;

const inputs = fc
  .record({
    backends: offers,
    policy,
    seed: fc.maxSafeNat(),
    remainingMs: fc.option(fc.constantFrom(2000, 6000), { nil: undefined }),
  })
  .map(({ remainingMs, ...rest }) => routeInput({ ...rest, ...(remainingMs === undefined ? {} : { remainingMs }) }));

/** The decision, or undefined where no back end is eligible. */
function decide(input: RouteInput): RouteDecision | undefined {
  try {
    return route(input);
  } catch (error) {
    if (error instanceof AppError && error.code === "no-backend") return undefined;
    throw error;
  }
}

/** `a` is nowhere worse than `b` and somewhere better. */
function dominates(a: Candidate, b: Candidate): boolean {
  const [p, q] = [a.predicted, b.predicted];
  const times = [p.queueMs + p.executionMs, q.queueMs + q.executionMs] as const;
  const noWorse =
    times[0] <= times[1] && p.variance <= q.variance && p.costMicroUsd <= q.costMicroUsd && p.fidelity >= q.fidelity;
  const better =
    times[0] < times[1] || p.variance < q.variance || p.costMicroUsd < q.costMicroUsd || p.fidelity > q.fidelity;
  return noWorse && better;
}

/** Makes one published value worse, by much or by too little to show in nine digits of a score. */
const worsening: fc.Arbitrary<(from: BackendOffer, id: string) => BackendOffer> = fc
  .record({
    what: fc.constantFrom("price", "queue", "execution", "variance", "fidelity"),
    by: fc.constantFrom(1, 0.01, 1e-7),
  })
  .map(({ what, by }) => ({ description, execution }, id) => {
    const { price, queueMs, fidelity } = description;
    return {
      description: {
        ...description,
        id,
        ...(what === "price" && { price: { ...price, perTaskMicroUsd: price.perTaskMicroUsd + 1 } }),
        ...(what === "queue" && { queueMs: { ...queueMs, mean: queueMs.mean + by } }),
        ...(what === "fidelity" && { fidelity: { ...fidelity, twoQubit: fidelity.twoQubit * (1 - by / 10) } }),
      },
      execution: {
        meanMs: execution.meanMs + (what === "execution" ? by : 0),
        varianceMs2: execution.varianceMs2 + (what === "variance" ? by : 0),
      },
    };
  });

const RUNS = { numRuns: 500, seed: 20260 };

describe("laws of a decision", () => {
  it("does not depend on the order of the back ends", () => {
    fc.assert(
      fc.property(inputs, fc.infiniteStream(fc.double({ noNaN: true })), (input, keys) => {
        const shuffled = input.backends
          .map((backend) => ({ backend, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ backend }) => backend);
        expect(decide({ ...input, backends: shuffled })).toEqual(decide(input));
      }),
      RUNS,
    );
  });

  it("best-score and consensus never choose a dominated candidate", () => {
    let dominated = 0;
    fc.assert(
      fc.property(
        inputs,
        fc.constantFrom("best-score" as const, "consensus" as const),
        worsening,
        (input, collapse, worsen) => {
          // A copy of each back end that is a little worse, and first by id.
          const copies = input.backends.map((backend) => worsen(backend, `a-${backend.description.id}`));
          const backends = [...copies, ...input.backends];
          const decision = decide({ ...input, backends, policy: { ...input.policy, collapse } });
          const chosen = decision?.candidates.find((candidate) => candidate.backend === decision.chosen);
          if (!decision || !chosen) return;
          const eligible = decision.candidates.filter((candidate) => candidate.eligible);
          dominated += eligible.some((b) => eligible.some((a) => dominates(a, b))) ? 1 : 0;
          expect(eligible.filter((candidate) => dominates(candidate, chosen))).toEqual([]);
        },
      ),
      RUNS,
    );
    expect(dominated).toBeGreaterThan(RUNS.numRuns / 4);
  });

  it("never chooses or falls back to an ineligible candidate, and says why of each", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decide(input);
        if (!decision) return;
        const eligible = decision.candidates.filter((candidate) => candidate.eligible).map(({ backend }) => backend);
        expect([decision.chosen, ...decision.fallbacks].sort()).toEqual(eligible);
        for (const candidate of decision.candidates) expect(candidate.reason === undefined).toBe(candidate.eligible);
        for (const backend of input.backends) {
          if (backend.description.maxQubits < 10) expect(eligible).not.toContain(backend.description.id);
        }
      }),
      RUNS,
    );
  });

  it("replays from its record, through JSON, and fits the schema of receipts", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decide(input);
        if (!decision) return;
        const record = RouteDecision.parse(JSON.parse(JSON.stringify(decision)));
        expect(record).toEqual(decision);
        expect(replay(record)).toBe(decision.chosen);
        expect(decide(input)).toEqual(decision);
      }),
      RUNS,
    );
  });

  it("scores are distributions on [0, 1]", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        for (const { mean, variance, scores } of decide(input)?.candidates ?? []) {
          for (const score of [...scores, { mean, variance }]) {
            expect(score.mean).toBeGreaterThanOrEqual(0);
            expect(score.mean).toBeLessThanOrEqual(1);
            expect(score.variance).toBeGreaterThanOrEqual(0);
            expect(score.variance).toBeLessThanOrEqual(score.mean * (1 - score.mean) + 1e-9);
          }
        }
      }),
      RUNS,
    );
  });

  it("without its first choice falls to the first fallback, under the rules that do not draw or rank", () => {
    fc.assert(
      fc.property(
        inputs,
        fc.constantFrom("best-score" as const, "fastest" as const, "cheapest" as const),
        (input, collapse) => {
          const first = decide({ ...input, policy: { ...input.policy, collapse } });
          if (!first || first.fallbacks.length === 0) return;
          const backends = input.backends.filter((backend) => backend.description.id !== first.chosen);
          expect(route({ ...input, backends, policy: { ...input.policy, collapse } }).chosen).toBe(first.fallbacks[0]);
        },
      ),
      RUNS,
    );
  });
});

describe("a record that was changed", () => {
  const decision = route(
    routeInput({ backends: [offer({ id: "a" }), offer({ id: "b", queueMs: { mean: 500, variance: 100 } })] }),
  );

  it("does not replay when a score no longer follows from its strategies", () => {
    const [a, b] = decision.candidates as [Candidate, Candidate];
    const forged = { ...decision, candidates: [a, { ...b, mean: 0.999 }], chosen: "b" };
    expect(() => replay(forged)).toThrow(/candidate b is recorded with mean 0.999/);
  });

  it("replays to the true choice when only the choice was changed", () => {
    expect(replay({ ...decision, chosen: "b" })).toBe("a");
  });
});
