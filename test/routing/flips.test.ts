import { describe, expect, it } from "vitest";
import { route } from "../../ts/routing/route.ts";
import { offer, type Published, type RouteCase, routeInput } from "./cases.ts";

const good = { oneQubit: 0.9999, twoQubit: 0.999, readout: 0.999 };
const fair = { oneQubit: 0.9995, twoQubit: 0.995, readout: 0.99 };
const poor = { oneQubit: 0.999, twoQubit: 0.97, readout: 0.97 };
const price = (perTaskMicroUsd: number) => ({ perTaskMicroUsd, perShotMicroUsd: 0 });
const queue = (mean: number) => ({ mean, variance: (mean / 10) ** 2 });

/** `a` wins; with nothing changed but `change` on `a`, or on the rest of the case, `b` wins. */
interface Flip {
  what: string;
  a: Omit<Published, "id">;
  b: Omit<Published, "id">;
  with?: Omit<RouteCase, "backends">;
  change: Omit<Published, "id"> | { case: Omit<RouteCase, "backends"> };
}

const strategy = (name: string): Omit<RouteCase, "backends"> => ({ policy: { strategies: [name as "balanced"] } });
const rule = (name: string, more: NonNullable<RouteCase["policy"]> = {}): Omit<RouteCase, "backends"> => ({
  policy: { collapse: name as "fastest", ...more },
});

const FLIPS: Flip[] = [
  // Only the price.
  {
    what: "cost-efficient",
    with: strategy("cost-efficient"),
    a: { price: price(1000) },
    b: { price: price(2000) },
    change: { price: price(3000) },
  },
  { what: "balanced", a: { price: price(1000) }, b: { price: price(2000) }, change: { price: price(3000) } },
  {
    what: "cheapest",
    with: rule("cheapest"),
    a: { price: price(1000), fidelity: poor },
    b: { price: price(2000) },
    change: { price: price(3000) },
  },
  {
    what: "cost-quality",
    with: rule("cost-quality"),
    a: { fidelity: good, price: price(1000) },
    b: { fidelity: poor },
    change: { price: price(10_000_000) },
  },
  {
    what: "job's price cap",
    with: { job: { constraints: { maxCostMicroUsd: 5000 } } },
    a: { price: price(4000) },
    b: { fidelity: fair },
    change: { price: price(6000) },
  },
  {
    what: "auto spends nothing",
    with: { policy: { allowPriced: false } },
    a: {},
    b: { fidelity: poor },
    change: { price: price(1) },
  },
  {
    what: "consensus",
    with: rule("consensus", { strategies: ["cost-efficient", "latency-optimized", "fidelity-aware"] }),
    a: { price: price(1000), fidelity: fair },
    b: { price: price(2000), queueMs: queue(300), fidelity: good },
    change: { price: price(3000) },
  },
  // Only the queue time.
  {
    what: "latency-optimized",
    with: strategy("latency-optimized"),
    a: { queueMs: queue(100) },
    b: { queueMs: queue(200) },
    change: { queueMs: queue(300) },
  },
  { what: "balanced", a: { queueMs: queue(100) }, b: { fidelity: fair }, change: { queueMs: queue(5000) } },
  {
    what: "fidelity-aware",
    with: strategy("fidelity-aware"),
    a: { fidelity: good, queueMs: queue(100) },
    b: { fidelity: fair },
    change: { queueMs: queue(60_000) },
  },
  {
    what: "fastest",
    with: rule("fastest"),
    a: { fidelity: poor, queueMs: queue(10) },
    b: { queueMs: queue(20) },
    change: { queueMs: queue(30) },
  },
  {
    what: "deadline",
    with: { remainingMs: 500, ...strategy("quality-first") },
    a: { queueMs: queue(300) },
    b: { fidelity: poor },
    change: { queueMs: queue(500) },
  },
  {
    what: "task-optimized, shallow",
    with: { ...strategy("task-optimized"), features: { twoQubitGates: 1 } },
    a: { queueMs: queue(10), fidelity: fair },
    b: { queueMs: queue(500), fidelity: good },
    change: { queueMs: queue(5000) },
  },
  // Only the variance of the queue time: the chance to meet the deadline.
  {
    what: "deadline's chance",
    with: { remainingMs: 1000, ...strategy("latency-optimized") },
    a: { queueMs: { mean: 500, variance: 100 } },
    b: { queueMs: { mean: 550, variance: 100 } },
    change: { queueMs: { mean: 500, variance: 250_000 } },
  },
  // Only the fidelity.
  {
    what: "quality-first",
    with: strategy("quality-first"),
    a: { fidelity: good, queueMs: queue(1000) },
    b: { fidelity: fair },
    change: { fidelity: poor },
  },
  {
    what: "fidelity-aware",
    with: strategy("fidelity-aware"),
    a: { fidelity: good },
    b: { fidelity: fair },
    change: { fidelity: poor },
  },
  {
    what: "task-optimized",
    with: strategy("task-optimized"),
    a: { fidelity: good, queueMs: queue(200) },
    b: { fidelity: fair },
    change: { fidelity: poor },
  },
  {
    what: "balanced",
    a: { fidelity: good, price: price(1000) },
    b: { fidelity: fair, price: price(1000) },
    change: { fidelity: poor },
  },
  {
    what: "cost-efficient",
    with: strategy("cost-efficient"),
    a: { fidelity: good, price: price(10_000) },
    b: { fidelity: fair, price: price(12_000) },
    change: { fidelity: poor },
  },
  {
    what: "cost-quality",
    with: rule("cost-quality"),
    a: { fidelity: good, price: price(1000) },
    b: { fidelity: fair },
    change: { fidelity: poor },
  },
  // Only the policy.
  {
    what: "strategy",
    with: strategy("quality-first"),
    a: { fidelity: good, queueMs: queue(60_000) },
    b: { fidelity: fair },
    change: { case: strategy("latency-optimized") },
  },
  {
    what: "weights",
    with: { policy: { strategies: ["quality-first", "latency-optimized"], weights: { "quality-first": 20 } } },
    a: { fidelity: good, queueMs: queue(60_000) },
    b: { fidelity: poor },
    change: { case: { policy: { strategies: ["quality-first", "latency-optimized"] } } },
  },
  {
    what: "λ",
    with: rule("cost-quality", { costQualityLambda: 0.1 }),
    a: { fidelity: good, price: price(500_000) },
    b: { fidelity: poor },
    change: { case: rule("cost-quality", { costQualityLambda: 0.9 }) },
  },
  {
    what: "reference price",
    with: { policy: { references: { timeMs: 1000, costMicroUsd: 1e9 } } },
    a: { fidelity: good, price: price(100_000) },
    b: { fidelity: poor },
    change: { case: { policy: { references: { timeMs: 1000, costMicroUsd: 1000 } } } },
  },
  {
    what: "reference time",
    with: { policy: { references: { timeMs: 1e9, costMicroUsd: 1e5 } } },
    a: { fidelity: good, queueMs: queue(5000) },
    b: { fidelity: poor },
    change: { case: { policy: { references: { timeMs: 10, costMicroUsd: 1e5 } } } },
  },
  {
    what: "rule",
    with: rule("best-score"),
    a: { fidelity: good },
    b: { fidelity: poor, executionMs: 50 },
    change: { case: rule("fastest") },
  },
  {
    what: "allowPriced",
    a: { price: price(1000) },
    b: { fidelity: poor },
    change: { case: { policy: { allowPriced: false } } },
  },
  {
    what: "allowExternal",
    with: { policy: { allowExternal: true } },
    a: { external: true },
    b: { fidelity: poor },
    change: { case: { policy: { allowExternal: false } } },
  },
  { what: "allowed back ends", a: {}, b: { fidelity: poor }, change: { case: { policy: { backends: ["b"] } } } },
  {
    what: "price cap",
    a: { price: price(1000) },
    b: { fidelity: poor },
    change: { case: { policy: { maxCostMicroUsd: 999 } } },
  },
  {
    what: "data class",
    a: { maxDataClass: "internal" },
    b: { fidelity: poor },
    change: { case: { policy: { dataClass: "confidential" } } },
  },
  {
    what: "regions",
    with: { policy: { regions: ["eu", "us"] } },
    a: { region: "us" },
    b: { fidelity: poor, region: "eu" },
    change: { case: { policy: { regions: ["eu"] } } },
  },
  // Only the task.
  {
    what: "depth of the circuit",
    with: { ...strategy("task-optimized"), features: { twoQubitGates: 200 } },
    a: { fidelity: good, queueMs: queue(500) },
    b: { fidelity: fair },
    change: { case: { ...strategy("task-optimized"), features: { twoQubitGates: 1 } } },
  },
  {
    what: "an option",
    a: { options: ["shots", "probabilities"] },
    b: { fidelity: poor, options: ["shots", "amplitudes"] },
    with: { job: { options: { probabilities: true } } },
    change: { case: { job: { options: { amplitudes: true } } } },
  },
];

describe("one change flips the choice", () => {
  it.each(FLIPS)("$what", ({ a, b, with: given = {}, change }) => {
    const before = [offer({ id: "a", ...a }), offer({ id: "b", ...b })];
    expect(route(routeInput({ ...given, backends: before })).chosen).toBe("a");
    const after =
      "case" in change
        ? routeInput({ ...change.case, backends: before })
        : routeInput({ ...given, backends: [offer({ id: "a", ...a, ...change }), offer({ id: "b", ...b })] });
    expect(route(after).chosen).toBe("b");
  });
});
