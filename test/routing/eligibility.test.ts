import { describe, expect, it } from "vitest";
import { parseRoutingPolicy } from "../../ts/models/policy.ts";
import { askedOptions, needsPlan, type RoutableJob } from "../../ts/routing/eligibility.ts";
import { route } from "../../ts/routing/route.ts";
import { offer, type Published, type RouteCase, routeInput } from "./cases.ts";

interface Refusal {
  what: string;
  backend?: Omit<Published, "id">;
  with?: Omit<RouteCase, "backends">;
  reason: string;
}

const REFUSALS: Refusal[] = [
  { what: "job type", backend: { jobTypes: [] }, reason: "takes jobs of type none, this one is of type circuit" },
  { what: "qubits", backend: { maxQubits: 9 }, reason: "needs 10 qubits, the limit is 9" },
  { what: "shots", backend: { maxShots: 999 }, reason: "asks for 1000 shots, the limit is 999" },
  {
    what: "memory",
    backend: { maxBytes: 2 ** 22 },
    with: { features: { bytes: 2 ** 22 + 1 } },
    reason: "needs 5 MiB of memory, the limit is 4 MiB",
  },
  {
    what: "options",
    with: { job: { options: { shots: 10, observable: "ZZ", entropy: [[0]] } } },
    reason: "cannot answer observable, entropy; it answers shots, inputs",
  },
  { what: "allowed back ends", with: { policy: { backends: ["able"] } }, reason: "the policy allows able only" },
  {
    what: "external",
    backend: { external: true },
    reason: "leaves this machine, and target auto may not unless the policy sets allowExternal",
  },
  {
    what: "price without permission",
    backend: { price: { perTaskMicroUsd: 5, perShotMicroUsd: 0.0011 } },
    with: { policy: { allowPriced: false } },
    reason: "costs 7 µUSD, and target auto may not spend unless the policy sets allowPriced",
  },
  {
    what: "policy's price cap",
    backend: { price: { perTaskMicroUsd: 0, perShotMicroUsd: 2 } },
    with: { policy: { maxCostMicroUsd: 1999 } },
    reason: "costs 2000 µUSD, the policy's limit is 1999 µUSD",
  },
  {
    what: "job's price cap",
    backend: { price: { perTaskMicroUsd: 1, perShotMicroUsd: 2 } },
    with: { job: { constraints: { maxCostMicroUsd: 2000 } } },
    reason: "costs 2001 µUSD, the job's limit is 2000 µUSD",
  },
  {
    what: "data class of the job",
    backend: { maxDataClass: "internal" },
    with: { job: { constraints: { dataClass: "restricted" } } },
    reason: "the job's data is restricted, at most internal is allowed there",
  },
  {
    what: "data class of the policy, which a job cannot lower",
    backend: { maxDataClass: "public" },
    with: { job: { constraints: { dataClass: "public" } } },
    reason: "the job's data is internal, at most public is allowed there",
  },
  {
    what: "region of the policy",
    backend: { region: "us-east" },
    with: { policy: { regions: ["eu-west", "eu-north"] } },
    reason: "is in region us-east, the policy allows eu-west, eu-north",
  },
  {
    what: "region of the job",
    backend: { region: "us-east" },
    with: { job: { constraints: { regions: [] } } },
    reason: "is in region us-east, which is none of the job's constraints.regions",
  },
  {
    what: "deadline",
    backend: { queueMs: { mean: 400, variance: 0 }, executionMs: 100.06 },
    with: { job: { constraints: { deadlineMs: 500 } } },
    reason: "would take 500.1 ms, the deadline is in 500 ms",
  },
  {
    what: "what is left of the deadline",
    backend: { executionMs: 100 },
    with: { job: { constraints: { deadlineMs: 500 } }, remainingMs: 99 },
    reason: "would take 100.0 ms, the deadline is in 99 ms",
  },
];

describe("a back end that cannot take the job", () => {
  it.each(REFUSALS)("is refused for $what with the value and the limit", ({ backend, with: given, reason }) => {
    // The other one can do everything, so that there is a decision to look at.
    const able = offer({
      id: "able",
      executionMs: 1,
      executionVariance: 0,
      options: ["shots", "inputs", "observable", "entropy"],
    });
    const both = { backends: [offer({ id: "x", ...backend }), able] };
    const decision = route(routeInput({ ...given, ...both }));
    expect(decision.candidates.find((candidate) => candidate.backend === "x")?.reason).toBe(reason);
    expect(decision.chosen).toBe("able");
  });

  it("puts no text of the job into the record, which the log shows to everyone", () => {
    const refusing = offer({
      id: "refusing",
      region: "mars",
      maxQubits: 1,
      maxShots: 1,
      maxDataClass: "public",
      options: [],
    });
    const job: Partial<RoutableJob> = {
      options: { inputs: { "planted-name": 1 }, observable: "planted-sum", entropy: [[0]] },
      constraints: { regions: ["planted-region"], maxCostMicroUsd: 0, dataClass: "restricted" },
    };
    const decision = route(
      routeInput({ backends: [offer({ id: "able", options: ["inputs", "observable", "entropy"] }), refusing], job }),
    );
    expect(decision.candidates.map(({ eligible }) => eligible)).toEqual([true, false]);
    expect(JSON.stringify(decision)).not.toContain("planted");
  });

  it("leaves no-backend with every reason of every back end when nothing is left", () => {
    const backends = [offer({ id: "a", maxQubits: 5, maxShots: 10 }), offer({ id: "b", region: "mars" })];
    expect(() => route(routeInput({ backends, policy: { regions: ["eu"] } }))).toThrow(
      expect.objectContaining({
        code: "no-backend",
        message:
          "no back end can take this job – a: needs 10 qubits, the limit is 5; asks for 1000 shots, the limit is 10 | b: is in region mars, the policy allows eu",
      }),
    );
    expect(() => route(routeInput({ backends: [] }))).toThrow(/none is configured/);
  });
});

describe("an explicit target", () => {
  const backends = [
    offer({ id: "embedded" }),
    offer({ id: "qpu", price: { perTaskMicroUsd: 100, perShotMicroUsd: 0 }, external: true, maxQubits: 20 }),
  ];

  it("is the only candidate, also with a price or outside, and then has to be planned", () => {
    const input = routeInput({ backends, job: { target: "qpu" }, policy: { allowPriced: false } });
    const decision = route(input);
    expect(decision.candidates.map(({ backend }) => backend)).toEqual(["qpu"]);
    expect(decision).toMatchObject({ chosen: "qpu", fallbacks: [] });
    const [embedded, qpu] = backends.map((item) => item.description);
    const policies = [{}, { allowPriced: true }, { allowExternal: true }, { allowPriced: true, allowExternal: true }];
    expect(policies.map((policy) => qpu && needsPlan(qpu, parseRoutingPolicy(policy)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(embedded && needsPlan(embedded, parseRoutingPolicy({}))).toBe(false);
  });

  it("is refused by every other rule", () => {
    const job = { target: "qpu" };
    expect(() => route(routeInput({ backends, job, features: { qubits: 21 } }))).toThrow(
      "no back end can take this job – qpu: needs 21 qubits, the limit is 20",
    );
    expect(() => route(routeInput({ backends, job, policy: { maxCostMicroUsd: 99 } }))).toThrow(/costs 100 µUSD/);
    expect(() => route(routeInput({ backends, job, policy: { backends: ["embedded"] } }))).toThrow(
      /allows embedded only/,
    );
  });

  it("that is not configured is refused with the ids that are", () => {
    expect(() => route(routeInput({ backends, job: { target: "ibm" } }))).toThrow(
      expect.objectContaining({
        code: "no-backend",
        message: 'target "ibm" is not configured; the back ends are embedded, qpu',
      }),
    );
  });
});

describe("options", () => {
  it("count as asked when they change the answer", () => {
    expect(
      askedOptions({
        shots: 5,
        precision: "f64",
        method: "auto",
        threads: 8,
        probabilities: false,
        amplitudes: true,
        inputs: {},
        marginals: [],
        noise: { readout: 0 },
      }),
    ).toEqual(["shots", "amplitudes", "noise"]);
    expect(askedOptions({ precision: "f32", method: "trajectory" })).toEqual(["precision", "method"]);
  });
});

describe("a policy document", () => {
  it("allows nothing priced or external by default", () => {
    expect(parseRoutingPolicy({})).toMatchObject({ allowPriced: false, allowExternal: false, collapse: "best-score" });
  });

  it.each([
    [{ costQualityLambda: 2 }, /^routing policy\.costQualityLambda: /],
    [{ weights: { balanced: -1 } }, /^routing policy\.weights\.balanced: /],
    [{ weights: { fastest: 1 } }, /^routing policy\.weights: .*fastest/],
    [{ allowPrised: true }, /^routing policy: .*allowPrised/],
    [{ strategies: [] }, /^routing policy\.strategies: /],
  ])("is refused with the faulty field: %j", (document, message) => {
    expect(() => parseRoutingPolicy(document)).toThrow(
      expect.objectContaining({ code: "invalid-input", message: expect.stringMatching(message) }),
    );
  });
});
