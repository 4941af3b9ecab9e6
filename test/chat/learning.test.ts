import { describe, expect, it, onTestFinished } from "vitest";
import { createLearners, type Learners, type ToldCall } from "../../ts/chat/learners.ts";
import type { TenantId } from "../../ts/core/ids.ts";
import { predict } from "../../ts/routing/models/model-router.ts";
import { checkRouter } from "../../ts/routing/models/router-snapshot.ts";
import { bodyOf, openTestService, type TestService } from "../http/service.ts";
import { ASK, chatWorld, clientOf, MODEL, newestCall, POLICY, providerOf } from "./fixtures.ts";
import { MATHS_PROMPT, POEM_PROMPT, routerOf } from "./router-fixture.ts";

const two = { models: ["small", "large"].map((name) => ({ ...MODEL, name, upstream: name })) };

/** Two models of one price, a router that knows them, and a tenant that learns. */
async function learningWorld(learning: object = { online: true }) {
  const world = await chatWorld((upstream) => ({ mock: providerOf(upstream, two) }));
  const { service } = world;
  await bodyOf(service.call("PUT", "/v1/policy", { body: { ...POLICY, learning } }));
  await bodyOf(service.call("PUT", "/v1/model-router", { body: routerOf(["small", "large"]) }));
  return world;
}

async function ask({ url }: TestService, content: string): Promise<{ model: string; decision: string }> {
  const request = { ...ASK, model: "ketflow/auto", messages: [{ role: "user" as const, content }] };
  const { data, response } = await clientOf({ url }).chat.completions.create(request).withResponse();
  return { model: data.model, decision: response.headers.get("ketflow-decision") ?? "" };
}

const tell = (service: TestService, decision: string, quality: number) =>
  bodyOf(service.call("PUT", `/v1/decisions/${decision}/outcome`, { body: { quality } }));

describe("ketflow/auto that learns", () => {
  it("follows the outcomes that callers tell, and goes on from there after a restart", async () => {
    const { service, upstream } = await learningWorld();
    // The router has seen that small cannot do maths: 0 of 40. Now it can, and large cannot.
    const models: string[] = [];
    for (let k = 0; k < 250; k++) {
      const { model, decision } = await ask(service, `${MATHS_PROMPT} for case ${k}`);
      models.push(model);
      await tell(service, decision, model === "small" ? 1 : 0);
    }
    const share = (from: number, to: number) =>
      models.slice(from, to).filter((model) => model === "small").length / (to - from);
    expect(share(0, 40)).toBeLessThan(0.2);
    expect(share(200, 250)).toBeGreaterThan(0.8);
    await service.stop();
    const again = await openTestService({ ...service.place, modelOrigins: [upstream.url] });
    onTestFinished(() => again.stop());
    const later = await Promise.all(Array.from({ length: 20 }, (_, k) => ask(again, `${MATHS_PROMPT} for case ${k}`)));
    expect(later.filter(({ model }) => model === "small").length).toBeGreaterThan(14);
    expect([...service.reported, ...again.reported]).toEqual([]);
  }, 120_000);

  it("logs the chance of every decision and what is learned from, and no word of the prompt", async () => {
    const world = await learningWorld();
    const { model } = await ask(world.service, `${POEM_PROMPT} about Xanthippe`);
    const { detail } = await newestCall(world);
    expect(detail.learned).toEqual({
      ...{ mode: "thompson", model, chance: expect.any(Number), predicted: expect.any(Number) },
      features: Array(8).fill(expect.any(Number)),
    });
    expect(detail.learned.chance).toBeGreaterThanOrEqual(0.01);
    expect(detail.learned.chance).toBeLessThanOrEqual(0.99);
    expect(JSON.stringify(detail)).not.toMatch(/xanthippe|poem/i);
  });

  it("draws evenly as often as the policy says", async () => {
    const world = await learningWorld({ online: true, exploration: 0 });
    await ask(world.service, MATHS_PROMPT);
    expect((await newestCall(world)).detail.learned).toMatchObject({ model: "large", chance: expect.closeTo(1, 2) });
    const body = { ...POLICY, learning: { online: true, exploration: 0.03 } };
    const { status, text } = await world.service.call("PUT", "/v1/policy", { body });
    expect([status, text]).toEqual([400, expect.stringContaining("learning.exploration")]);
  });

  it("does not learn, and says nothing of it, unless the policy wants it", async () => {
    const world = await learningWorld({});
    await ask(world.service, MATHS_PROMPT);
    expect((await newestCall(world)).detail).not.toHaveProperty("learned");
  });
});

describe("createLearners", () => {
  const router = checkRouter(routerOf(["small", "large"]));
  const acme = "acme" as TenantId;
  const prediction = predict(router.router, POEM_PROMPT);
  const chances = (learners: Learners): number[] => [...learners.of(acme, router, 0.02).decide(prediction).chances];
  const call = (change: object = {}, tenant = acme): ToldCall => {
    const evidence = learnersOf().of(acme, router, 0.02).evidence(prediction, 1);
    const learned = { mode: "thompson", model: "large", chance: 0.5, ...evidence };
    return {
      event: { tenant, detail: { router: router.contentHash, model: "large", learned, ...change } },
      quality: 0,
    };
  };
  const learnersOf = (told: readonly ToldCall[] = []): Learners => createLearners(() => told);

  it("learns from the answers of the models that were drawn, and after a start from those before", () => {
    const learners = learnersOf();
    const before = chances(learners);
    for (let k = 0; k < 20; k++) learners.learn(call());
    expect(chances(learners)[1]).toBeLessThan((before[1] ?? 0) - 0.1);
    expect(chances(learnersOf(Array(20).fill(call())))).toEqual(chances(learners));
  });

  it.each<[string, ToldCall]>([
    ["a stand-in", call({ model: "small" })],
    ["another router's decision", call({ router: "0".repeat(64) })],
    ["another tenant's call", call({}, "other" as TenantId)],
    ["a call that nobody learned from", call({ learned: undefined })],
  ])("learns nothing from %s", (_, told) => {
    const learners = learnersOf();
    const before = chances(learners);
    for (let k = 0; k < 20; k++) learners.learn(told);
    expect(chances(learners)).toEqual(before);
  });
});
