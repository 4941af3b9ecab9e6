import { describe, expect, it } from "vitest";
import type { JobRoute } from "../../ts/models/experiment.ts";
import type { RoutingPolicy } from "../../ts/models/policy.ts";
import { explainRoute } from "../../ts/routing/explain.ts";
import { type RouteInput, replay, route } from "../../ts/routing/route.ts";
import { offer, routeInput } from "./cases.ts";

const BACKENDS = [
  offer({ id: "cheap", executionMs: 50_000, price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 } }),
  offer({ id: "fast", executionMs: 1, price: { perTaskMicroUsd: 50_000, perShotMicroUsd: 0 } }),
  offer({ id: "small", executionMs: 100, maxQubits: 1 }),
];
const POLICY: Partial<RoutingPolicy> = { allowPriced: true, strategies: ["latency-optimized"], collapse: "best-score" };
const decide = (way: JobRoute, job: Partial<RouteInput["job"]> = {}) =>
  route({
    ...routeInput({ backends: BACKENDS, policy: POLICY, job }),
    arm: { experiment: { name: "e", version: 2, arm: "b" }, route: way },
  });

describe("an arm", () => {
  it("of no way decides as without it, and is told", () => {
    const { experiment, ...decision } = decide({});
    expect(decision).toEqual(route(routeInput({ backends: BACKENDS, policy: POLICY })));
    expect(experiment).toEqual({ name: "e", version: 2, arm: "b" });
  });

  it("of a back end puts it before all others, whatever they score", () => {
    const decision = decide({ backend: "cheap" });
    expect([decision.chosen, decision.fallbacks, decision.first]).toEqual(["cheap", ["fast"], "cheap"]);
    expect(replay(decision)).toBe("cheap");
    expect(replay({ ...decision, first: undefined })).toBe("fast");
    expect(explainRoute(decision).slice(0, 2)).toEqual([
      "experiment: e, version 2, arm b",
      "route: best-score over latency-optimized (seed 7) behind cheap chose cheap",
    ]);
  });

  it.each(["small", "unknown"])(
    "of a back end that may not take the job leaves it where it is today: %s",
    (backend) => {
      const decision = decide({ backend });
      expect([decision.chosen, decision.fallbacks]).toEqual(["fast", ["cheap"]]);
      expect(replay(decision)).toBe("fast");
    },
  );

  it("of other rules is their choice, and the policy of the record stays the tenant's", () => {
    const today = route(routeInput({ backends: BACKENDS, policy: POLICY }));
    const ways: JobRoute[] = [
      { collapse: "cheapest" },
      { strategies: ["cost-efficient"] },
      { collapse: "cost-quality", costQualityLambda: 1 },
    ];
    for (const way of ways) {
      const decision = decide(way);
      expect([way, decision.chosen, replay(decision)]).toEqual([way, "cheap", "cheap"]);
      expect(decision.snapshotHashes).toEqual(today.snapshotHashes);
    }
  });

  it("does not overrule what a job asks for", () => {
    expect(decide({ collapse: "cheapest" }, { routing: { collapse: "fastest" } }).chosen).toBe("fast");
  });
});
