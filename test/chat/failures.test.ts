import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { bodyOf } from "../http/service.ts";
import { ASK, type ChatWorld, chatWorld, MODEL, newestCall, providerOf } from "./fixtures.ts";
import { type Fault, MOCK_TEXT, type MockUpstream } from "./mock-upstream.ts";

// What a back end can do wrong, and what the caller, the quota and the audit trail then hold.

const ask = ({ client }: ChatWorld, change: object = {}) => client.chat.completions.create({ ...ASK, ...change });
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

/** Two providers of one model; the first is the cheaper one. */
const two = (upstream: MockUpstream, change: object = {}) => ({
  first: providerOf(upstream, { models: [{ ...MODEL, name: "small", upstream: "first" }], ...change }),
  second: providerOf(upstream, {
    models: [{ ...MODEL, name: "small", upstream: "second", price: { inputMicroUsd: 9e6, outputMicroUsd: 9e6 } }],
    ...change,
  }),
});
const alone = (change: object) => (upstream: MockUpstream) => ({ mock: providerOf(upstream, change) });

describe("before the first piece", () => {
  it.each<[string, Fault, string]>([
    ["429", { status: 429, retryAfter: "30" }, "busy"],
    ["500", { status: 500 }, "failing"],
    ["a wrong key", { status: 401 }, "misconfigured"],
    ["a redirect", "redirect", "failing"],
    ["no JSON", { status: 200, body: "<html>" }, "failing"],
    ["a closed connection", "reset", "unreachable"],
    ["silence", "hang", "silent"],
  ])("%s: the other provider answers at once", async (_, fault, kind) => {
    const world = await chatWorld((upstream) => two(upstream, { timeoutMs: 300 }));
    for (const stream of [false, true]) {
      world.upstream.fault(fault, "first");
      const startedAt = performance.now();
      const { response } = await world.client.chat.completions.create({ ...ASK, stream }).withResponse();
      expect(performance.now() - startedAt).toBeLessThan(2000);
      expect(response.headers.get("ketflow-model")).toBe("small@second");
      if (!stream) expect((await newestCall(world)).detail.attempts).toEqual([kind, "answered"]);
      else await response.body?.cancel();
    }
    expect(world.service.reported).toEqual([]);
  });

  it("a stream that breaks before its first piece is asked for elsewhere", async () => {
    const world = await chatWorld((upstream) => two(upstream));
    world.upstream.fault({ status: 200, body: "" }, "first");
    const { response } = await world.client.chat.completions.create({ ...ASK, stream: true }).withResponse();
    expect(response.headers.get("ketflow-model")).toBe("small@second");
    await response.body?.cancel();
  });

  it("a refused request is not sent elsewhere", async () => {
    const world = await chatWorld((upstream) => two(upstream));
    world.upstream.fault({ status: 400, message: "no" }, "first");
    expect(await thrownBy(ask(world))).toBeInstanceOf(OpenAI.BadRequestError);
    expect(world.upstream.seen).toHaveLength(1);
  });

  it("where nobody is left, what asked for time is waited for", async () => {
    const world = await chatWorld(alone({ retries: 1 }));
    world.upstream.fault({ status: 429, retryAfter: "0.6" });
    const startedAt = performance.now();
    expect((await ask(world)).choices[0]?.message.content).toBe(MOCK_TEXT);
    expect(performance.now() - startedAt).toBeGreaterThan(590);
    expect(world.upstream.seen).toHaveLength(2);
  });

  it("a wait that is too long is told instead, with the time", async () => {
    const world = await chatWorld(alone({ retries: 5 }));
    world.upstream.fault({ status: 429, retryAfter: "120" });
    const error = await thrownBy(ask(world));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(Number(error?.headers?.get("retry-after"))).toBeGreaterThanOrEqual(119);
    expect(error?.headers?.get("x-should-retry")).toBe("false");
    expect((await newestCall(world)).detail).toMatchObject({ outcome: "failed", costMicroUsd: 0 });
  });

  it("a dead target is passed over", async () => {
    const world = await chatWorld((upstream) => two(upstream));
    world.upstream.fault({ status: 500 }, "first");
    for (let k = 0; k < 8; k++) await ask(world);
    expect(world.upstream.seen.filter(({ body }) => body.model === "first")).toHaveLength(5);
  });
});

describe("in the middle", () => {
  it.each<[string, Fault]>([
    ["breaks off", "break-in-stream"],
    ["tells an error", "error-in-stream"],
    ["falls silent", "hang-in-stream"],
  ])("a stream that %s is told to be broken, and never ends as a whole one", async (_, fault) => {
    const world = await chatWorld(alone({ timeoutMs: 300 }));
    world.upstream.fault(fault);
    const stream = await ask(world, { stream: true });
    const read = async () => {
      for await (const _ of stream as unknown as AsyncIterable<unknown>);
    };
    const error = await thrownBy(read());
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error?.message).toContain("broke off");
    world.upstream.fault(fault);
    const { status, text } = await world.service.call("POST", "/v1/chat/completions", {
      body: { ...ASK, stream: true },
    });
    expect([status, text.includes("[DONE]")]).toEqual([200, false]);
    expect((await newestCall(world)).detail).toMatchObject({
      outcome: "broken",
      costIsEstimated: true,
      answerCommitment: null,
    });
  });

  it("the same for Anthropic's protocol", async () => {
    const world = await chatWorld(alone({ kind: "anthropic", timeoutMs: 300 }));
    for (const fault of ["break-in-stream", "end-without-done"] as const) {
      world.upstream.fault(fault);
      const { text } = await world.service.call("POST", "/v1/chat/completions", { body: { ...ASK, stream: true } });
      expect([fault, text.includes("[DONE]"), text.includes("broke off")]).toEqual([fault, false, true]);
      expect((await newestCall(world)).detail).toMatchObject({ outcome: "broken" });
    }
  });

  it("an end without [DONE] is whole where the model said that it has finished", async () => {
    const world = await chatWorld();
    world.upstream.fault("end-without-done");
    const { text } = await world.service.call("POST", "/v1/chat/completions", { body: { ...ASK, stream: true } });
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("an answer without usage is counted from its text, and says so", async () => {
    const world = await chatWorld();
    for (const stream of [false, true]) {
      world.upstream.fault("no-usage");
      await world.service.call("POST", "/v1/chat/completions", { body: { ...ASK, stream } });
      const { detail } = await newestCall(world);
      expect(detail).toMatchObject({ outcome: "succeeded", costIsEstimated: true });
      expect(detail.outputTokens).toBeGreaterThan(5);
    }
  });
});

describe("the day's budget", () => {
  it("is reserved for the longest answer, and settled with what was used", async () => {
    const world = await chatWorld();
    const { service } = world;
    const limit = async (costMicroUsdPerDay: number) =>
      bodyOf(service.call("PATCH", "/v1/tenants/local", { body: { quotas: { costMicroUsdPerDay } } }));
    const spent = async () => (await bodyOf(service.call("GET", "/v1/usage"))).used.costMicroUsdToday;
    await limit(200);
    // 11 tokens in and 7 out cost 25; 50 are asked for, so about 115 are reserved.
    await ask(world);
    expect(await spent()).toBe(25);
    world.upstream.fault({ status: 500 });
    await thrownBy(ask(world));
    expect(await spent()).toBe(25);
    const error = await thrownBy(ask(world, { max_tokens: 900 }));
    expect([error?.status, error?.code]).toEqual([429, "quota-exceeded"]);
    expect(world.upstream.seen).toHaveLength(2);
    // Many at once cannot pass it together.
    world.upstream.fault("hang", "mock-small");
    const errors = await Promise.all(Array.from({ length: 20 }, () => thrownBy(ask(world))));
    expect(errors.map((each) => each?.code).sort()).toEqual([
      "provider-unavailable",
      ...Array(19).fill("quota-exceeded"),
    ]);
    expect(world.upstream.seen).toHaveLength(3);
  });

  it("is still used up after a restart", async () => {
    const world = await chatWorld();
    await ask(world);
    await world.service.stop();
    const { openTestService } = await import("../http/service.ts");
    const again = await openTestService({ ...world.service.place, modelOrigins: [world.upstream.url] });
    expect((await bodyOf(again.call("GET", "/v1/usage"))).used.costMicroUsdToday).toBe(25);
    const answer = await again.call("POST", "/v1/chat/completions", { body: ASK });
    expect(answer.status).toBe(200);
    expect(world.upstream.seen.at(-1)?.headers.authorization).toBe("Bearer sk-upstream-secret");
    await again.close();
  });
});
