import { describe, expect, it } from "vitest";
import { newJobId } from "../../ts/core/ids.ts";
import type { Assignment } from "../../ts/experiments/assignment.ts";
import type { Experiments } from "../../ts/experiments/experiments.ts";
import type { Job } from "../../ts/jobs/job.ts";
import { createJobExperiments } from "../../ts/jobs/job-experiments.ts";
import type { JobListener, Store } from "../../ts/jobs/store.ts";
import type { JobRoute } from "../../ts/models/experiment.ts";
import { armOf } from "../../ts/routing/experiments/arms.ts";
import { replay } from "../../ts/routing/route.ts";
import { bodyOf, serviceOfTest, type TestService } from "../http/service.ts";
import { ALICE, BELL, fakeResult, fakeRoute } from "./fixtures.ts";

const AT = 1_700_000_000_000;

function world(route: JobRoute = {}) {
  const counted: Parameters<Experiments["countCall"]>[1][] = [];
  const looks: string[] = [];
  let count: (job: Job) => void = () => undefined;
  let told: JobListener = () => undefined;
  const assignment: Assignment<JobRoute> = {
    ...{ experiment: { tenant: ALICE, name: "e", version: 1 }, arm: 1, armName: "b", route, unit: null },
  };
  const experiments = {
    assignJob: () => assignment,
    countCall: (_: unknown, call: (typeof counted)[number]) => void counted.push(call),
    look: async ({ name }: { name: string }) => void looks.push(name),
  };
  const store = {
    onOutcome: (given: typeof count) => {
      count = given;
    },
    subscribe: (given: JobListener) => {
      told = given;
      return () => undefined;
    },
  } as unknown as Store;
  const { armOf: arm } = createJobExperiments(experiments, store, () => undefined);
  return {
    counted,
    looks,
    arm,
    count: (job: Job) => count(job),
    told: (job: Job, before: Job["status"]) => told(job, before),
  };
}

const jobOf = (change: Partial<Job> = {}): Job => ({
  ...{ id: newJobId(AT), tenant: ALICE, type: "circuit", status: "succeeded", inputHash: "", seed: 7 },
  request: { format: "openqasm2", options: {}, target: "auto", reuse: true },
  ...{ createdAt: AT, readyAt: AT, finishedAt: AT + 40, fence: 1, maxAttempts: 3, approvedBy: [], costMicroUsd: 5 },
  attempts: [{ fence: 1, worker: "w", startedAt: AT, tries: [] }],
  result: fakeResult().result,
  ...change,
});

describe("a job that ended", () => {
  it.each([
    ["succeeded", {}, {}, "succeeded"],
    ["succeeded", {}, { backend: "embedded" }, "succeeded"],
    // Another one stood in for it.
    ["succeeded", {}, { backend: "mock-a" }, "failed"],
    ["failed", { result: undefined }, {}, "failed"],
    ["expired", { result: undefined }, {}, "failed"],
    ["dead-letter", { result: undefined }, {}, "failed"],
    ["cancelled", { result: undefined }, {}, "cancelled"],
  ] as const)("as %s %j is counted for %j as %s", (status, change, route, outcome) => {
    const { counted, count } = world(route);
    count(jobOf({ status, ...change }));
    expect(counted).toEqual([{ outcome, latencyMs: 40, costMicroUsd: 5 }]);
  });

  const plan = { route: fakeRoute(["embedded"]), costMicroUsd: 0, predictedMs: 1, approvals: 0, planHash: "" };
  const { request } = jobOf();
  it.each<[string, Partial<Job>]>([
    ["was planned", { plan }],
    ["names its back end", { request: { ...request, target: "embedded" } }],
    ["names its rules", { request: { ...request, routing: { collapse: "fastest" } } }],
  ])("takes no part when it %s", (_, change) => {
    const { counted, count, arm, told, looks } = world();
    count(jobOf(change));
    told(jobOf(change), "running");
    expect([counted, looks, arm(jobOf(change))]).toEqual([[], [], undefined]);
  });

  it("is not counted when it never left the queue, and looked at once, when it becomes final", () => {
    const { counted, count, told, looks } = world();
    count(jobOf({ attempts: [], status: "expired" }));
    expect(counted).toEqual([]);
    told(jobOf({ status: "queued" }), "running");
    told(jobOf(), "succeeded");
    expect(looks).toEqual([]);
    told(jobOf(), "running");
    expect(looks).toEqual(["e"]);
  });
});

const MOCKS = ["mock-a", "mock-b"].map((id) => ({
  ...{ id, price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 }, queueMs: { mean: 0, variance: 0 } },
}));
const run = async (service: TestService, user: string, change: object = {}) => {
  const input = { format: "openqasm2", source: `${BELL}creg c[2];\nmeasure q -> c;\n` };
  return bodyOf(
    service.call("POST", "/v1/jobs", {
      body: { type: "circuit", input, options: { shots: 10 }, seed: 7, metadata: { user }, ...change },
      headers: { Prefer: "wait=60" },
    }),
  );
};
const ARMS = [{ name: "today" }, { name: "a", weight: 2, route: { backend: "mock-a" } }];
const begin = (service: TestService, change: object = {}) =>
  bodyOf(
    service.call("POST", "/v1/experiments", {
      body: { name: "e", jobs: "circuit", unit: "metadata.user", arms: ARMS, ...change },
    }),
  );

describe("an experiment over jobs", () => {
  it("sends each unit's jobs its arm's way, tells so in the record, which replays, and counts them", async () => {
    const service = await serviceOfTest({ mockQpus: MOCKS });
    const begun = await begin(service);
    expect([begun.jobs, begun.calls]).toEqual(["circuit", undefined]);
    const users = Array.from({ length: 16 }, (_, k) => `user ${k}`);
    const arms = users.map((user) => armOf("local/e/1", begun.arms, user));
    expect(new Set(arms)).toEqual(new Set([0, 1]));
    for (const [k, user] of users.entries()) {
      for (const seed of [1, 2]) {
        const { status, result, route } = await run(service, user, { seed });
        const { backend } = result;
        const arm = arms[k] ?? 0;
        expect([user, status, backend]).toEqual([user, "succeeded", ["embedded", "mock-a"][arm]]);
        expect(route.experiment).toEqual({ name: "e", version: 1, arm: ARMS[arm]?.name });
        expect([route.chosen, replay(route)]).toEqual([backend, backend]);
        expect(JSON.stringify(route)).not.toContain(user);
      }
    }
    // Of their own choice, of another type, without a user: none of them takes part.
    expect((await run(service, "user 0", { target: "mock-b" })).route.experiment).toBeUndefined();
    expect((await run(service, "user 0", { routing: { collapse: "fastest" } })).route.experiment).toBeUndefined();
    expect((await run(service, "user 0", { metadata: {} })).route.experiment).toBeUndefined();
    const { results } = await bodyOf(service.call("GET", "/v1/experiments/e"));
    const inA = arms.filter((arm) => arm === 1).length;
    expect(results).toMatchObject([
      { name: "today", assigned: 16 - inA, calls: 2 * (16 - inA), success: 1, errorRate: 0, costMicroUsd: 0 },
      { name: "a", assigned: inA, calls: 2 * inA, success: 1, errorRate: 0, verdict: "open" },
    ]);
    await service.call("POST", "/v1/experiments/e:stop");
    expect((await run(service, users[arms.indexOf(1)] ?? "")).result.backend).toBe("embedded");
    expect(service.reported).toEqual([]);
  });

  it("answers by today's way where an arm's back end may not take the job, counts an error, and stops", async () => {
    const service = await serviceOfTest({ mockQpus: MOCKS });
    const arms = [{ name: "today" }, { name: "gone", route: { backend: "mock-gone" } }];
    await begin(service, { unit: "job", arms, guardRails: { errorRate: 0.05 } });
    const line = JSON.stringify({ type: "circuit", input: { format: "openqasm2", source: BELL }, seed: 7 });
    for (let jobs = 0; jobs < 900; jobs += 150) {
      const { status } = await service.call("POST", "/v1/jobs:batch", {
        ...{ body: `${line}\n`.repeat(150), headers: { "content-type": "application/x-ndjson" } },
      });
      expect(status).toBe(200);
      await run(service, "last");
      if ((await bodyOf(service.call("GET", "/v1/experiments/e"))).status === "stopped") break;
    }
    const { status, stopCause, results } = await bodyOf(service.call("GET", "/v1/experiments/e"));
    expect([status, stopCause, results[1].verdict, results[1].broken]).toEqual([
      ...["stopped", "guard-rail", "harmful", ["errorRate"]],
    ]);
    expect([results[0].errorRate, results[1].errorRate]).toEqual([0, 1]);
    expect(service.reported).toEqual([]);
  });
});
