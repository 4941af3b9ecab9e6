import { createHmac } from "node:crypto";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "../../ts/core/canonical-json.ts";
import { bodyOf } from "../http/service.ts";
import { ASK, type ChatWorld, newestCall, openChatWorld, providerOf } from "./fixtures.ts";
import { MOCK_TEXT } from "./mock-upstream.ts";

// The client is OpenAI's own npm package, unmodified. Both protocols of back ends have to look the same to it.

let world: ChatWorld;
beforeAll(async () => {
  world = await openChatWorld((upstream) => ({
    mock: providerOf(upstream),
    claude: providerOf(upstream, {
      kind: "anthropic",
      models: [{ ...MODEL_OF_CLAUDE }],
    }),
  }));
});
afterAll(async () => {
  await world?.service.close();
  await world?.upstream.close();
});

const MODEL_OF_CLAUDE = {
  ...{ name: "claude", upstream: "claude-haiku-4-5", contextTokens: 100_000, maxOutputTokens: 1000 },
  ...{ tools: true, vision: true, json: true, price: { inputMicroUsd: 3_000_000, outputMicroUsd: 15_000_000 } },
};

const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "The weather of a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

describe.each(["small", "claude"])("model %s", (model) => {
  it("answers", async () => {
    const { data, response } = await world.client.chat.completions.create({ ...ASK, model }).withResponse();
    expect(data.choices[0]?.message.content).toBe(MOCK_TEXT);
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
    expect(data.model).toBe(model);
    expect(response.headers.get("ketflow-model")).toBe(`${model}@${model === "small" ? "mock" : "claude"}`);
    const event = await newestCall(world);
    expect(event.id).toBe(response.headers.get("ketflow-decision"));
    // 11 and 7 tokens at the model's prices for a million, rounded up.
    const cost = model === "small" ? 11 + 14 : 33 + 105;
    expect(event.detail).toMatchObject({ outcome: "succeeded", model, costMicroUsd: cost, costIsEstimated: false });
    expect(event.leafIndex).toBeTypeOf("number");
  });

  it("streams", async () => {
    const stream = await world.client.chat.completions.create({
      ...{ ...ASK, model, stream: true },
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(MOCK_TEXT);
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(["stop"]);
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(new Set(chunks.map((chunk) => chunk.model))).toEqual(new Set([model]));
    expect((await newestCall(world)).detail).toMatchObject({ outcome: "succeeded", model, outputTokens: 7 });
  });

  it("streams without usage when nobody asks for it, and still knows the cost", async () => {
    const stream = await world.client.chat.completions.create({ ...ASK, model, stream: true });
    for await (const chunk of stream) expect(chunk.usage).toBeUndefined();
    expect((await newestCall(world)).detail).toMatchObject({ outputTokens: 7, costIsEstimated: false });
  });

  it("calls a tool and takes its result", async () => {
    const ask = { ...ASK, model, tools: TOOLS, tool_choice: "auto" as const };
    const first = await world.client.chat.completions.create(ask);
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    const call = first.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== "function" || first.choices[0] === undefined) throw new Error("no call");
    expect([call.function.name, JSON.parse(call.function.arguments)]).toEqual(["weather", { city: "Ulm" }]);
    const second = await world.client.chat.completions.create({
      ...ask,
      messages: [...ASK.messages, first.choices[0].message, { role: "tool", tool_call_id: call.id, content: "sunny" }],
    });
    expect(second.choices[0]?.message.content).toContain("sunny");
  });

  it("streams the call of a tool", async () => {
    const stream = await world.client.chat.completions.create({ ...ASK, model, tools: TOOLS, stream: true });
    let args = "";
    let name = "";
    let finish: string | null = null;
    for await (const { choices } of stream) {
      const call = choices[0]?.delta.tool_calls?.[0];
      name += call?.function?.name ?? "";
      args += call?.function?.arguments ?? "";
      finish = choices[0]?.finish_reason ?? finish;
    }
    expect([name, JSON.parse(args), finish]).toEqual(["weather", { city: "Ulm" }, "tool_calls"]);
  });

  it("ends the upstream when the caller goes away", async () => {
    const before = world.upstream.seen.length;
    world.upstream.fault(model === "small" ? "hang-in-stream" : "hang");
    const abort = new AbortController();
    const ask = { ...ASK, model, stream: model === "small" };
    const asked = world.client.chat.completions.create(ask, { signal: abort.signal });
    if (model === "small") {
      const stream = (await asked) as AsyncIterable<unknown>;
      for await (const _ of stream) abort.abort();
    } else {
      while (world.upstream.seen.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
      abort.abort();
      await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    }
    await until(async () => world.upstream.seen[before]?.closedEarly === true);
    await until(async () => (await newestCall(world)).detail.outcome === "cancelled");
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let k = 0; k < 400; k++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it did not happen");
}

it("lists the models, with the one that lets the router choose", async () => {
  const ids: string[] = [];
  for await (const { id } of world.client.models.list()) ids.push(id);
  expect(ids).toEqual(["ketflow/auto", "claude", "small"]);
  expect(await world.client.models.retrieve("ketflow/auto")).toMatchObject({ object: "model", owned_by: "ketflow" });
  await expect(world.client.models.retrieve("nobody")).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  const headers = { "anthropic-version": "2023-06-01" };
  const { body } = await world.service.call("GET", "/v1/models", { headers });
  expect(body.data[2]).toMatchObject({ type: "model", id: "small", display_name: "small" });
  expect([body.has_more, body.first_id, body.last_id]).toEqual([false, "ketflow/auto", "small"]);
});

it("hands on what a back end of the same protocol understands, and nothing of ours", async () => {
  const extra = { top_p: 0.5, seed: 7, stop: ["x"], logit_bias: { "1": 2 }, user: "u" };
  const format = { type: "json_schema" as const, json_schema: { name: "n", schema: { type: "object" } } };
  const ask = { ...ASK, ...extra, temperature: 0.3, response_format: format, ketflow: { task: "chat" } };
  await world.client.chat.completions.create(ask);
  const { body, headers } = world.upstream.seen.at(-1) ?? {};
  expect(body).toEqual({ ...ASK, ...extra, temperature: 0.3, response_format: format, model: "mock-small" });
  expect(headers?.authorization).toBe("Bearer sk-upstream-secret");
});

it("refuses for Anthropic what its protocol has no word for", async () => {
  const ask = { ...ASK, model: "claude", seed: 7 };
  await expect(world.client.chat.completions.create(ask)).rejects.toThrow("has no 'seed'");
});

it("commits to request and answer under a key that only the caller has", async () => {
  const { data, response } = await world.client.chat.completions.create(ASK).withResponse();
  const key = Buffer.from(response.headers.get("ketflow-commitment-key") ?? "", "hex");
  const hmac = (text: string) => createHmac("sha256", key).update(text).digest("hex");
  const { detail } = await newestCall(world);
  expect(key).toHaveLength(32);
  expect(detail.requestCommitment).toBe(hmac(canonicalJson(ASK)));
  expect(detail.answerCommitment).toBe(hmac(JSON.stringify(data)));
  const text = await world.service.call("POST", "/v1/chat/completions", { body: { ...ASK, stream: true } });
  const streamKey = Buffer.from(text.headers.get("ketflow-commitment-key") ?? "", "hex");
  const whole = createHmac("sha256", streamKey).update(text.text).digest("hex");
  expect((await newestCall(world)).detail.answerCommitment).toBe(whole);
});

describe("errors are those that the SDK knows", () => {
  it.each([
    ["an unknown model", { model: "nobody" }, OpenAI.NotFoundError, "there is no model 'nobody'"],
    ["two answers", { n: 2 }, OpenAI.BadRequestError, "n: 1 answer"],
    ["no messages", { messages: [] }, OpenAI.BadRequestError, "messages"],
    ["an image by plain HTTP", { messages: [image("http://x/y.png")] }, OpenAI.BadRequestError, "image_url"],
    ["too many tokens", { max_tokens: 2000 }, OpenAI.UnprocessableEntityError, "gives at most 1000 tokens"],
    ["half a surrogate pair", { messages: [{ role: "user", content: "\ud800" }] }, OpenAI.BadRequestError, ""],
  ])("%s", async (_, change, kind, words) => {
    const error = await world.client.chat.completions
      .create({ ...ASK, ...(change as object) })
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toContain(words);
  });

  it("a wrong key", async () => {
    const client = new OpenAI({ baseURL: `${world.service.url}/v1`, apiKey: "kf_nobody", maxRetries: 0 });
    await expect(client.chat.completions.create(ASK)).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });

  it("a refusal by the provider, in its own words and without its key", async () => {
    world.upstream.fault({ status: 400, message: "no such parameter, dear sk-upstream-secret" });
    const error = await world.client.chat.completions.create(ASK).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error.message).toContain("mock refused the request (400): no such parameter, dear …");
  });
});

function image(url: string): OpenAI.ChatCompletionUserMessageParam {
  return { role: "user", content: [{ type: "image_url", image_url: { url } }] };
}

it("shows what was spent", async () => {
  const { used } = await bodyOf(world.service.call("GET", "/v1/usage"));
  expect(used.costMicroUsdToday).toBeGreaterThan(100);
});
