import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { withResolvers } from "../../ts/core/with-resolvers.ts";
import { bodyOf } from "../http/service.ts";
import { ASK, type ChatWorld, chatWorld, MODEL, newestCall, POLICY, providerOf } from "./fixtures.ts";
import { MOCK_TEXT, type MockUpstream } from "./mock-upstream.ts";

const SAME = { ...ASK, temperature: 0 };
const ask = ({ client }: ChatWorld, change: object = {}, headers: Record<string, string> = {}) =>
  client.chat.completions.create({ ...SAME, ...change, stream: false }, { headers }).withResponse();
const streamed = async ({ client }: ChatWorld, change: object = {}) => {
  const { data, response } = await client.chat.completions.create({ ...SAME, ...change, stream: true }).withResponse();
  const chunks = [];
  for await (const chunk of data) chunks.push(chunk);
  return { chunks, response };
};
const textOf = (chunks: { choices: { delta: { content?: string | null } }[] }[]): string =>
  chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
const spent = async ({ service }: ChatWorld) => (await bodyOf(service.call("GET", "/v1/usage"))).used.costMicroUsdToday;
const setPolicy = ({ service }: ChatWorld, answers: object, routing = {}) =>
  bodyOf(service.call("PUT", "/v1/policy", { body: { routing: { ...POLICY.routing, ...routing }, answers } }));
const metric = async ({ service }: ChatWorld, name: string): Promise<number> => {
  const { text } = await service.call("GET", "/metrics");
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.split(" ")[1],
  );
};

describe("an equal call", () => {
  it("is answered by the earlier one, costs nothing, and says so in headers, answer and record", async () => {
    const world = await chatWorld();
    const first = await ask(world);
    const again = await ask(world);
    expect(world.upstream.seen).toHaveLength(1);
    expect(again.data.choices).toEqual(first.data.choices);
    expect(first.response.headers.get("cache-status")).toBe("ketflow; fwd=miss");
    expect(again.response.headers.get("cache-status")).toBe("ketflow; hit");
    expect(again.response.headers.get("age")).toMatch(/^\d+$/);
    const decision = first.response.headers.get("ketflow-decision");
    expect(again.response.headers.get("ketflow-reused-from")).toBe(decision);
    expect(again.response.headers.get("ketflow-model")).toBe("small@mock");
    expect(again.data).toMatchObject({ ketflow: { costMicroUsd: 0, reused: { how: "kept", decision } } });
    expect(await spent(world)).toBe(25);
    const { detail } = await newestCall(world);
    expect(detail).toMatchObject({
      ...{ outcome: "succeeded", provider: "mock", model: "small", attempts: [], costMicroUsd: 0, outputTokens: 0 },
      reused: { how: "kept", decision },
    });
    expect(await metric(world, 'ketflow_answers_reused_total{how="kept"}')).toBe(1);
    expect(await metric(world, 'ketflow_answers_lookups_total{result="memory"}')).toBe(1);
    expect(await metric(world, 'ketflow_answers_lookups_total{result="miss"}')).toBe(1);
    expect(await metric(world, "ketflow_answers_kept")).toBe(1);
  });

  it("has its own commitments, over the bytes that it got", async () => {
    const world = await chatWorld();
    await ask(world);
    const { service } = world;
    const answer = await service.call("POST", "/v1/chat/completions", { body: SAME });
    const key = Buffer.from(answer.headers.get("ketflow-commitment-key") ?? "", "hex");
    const { detail } = await newestCall(world);
    expect(detail.answerCommitment).toBe(createHmac("sha256", key).update(answer.text).digest("hex"));
  });

  it("streams again in the same pieces", async () => {
    const world = await chatWorld();
    const first = await streamed(world);
    const again = await streamed(world);
    expect(world.upstream.seen).toHaveLength(1);
    expect(textOf(again.chunks)).toBe(MOCK_TEXT);
    const withoutRoute = (chunks: object[]) => chunks.map((chunk) => ({ ...chunk, ketflow: undefined }));
    expect(withoutRoute(again.chunks)).toEqual(withoutRoute(first.chunks));
    expect(again.response.headers.get("cache-status")).toBe("ketflow; hit");
    expect(again.chunks.at(-1)).toMatchObject({ ketflow: { reused: { how: "kept" }, costMicroUsd: 0 } });
    expect(await spent(world)).toBe(25);
  });

  it.each<[string, object, object]>([
    ["other words", {}, { messages: [{ role: "user", content: "Say goodbye" }] }],
    ["another limit", {}, { max_tokens: 51 }],
    ["another seed", { seed: 1 }, { seed: 2 }],
    ["a member that only the provider knows", {}, { logprobs: true }],
  ])("is none with %s", async (_, one, other) => {
    const world = await chatWorld();
    await ask(world, one);
    expect((await ask(world, other)).response.headers.get("cache-status")).toBe("ketflow; fwd=miss");
    expect(world.upstream.seen).toHaveLength(2);
  });

  it("is none of another tenant, under another policy, or at a provider that has moved", async () => {
    const world = await chatWorld();
    const { service, upstream } = world;
    await ask(world);
    await bodyOf(service.call("POST", "/v1/tenants", { body: { id: "other" } }));
    const { key: token } = await bodyOf(
      service.call("POST", "/v1/tenants/other/keys", { body: { name: "k", role: "operator" } }),
    );
    await bodyOf(service.call("PUT", "/v1/policy", { token, body: POLICY }));
    await bodyOf(service.call("PUT", "/v1/model-providers/mock", { token, body: providerOf(upstream) }));
    await bodyOf(service.call("POST", "/v1/chat/completions", { token, body: SAME }));
    expect(upstream.seen).toHaveLength(2);
    await setPolicy(world, {}, { maxCostMicroUsd: 1000 });
    await ask(world);
    expect(upstream.seen).toHaveLength(3);
    await bodyOf(
      service.call("PUT", "/v1/model-providers/mock", {
        body: providerOf(upstream, { models: [{ ...MODEL, name: "small", upstream: "newer" }] }),
      }),
    );
    await ask(world);
    expect(upstream.seen).toHaveLength(4);
  });
});

describe("who decides", () => {
  it.each<[string, object, object, Record<string, string>, number]>([
    ["a call at any temperature is asked anew", {}, { temperature: 1 }, {}, 2],
    ["one with a seed is not", {}, { temperature: 1, seed: 7 }, {}, 1],
    ["its body asks for it", {}, { temperature: 1, ketflow: { reuse: true } }, {}, 1],
    ["its header asks for it", {}, { temperature: 1 }, { "ketflow-reuse": "true" }, 1],
    ["its header asks for none", {}, {}, { "ketflow-reuse": "false" }, 2],
    ["its body counts more than its header", {}, { ketflow: { reuse: false } }, { "ketflow-reuse": "true" }, 2],
    ["no-store", {}, {}, { "cache-control": "no-store" }, 2],
    ["no-cache", {}, {}, { "cache-control": "no-cache" }, 2],
    ["the tenant wants none", { reuse: "never" }, { ketflow: { reuse: true } }, {}, 2],
    ["the tenant wants it when asked: not asked", { reuse: "when-asked" }, {}, {}, 2],
    ["the tenant wants it when asked: asked", { reuse: "when-asked" }, { ketflow: { reuse: true } }, {}, 1],
    ["restricted data", {}, { ketflow: { constraints: { dataClass: "restricted" } } }, {}, 2],
  ])("%s", async (_, answers, change, headers, asked) => {
    const world = await chatWorld((upstream) => ({ mock: providerOf(upstream, { maxDataClass: "restricted" }) }));
    await setPolicy(world, answers);
    await ask(world, change, headers);
    await ask(world, change, headers);
    expect(world.upstream.seen).toHaveLength(asked);
    expect(JSON.stringify(world.upstream.seen)).not.toContain("reuse");
  });

  it("no-cache gives later calls its own answer", async () => {
    const world = await chatWorld();
    await ask(world);
    const fresh = await ask(world, {}, { "cache-control": "no-cache" });
    const later = await ask(world);
    expect(later.response.headers.get("ketflow-reused-from")).toBe(fresh.response.headers.get("ketflow-decision"));
  });

  it("a word that is none is refused", async () => {
    const { service, upstream } = await chatWorld();
    const headers = { "ketflow-reuse": "yes" };
    const answer = await service.call("POST", "/v1/chat/completions", { body: SAME, headers });
    expect([answer.status, answer.body.error.message]).toEqual([400, "Ketflow-Reuse: must be true or false"]);
    expect(upstream.seen).toEqual([]);
  });
});

describe("what is not kept", () => {
  const two = (upstream: MockUpstream) => ({
    first: providerOf(upstream, { models: [{ ...MODEL, name: "small", upstream: "first" }] }),
    second: providerOf(upstream, {
      models: [{ ...MODEL, name: "small", upstream: "second", price: { inputMicroUsd: 9e6, outputMicroUsd: 9e6 } }],
    }),
  });

  it("the answer of a stand-in", async () => {
    const world = await chatWorld(two);
    world.upstream.fault({ status: 500 }, "first");
    expect((await ask(world)).response.headers.get("ketflow-model")).toBe("small@second");
    world.upstream.fault(undefined, "first");
    expect((await ask(world)).response.headers.get("ketflow-model")).toBe("small@first");
    expect(world.upstream.seen.map(({ body }) => body.model)).toEqual(["first", "second", "first"]);
  });

  it("a stream that broke", async () => {
    const world = await chatWorld();
    world.upstream.fault("break-in-stream");
    await expect(streamed(world)).rejects.toThrow();
    expect((await newestCall(world)).detail.outcome).toBe("broken");
    expect(textOf((await streamed(world)).chunks)).toBe(MOCK_TEXT);
    expect(world.upstream.seen).toHaveLength(2);
  });
});

describe("equal calls at once", () => {
  it.each(["complete", "stream"])("100 of them (%s) are one upstream call, which is paid once", async (how) => {
    const world = await chatWorld();
    const calls = Array.from({ length: 100 }, async () => {
      if (how === "stream") return textOf((await streamed(world)).chunks);
      return (await ask(world)).data.choices[0]?.message.content;
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([MOCK_TEXT]));
    expect(world.upstream.seen).toHaveLength(1);
    expect(await spent(world)).toBe(25);
    const { events } = await bodyOf(world.service.call("GET", "/v1/audit?action=chat.complete&limit=1000"));
    const paid = events.filter(({ detail }: { detail: { costMicroUsd: number } }) => detail.costMicroUsd > 0);
    expect([events.length, paid.length]).toEqual([100, 1]);
    for (const { id, detail } of events) {
      if (id !== paid[0].id) expect(detail.reused.decision).toBe(paid[0].id);
    }
    expect(world.service.reported).toEqual([]);
  });

  it.each(["while it streams", "before it answers"])(
    "when the one that asked goes away %s, the others are answered, and one of them pays",
    async (when) => {
      const stream = when === "while it streams";
      const world = await chatWorld();
      const held = withResolvers<void>();
      world.upstream.fault({ holdUntil: held.promise });
      const gone = new AbortController();
      const first = world.client.chat.completions.create({ ...SAME, stream }, { signal: gone.signal });
      const ended = first.then(async (answer) => {
        for await (const _ of answer as AsyncIterable<unknown>);
      });
      await expect.poll(() => world.upstream.seen.length).toBe(1);
      const others = [1, 2].map(async () =>
        stream ? textOf((await streamed(world)).chunks) : (await ask(world)).data.choices[0]?.message.content,
      );
      // The connections of the others are accepted before the first one is closed.
      await bodyOf(world.service.call("GET", "/v1/usage"));
      gone.abort();
      await ended.catch(() => undefined);
      await expect.poll(async () => (await newestCall(world))?.detail.outcome).toBe("cancelled");
      held.resolve();
      expect(await Promise.all(others)).toEqual([MOCK_TEXT, MOCK_TEXT]);
      expect(world.upstream.seen).toHaveLength(1);
      expect(await spent(world)).toBe(25);
      const { events } = await bodyOf(world.service.call("GET", "/v1/audit?action=chat.complete&limit=10"));
      const costs = events.map(({ detail }: { detail: Record<string, unknown> }) => [
        detail.outcome,
        detail.costMicroUsd,
      ]);
      expect(costs.sort()).toEqual([
        ["cancelled", 0],
        ["succeeded", 0],
        ["succeeded", 25],
      ]);
    },
  );

  it("when all of them go away, the upstream call is given up, and nothing stays reserved", async () => {
    const world = await chatWorld();
    const held = withResolvers<void>();
    world.upstream.fault({ holdUntil: held.promise });
    const gone = new AbortController();
    const calls = [1, 2].map(() => world.client.chat.completions.create(SAME, { signal: gone.signal }));
    await expect.poll(() => world.upstream.seen.length).toBe(1);
    gone.abort();
    await Promise.allSettled(calls);
    await expect.poll(() => world.upstream.seen[0]?.closedEarly).toBe(true);
    await expect.poll(() => spent(world)).toBe(0);
    held.resolve();
    expect((await ask(world)).data.choices[0]?.message.content).toBe(MOCK_TEXT);
  });

  it("a failure is told to all of them", async () => {
    const world = await chatWorld();
    world.upstream.fault("hang"); // for the second of the provider's timeoutMs
    const calls = await Promise.allSettled(Array.from({ length: 5 }, () => ask(world)));
    expect(calls.map((call) => String((call as PromiseRejectedResult).reason))).toEqual(
      Array(5).fill(expect.stringContaining("small at mock is silent")),
    );
    expect(world.upstream.seen).toHaveLength(1);
    expect(await spent(world)).toBe(0);
  });
});

describe("a stale answer", () => {
  it("is given at once, while one new call makes it fresh", async () => {
    const world = await chatWorld();
    await setPolicy(world, { keepMs: 1000, staleMs: 60_000 });
    const first = await ask(world);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const stale = await Promise.all([ask(world), ask(world), ask(world)]);
    for (const { response } of stale)
      expect(response.headers.get("ketflow-reused-from")).toBe(first.response.headers.get("ketflow-decision"));
    expect(stale[0]?.response.headers.get("cache-status")).toBe("ketflow; hit; detail=stale");
    await expect.poll(async () => (await ask(world)).response.headers.get("cache-status")).toBe("ketflow; hit");
    expect(world.upstream.seen).toHaveLength(2);
    expect(await spent(world)).toBe(50);
    expect(world.service.reported).toEqual([]);
  });
});
