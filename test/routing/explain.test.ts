import { describe, expect, it } from "vitest";
import { explainRoute } from "../../ts/routing/explain.ts";
import { route } from "../../ts/routing/route.ts";
import { offer, routeInput } from "./cases.ts";

const fidelity = { oneQubit: 0.9995, twoQubit: 0.995, readout: 0.99 };
const backends = [
  offer({ id: "embedded", executionMs: 12.3456 }),
  offer({ id: "mock-a", fidelity, queueMs: { mean: 400, variance: 40_000 } }),
  offer({ id: "mock-b", maxQubits: 5 }),
];

describe("explain", () => {
  it("shows the rule, the eligible in order, and why the others are not", () => {
    const policy = { strategies: ["balanced", "quality-first"], weights: { "quality-first": 2 } } as const;
    const decision = route(routeInput({ backends, policy: { ...policy, strategies: [...policy.strategies] } }));
    expect(`\n${explainRoute(decision).join("\n")}\n`).toMatchInlineSnapshot(`
      "
      route: best-score over balanced + quality-first × 2 (seed 7) chose embedded
         back end   score    ± sd  queue ms  run ms  cost USD  fidelity  balanced  quality-first
      >  embedded  0.9380  0.0011      0.00   12.35  0.000000    1.0000    0.9959         0.9091
         mock-a    0.8153  0.0265       400     100  0.000000    0.7182    0.7707         0.8376
         mock-b is not eligible: needs 10 qubits, the limit is 5
      "
    `);
  });

  it("names λ", () => {
    const policy = { collapse: "cost-quality", costQualityLambda: 0.25 } as const;
    const [first] = explainRoute(route(routeInput({ backends, policy })));
    expect(first).toBe("route: cost-quality over balanced, λ = 0.25 (seed 7) chose embedded");
  });
});
