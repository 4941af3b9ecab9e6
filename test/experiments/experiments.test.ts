import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { random } from "../../bench/simulate-experiments.mjs";
import { newEventId, type TenantId } from "../../ts/core/ids.ts";
import type { Assignment } from "../../ts/experiments/assignment.ts";
import { createExperiments } from "../../ts/experiments/experiments.ts";
import { createSqliteExperimentStore } from "../../ts/experiments/store-sqlite.ts";
import { CreateExperiment } from "../../ts/models/experiment.ts";
import { armOf } from "../../ts/routing/experiments/arms.ts";
import { ORIGIN, openAccess } from "../identity/fixtures.ts";

const TENANT = "lab" as TenantId;
const SYSTEM = { actor: { kind: "system", id: "experiments", role: "system" }, requestId: null } as const;
const GOOD = { outcome: "succeeded", latencyMs: 100, costMicroUsd: 10 };
const ROUTER = "a".repeat(64);

async function world() {
  const folder = mkdtempSync(join(tmpdir(), "ketflow-experiments-"));
  const access = await openAccess(folder);
  onTestFinished(async () => {
    await access.close();
    rmSync(folder, { recursive: true });
  });
  await access.tenants.create({ id: TENANT }, ORIGIN);
  const { database, events, time, clock } = access;
  const stops: string[] = [];
  const make = () =>
    createExperiments({
      ...{
        store: createSqliteExperimentStore(database, events),
        clock,
        system: SYSTEM,
        onStop: (cause: string) => void stops.push(cause),
      },
      hasRouter: (_, hash) => hash === ROUTER,
    });
  const experiments = make();
  const create = (change: object = {}) =>
    experiments.create(
      TENANT,
      CreateExperiment.parse({
        ...{ name: "e", unit: "user", arms: [{ name: "today" }, { name: "b", route: { collapse: "cheapest" } }] },
        ...change,
      }),
      ORIGIN,
    );
  const call = (user: string) => ({
    ...{ request: { model: "ketflow/auto", user, metadata: { chat: `of ${user}` } }, key: `key of ${user}` },
    ...{ decision: newEventId(time.now), at: time.now },
  });
  /** Calls of these users, each counted in a transaction with the others. */
  const calls = async (
    users: readonly string[],
    end: (assignment: Assignment, user: string) => typeof GOOD = () => GOOD,
  ) => {
    const assigned = users.map((user) => experiments.assign(TENANT, call(user)));
    await database.group.run(() => {
      assigned.forEach((assignment, k) => {
        if (assignment !== undefined) experiments.countCall(assignment, end(assignment, users[k] ?? ""));
      });
    });
    const key = assigned.find((each) => each !== undefined)?.experiment;
    if (key !== undefined) await experiments.look(key);
    return assigned;
  };
  const get = () => experiments.get(TENANT, "e");
  return { ...access, experiments, make, create, call, calls, get, stops };
}

const users = (n: number, from = 0): string[] => Array.from({ length: n }, (_, k) => `user ${from + k}`);

describe("an assignment", () => {
  it("is by the unit alone: the same for all its calls and after a restart, and another one in the next version", async () => {
    const { create, call, experiments, make, get } = await world();
    const { arms } = await create();
    const armsOf = (names: readonly string[], by = experiments) =>
      names.map((user) => by.assign(TENANT, call(user))?.arm);
    const names = users(200);
    const first = armsOf(names);
    expect(first).toEqual(names.map((user) => armOf("lab/e/1", arms, user)));
    expect(armsOf(names)).toEqual(first);
    expect(armsOf(names, make())).toEqual(first);
    await experiments.stop(TENANT, "e", ORIGIN);
    expect(armsOf(names)).toEqual(names.map(() => undefined));
    await create();
    expect(armsOf(names)).toEqual(names.map((user) => armOf("lab/e/2", arms, user)));
    expect((await get()).version).toBe(2);
    expect((await experiments.get(TENANT, "e", 1)).status).toBe("stopped");
  });

  it.each([
    ["key", "key of ada"],
    ["user", "ada"],
    ["metadata.chat", "of ada"],
  ])("by %s is that of %j", async (unit, text) => {
    const { create, call, experiments } = await world();
    const { arms } = await create({ unit });
    expect(experiments.assign(TENANT, call("ada"))?.arm).toBe(armOf("lab/e/1", arms, text));
  });

  it("is none for calls of another model, without what is asked for, and of another tenant", async () => {
    const { create, call, experiments } = await world();
    await create();
    const { request, ...rest } = call("ada");
    expect(experiments.assign(TENANT, { ...rest, request: { ...request, model: "small" } })).toBeUndefined();
    expect(experiments.assign(TENANT, { ...rest, request: { model: "ketflow/auto" } })).toBeUndefined();
    expect(experiments.assign(TENANT, { ...rest, request: { ...request, user: "" } })).toBeUndefined();
    expect(experiments.assign("other" as TenantId, call("ada"))).toBeUndefined();
  });
});

describe("a document", () => {
  it.each([
    [{ arms: [{ name: "a" }, { name: "a" }] }, "body.arms[1].name: a is there already"],
    [{ arms: [{ name: "a" }, { name: "b", route: { router: "b".repeat(64) } }] }, "body.arms[1].route.router"],
    [{ unit: "call", prePeriodMs: 1 }, "body.prePeriodMs: a call has no past"],
    [{ unit: "job" }, "body.unit: a call is no job"],
    [{ arms: [{ name: "a" }, { name: "b", route: { backend: "embedded" } }] }, "body.arms[1].route: of calls"],
    [{ arms: [{ name: "a" }, { name: "b", route: { collapse: "fastest" } }] }, "body.arms[1].route: of calls"],
    [{ jobs: "circuit", calls: "small", unit: "key" }, "body.calls: an experiment is for calls or for jobs"],
    [{ jobs: "circuit" }, "body.unit: jobs have no user"],
    [{ jobs: "circuit", unit: "call" }, "body.unit: jobs have no call"],
    [{ jobs: "circuit", unit: "job", prePeriodMs: 1 }, "body.prePeriodMs: a job has no past"],
    [{ jobs: "circuit", unit: "key", metric: "quality" }, "body.metric: nobody tells the quality of a job"],
    [
      { jobs: "circuit", unit: "key", arms: [{ name: "a" }, { name: "b", route: { model: "small" } }] },
      "body.arms[1].route: of jobs",
    ],
  ])("that contradicts itself or the store is a conflict: %j", async (change, message) => {
    const { create } = await world();
    await expect(create(change)).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(message) });
    await create({ arms: [{ name: "a" }, { name: "b", route: { router: ROUTER } }] });
  });

  it("waits for the one that runs for the same calls, and for the version before it", async () => {
    const { create, experiments } = await world();
    await create();
    await expect(create()).rejects.toMatchObject({ code: "conflict", message: "e is running; stop it first" });
    await expect(create({ name: "f" })).rejects.toMatchObject({
      message: "e is running for calls of ketflow/auto; stop it first",
    });
    await create({ name: "f", calls: "small" });
    expect((await experiments.running(TENANT)).map(({ name }) => name)).toEqual(["e", "f"]);
    expect(await experiments.list("other" as TenantId, { limit: 9 })).toEqual({ experiments: [], next: null });
  });
});

describe("an experiment over jobs", () => {
  const job = { id: "job_1", type: "circuit", submittedBy: "key of ada", metadata: { chat: "of ada" } } as const;

  it.each([
    ["job", "job_1"],
    ["key", "key of ada"],
    ["metadata.chat", "of ada"],
  ])("assigns by %s, which is %j, jobs of its type from its beginning on, and no calls", async (unit, text) => {
    const { create, experiments, time, call } = await world();
    const { arms } = await create({ jobs: "circuit", unit });
    const assign = (change: object = {}) => experiments.assignJob(TENANT, { ...job, createdAt: time.now, ...change });
    expect(assign()?.arm).toBe(armOf("lab/e/1", arms, text));
    expect(assign()?.unit === null).toBe(unit === "job");
    expect([assign({ type: "anneal" }), assign({ createdAt: time.now - 1 })]).toEqual([undefined, undefined]);
    expect(experiments.assign(TENANT, call("ada"))).toBeUndefined();
  });

  it("runs beside one over calls and over other jobs, not beside one over the same", async () => {
    const { create, experiments } = await world();
    await create();
    await create({ name: "f", jobs: "circuit", unit: "key" });
    await create({ name: "g", jobs: "anneal", unit: "key" });
    await expect(create({ name: "h", jobs: "circuit", unit: "key" })).rejects.toMatchObject({
      message: "f is running for circuit jobs; stop it first",
    });
    expect((await experiments.running(TENANT)).map(({ name }) => name)).toEqual(["e", "f", "g"]);
  });
});

it("are listed page by page, the newest first, each once by its newest version, and none when a page is asked for again", async () => {
  const { create, experiments, time } = await world();
  // Two at a time, so that names decide as well.
  for (const [k, name] of ["c", "a", "b", "e", "d"].entries()) {
    time.now += k % 2;
    await create({ name, calls: name });
  }
  await experiments.stop(TENANT, "a", ORIGIN);
  time.now += 1;
  await create({ name: "a", calls: "a" });
  const pages: (readonly string[])[] = [];
  let cursor: string | undefined;
  do {
    const { experiments: page, next } = await experiments.list(TENANT, { limit: 2, cursor });
    pages.push(page.map(({ name, version }) => `${name} ${version}`));
    cursor = next ?? undefined;
    // What comes meanwhile belongs before the first page.
    time.now += 1;
    await create({ name: `later-${pages.length}`, calls: `${pages.length}` });
  } while (cursor !== undefined);
  expect(pages).toEqual([["a 2", "d 1"], ["e 1", "b 1"], ["c 1"]]);
  expect((await experiments.list(TENANT, { limit: 8 })).next).toBeNull();
  expect((await experiments.list(TENANT, { limit: 7 })).next).toMatch(/^\d+\.b$/);
});

describe("counting", () => {
  it("counts users, not calls: a thousand calls of one are one unit", async () => {
    const { create, calls, get } = await world();
    await create();
    await calls([...Array<string>(500).fill("ada"), ...users(50)], (_, user) =>
      user === "ada" ? { ...GOOD, outcome: "failed" } : GOOD,
    );
    const { results } = await get();
    expect(results.map(({ assigned }) => assigned).reduce((a, b) => a + b)).toBe(51);
    expect(results.map(({ calls: each }) => each).reduce((a, b) => a + b)).toBe(550);
    const [withAda] = results.filter(({ success }) => success !== 1);
    expect(withAda?.success).toBeCloseTo(1 - 1 / (withAda?.assigned ?? 0), 12);
  });

  it("finds the better arm and goes on; what was counted is there after a restart", async () => {
    const { create, calls, get, make } = await world();
    await create();
    const next = random(5);
    await calls(users(4000), ({ arm }) => ({
      ...GOOD,
      outcome: next() < (arm === 1 ? 0.8 : 0.7) ? "succeeded" : "failed",
    }));
    const { status, state, results } = await get();
    expect([status, state, ...results.map(({ verdict }) => verdict)]).toEqual([
      "running",
      "decided",
      "first",
      "better",
    ]);
    expect(results[1]?.difference?.value).toBeCloseTo((results[1]?.success ?? 0) - (results[0]?.success ?? 0), 9);
    expect((await make().get(TENANT, "e")).results).toEqual(results);
  });
});

describe("an experiment ends by itself", () => {
  it.each([
    ["errors", { errorRate: 0.02 }, { outcome: "failed" }, "errorRate"],
    ["slow calls", { p95LatencyMs: 200 }, { latencyMs: 201 }, "p95LatencyMs"],
    ["cost", { costMicroUsd: 5 }, { costMicroUsd: 0 }, "costMicroUsd"],
  ])("when an arm surely has too many %s, and its stop names the arm", async (_, guardRails, fault, rail) => {
    const { create, calls, get, events, stops, experiments } = await world();
    await create({ guardRails });
    const next = random(3);
    await calls(users(400), ({ arm }) => {
      const costMicroUsd = next() * 20 + (arm === 1 && rail === "costMicroUsd" ? 15 : 0);
      return { ...GOOD, costMicroUsd, ...(arm === 1 && rail !== "costMicroUsd" && next() < 0.3 && fault) };
    });
    expect(await get()).toMatchObject({
      ...{ status: "stopped", stopCause: "guard-rail" },
      results: [{ verdict: "first" }, { verdict: "harmful", broken: [rail] }],
    });
    const { events: found } = await events.search(TENANT, { action: "experiment.stop", limit: 9 });
    expect(found.map(({ event }) => [event.actor.kind, event.detail])).toEqual([
      ["system", { version: 1, cause: "guard-rail", broken: [{ arm: "b", guardRails: [rail] }] }],
    ]);
    expect(await calls(users(3))).toEqual([undefined, undefined, undefined]);
    // Who stops what has ended changes nothing.
    expect((await experiments.stop(TENANT, "e", ORIGIN)).stopCause).toBe("guard-rail");
    expect(stops).toEqual(["guard-rail"]);
  });

  it("when units are not spread as configured", async () => {
    const { create, calls, get, experiments, call } = await world();
    await create();
    const lost = users(3000).filter((user, k) => experiments.assign(TENANT, call(user))?.arm === 1 && k % 4 === 0);
    await calls(users(3000).filter((user) => !lost.includes(user)));
    expect(await get()).toMatchObject({ ...{ status: "stopped", stopCause: "sample-ratio-mismatch" } });
  });

  it("not when all is well", async () => {
    const { create, calls, get } = await world();
    await create({ guardRails: { errorRate: 0.02, p95LatencyMs: 200, costMicroUsd: 5 } });
    const next = random(4);
    for (let k = 0; k < 20; k++)
      await calls(users(100, k * 100), () => ({ ...GOOD, outcome: next() < 0.02 ? "failed" : "succeeded" }));
    expect(await get()).toMatchObject({ status: "running", state: "running" });
  });
});

describe("a pre-period", () => {
  it("goes the first arm's way, then its metric explains what units differ by", async () => {
    const { create, calls, get, time, database, experiments } = await world();
    await create({ metric: "latency", prePeriodMs: 1000, effect: 10 });
    const own = new Map(users(1000).map((user, k) => [user, 100 + (k % 100)]));
    const next = random(6);
    const slowness = (_: Assignment, user: string) => ({ ...GOOD, latencyMs: (own.get(user) ?? 150) + next() * 20 });
    const before = await calls(users(1000), slowness);
    expect(new Set(before.map((each) => [each?.arm, each?.armName, each?.route].join()))).toEqual(
      new Set(["-1,,[object Object]"]),
    );
    expect(await get()).toMatchObject({ status: "pre-period", results: [{ assigned: 0 }, { assigned: 0 }] });
    time.now += 1000;
    // A call that began before arms were assigned belongs to nobody now.
    const late = before[0];
    if (late === undefined) throw new Error("no assignment");
    const known = () => database.connection.prepare("select record from experiment_arms where arm = -1").all();
    const knownBefore = known();
    await database.group.run(() => experiments.countCall(late, GOOD));
    expect((await get()).results.map(({ calls: each }) => each)).toEqual([0, 0]);
    expect(known()).toEqual(knownBefore);
    await calls([...users(1000), "new 1", "new 2"], (assignment, user) => {
      const faster = assignment.arm === 1 ? -5 : 0;
      return { ...GOOD, latencyMs: slowness(assignment, user).latencyMs + faster };
    });
    const { status, covariate, results } = await get();
    expect([status, covariate?.units]).toEqual(["running", 1000]);
    expect(covariate?.theta).toBeCloseTo(1, 1);
    // Of variances 833 + 33 about 833 · 833 / 866 are explained.
    expect(covariate?.explained).toBeGreaterThan(0.9);
    expect(results[1]?.verdict).toBe("better");
    expect(Math.abs((results[1]?.difference?.value ?? 0) + 5)).toBeLessThan(2.5);
  });
});
