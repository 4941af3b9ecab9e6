import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bodyOf } from "../http/service.ts";
import { ASK, chatWorld, MODEL, POLICY, providerOf } from "./fixtures.ts";
import { MATHS_PROMPT, POEM_PROMPT, routerOf } from "./router-fixture.ts";

const SECRET = "sk-upstream-secret";

describe("the key of a provider", () => {
  it("is in no answer and in no file, but sealed", async () => {
    const { service, upstream } = await chatWorld();
    const answers = await Promise.all(
      ["/v1/model-providers", "/v1/model-providers/mock", "/v1/audit?limit=100", "/v1/models"].map((path) =>
        service.call("GET", path),
      ),
    );
    const put = await service.call("PUT", "/v1/model-providers/mock", { body: providerOf(upstream) });
    for (const { text, status } of [...answers, put]) expect([status, text.includes(SECRET)]).toEqual([200, false]);
    expect(put.body).toMatchObject({ name: "mock", hasApiKey: true });
    await service.stop();
    const { dataDir } = service.place;
    for (const entry of readdirSync(dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(readFileSync(join(entry.parentPath, entry.name), "latin1").includes(SECRET), entry.name).toBe(false);
    }
    expect(statSync(join(dataDir, "keys/model-secrets-key")).mode & 0o077).toBe(0);
  });

  it("stays where it is left out, goes with null, and is not sent to another base URL", async () => {
    const { service, upstream, client } = await chatWorld();
    const set = (change: object) =>
      service.call("PUT", "/v1/model-providers/mock", { body: providerOf(upstream, { apiKey: undefined, ...change }) });
    const sent = async () => {
      await client.chat.completions.create(ASK);
      return upstream.seen.at(-1)?.headers.authorization;
    };
    expect((await set({ retries: 1 })).body.hasApiKey).toBe(true);
    expect(await sent()).toBe(`Bearer ${SECRET}`);
    const moved = await set({ baseUrl: `${upstream.url}/v2` });
    expect([moved.status, moved.body.detail]).toEqual([409, expect.stringContaining("give the key again")]);
    expect((await set({ apiKey: null })).body.hasApiKey).toBe(false);
    expect(await sent()).toBeUndefined();
  });

  it("of Anthropic's protocol is never that of this process", async () => {
    process.env.ANTHROPIC_API_KEY = "sk-of-the-operator";
    try {
      const { upstream, client } = await chatWorld((mock) => ({
        a: providerOf(mock, { kind: "anthropic", apiKey: null }),
      }));
      await client.chat.completions.create(ASK);
      expect(JSON.stringify(upstream.seen)).not.toContain("sk-of-the-operator");
    } finally {
      delete process.env.ANTHROPIC_API_KEY;
    }
  });

  it("does not open under another key file, and the refusal says what to do", async () => {
    const { service } = await chatWorld();
    await service.stop();
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(service.place.dataDir, "keys/model-secrets-key"), `${"ab".repeat(32)}\n`, { mode: 0o600 });
    const { openTestService } = await import("../http/service.ts");
    const again = await openTestService(service.place);
    const answer = await again.call("POST", "/v1/chat/completions", { body: ASK });
    expect([answer.status, answer.body.error.message]).toEqual([
      422,
      expect.stringContaining("set the provider's apiKey again"),
    ]);
    await again.close();
  });
});

describe("base URLs", () => {
  it.each([
    ["http://169.254.169.254/v1", 403],
    ["https://169.254.169.254/v1", 403],
    ["https://10.1.2.3/v1", 403],
    ["https://0x7f.1/v1", 403],
    ["https://[::1]/v1", 403],
    ["https://[::ffff:127.0.0.1]/v1", 403],
    ["https://localhost/v1", 403],
    ["http://api.example.com/v1", 403],
    ["https://user:pass@api.example.com/v1", 400],
    ["https://api.example.com/v1?key=x", 400],
    ["ftp://api.example.com", 400],
    ["no url", 400],
  ])("%s: %i", async (baseUrl, status) => {
    const { service, upstream } = await world();
    const answer = await service.call("PUT", "/v1/model-providers/x", { body: providerOf(upstream, { baseUrl }) });
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining("baseUrl")]);
  });
});

let shared: ReturnType<typeof chatWorld> | undefined;
/** One for the whole file's refusals, which change nothing. */
const world = () => {
  shared = chatWorld();
  return shared;
};

describe("without leave by the policy", () => {
  it.each([
    ["{}", {}, "set routing.allowPriced to true"],
    ["dryRun", { ...POLICY, dryRun: "always" }, "dryRun: always"],
    ["approvals", { ...POLICY, approvals: [{ approvers: 1 }] }, "cannot wait for people"],
    ["back ends", { routing: { ...POLICY.routing, backends: ["embedded"] } }, "add mock to them"],
    ["data class", { routing: { ...POLICY.routing, dataClass: "restricted" } }, "may see internal data at most"],
    ["regions", { routing: { ...POLICY.routing, regions: ["eu"] } }, "routing.regions are eu"],
    ["cost", { routing: { ...POLICY.routing, maxCostMicroUsd: 10 } }, "routing.maxCostMicroUsd is 10"],
  ])("%s: nothing is sent, and the refusal says what to change", async (_, policy, words) => {
    const { service, upstream } = await chatWorld();
    await bodyOf(service.call("PUT", "/v1/policy", { body: policy }));
    for (const model of ["small", "ketflow/auto"]) {
      const answer = await service.call("POST", "/v1/chat/completions", { body: { ...ASK, model } });
      expect([answer.status, answer.body.error.code]).toEqual([403, "forbidden"]);
      expect(answer.body.error.message).toContain(words);
    }
    expect(upstream.seen).toEqual([]);
  });

  it("a server that is not the installation's own is outside", async () => {
    const { service, upstream } = await chatWorld();
    const body = providerOf(upstream, { baseUrl: "https://models.invalid/v1" });
    expect((await bodyOf(service.call("PUT", "/v1/model-providers/mock", { body }))).external).toBe(true);
    await bodyOf(service.call("PUT", "/v1/policy", { body: { routing: { allowPriced: true } } }));
    const answer = await service.call("POST", "/v1/chat/completions", { body: ASK });
    expect(answer.body.error.message).toContain("set routing.allowExternal to true");
  });

  it("a call can ask for less than the policy allows", async () => {
    const { service } = await chatWorld();
    const asked = async (constraints: object) =>
      service.call("POST", "/v1/chat/completions", { body: { ...ASK, ketflow: { constraints } } });
    expect((await asked({ maxCostMicroUsd: 5 })).body.error.code).toBe("no-backend");
    expect((await asked({ dataClass: "restricted" })).status).toBe(403);
    expect((await asked({ dataClass: "public", maxCostMicroUsd: 500 })).status).toBe(200);
  });
});

it("two tenants may have providers of one name, and each has its own models alone", async () => {
  const { service, upstream } = await chatWorld();
  await bodyOf(service.call("POST", "/v1/tenants", { body: { id: "other" } }));
  const { key: token } = await bodyOf(
    service.call("POST", "/v1/tenants/other/keys", { body: { name: "k", role: "operator" } }),
  );
  const before = (await service.call("GET", "/v1/model-providers/mock")).text;
  const body = providerOf(upstream, { apiKey: "sk-of-other", models: [{ ...MODEL, name: "theirs", upstream: "x" }] });
  await bodyOf(service.call("PUT", "/v1/model-providers/mock", { token, body }));
  await bodyOf(service.call("PUT", "/v1/policy", { token, body: POLICY }));
  expect((await service.call("GET", "/v1/model-providers/mock")).text).toBe(before);
  const asked = (token: string | undefined, model: string) =>
    service.call("POST", "/v1/chat/completions", { token, body: { ...ASK, model } });
  expect((await asked(token, "small")).status).toBe(404);
  expect((await asked(token, "theirs")).status).toBe(200);
  expect(upstream.seen.at(-1)?.headers.authorization).toBe("Bearer sk-of-other");
  expect((await asked(undefined, "theirs")).status).toBe(404);
});

describe("ketflow/auto", () => {
  const LARGE = { ...MODEL, price: { inputMicroUsd: 20e6, outputMicroUsd: 80e6 } };
  const both = (models: object[]) => (upstream: Parameters<typeof providerOf>[0]) => ({
    mock: providerOf(upstream, { models }),
  });
  const models = [
    { ...MODEL, name: "small", upstream: "small" },
    { ...LARGE, name: "large", upstream: "large" },
  ];

  it("is the cheapest that can do it, where there is no router", async () => {
    const cannot = { tools: false, vision: false, json: false, contextTokens: 60 };
    const { client, upstream } = await chatWorld(both([{ ...models[0], ...cannot }, models[1] as object]));
    const auto = async (change: object) => {
      await client.chat.completions.create({ ...ASK, model: "ketflow/auto", ...change });
      return upstream.seen.at(-1)?.body.model;
    };
    expect(await auto({})).toBe("small");
    expect(await auto({ tools: [{ type: "function", function: { name: "f" } }] })).toBe("large");
    expect(await auto({ response_format: { type: "json_object" } })).toBe("large");
    const url = "data:image/png;base64,AAAA";
    expect(await auto({ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] })).toBe(
      "large",
    );
    expect(await auto({ messages: [{ role: "user", content: "long ".repeat(100) }] })).toBe("large");
  });

  it("asks the fitted router, whose snapshot the event names and the API keeps", async () => {
    const { service, client, upstream } = await chatWorld(both(models));
    const routing = { ...POLICY.routing, references: { timeMs: 1000, costMicroUsd: 10_000 } };
    await bodyOf(service.call("PUT", "/v1/policy", { body: { routing } }));
    const snapshot = routerOf(["small", "large"]);
    const view = await bodyOf(service.call("PUT", "/v1/model-router", { body: snapshot }));
    expect(view).toMatchObject({
      contentHash: snapshot.contentHash,
      models: ["small", "large"],
      tasks: ["maths", "poems"],
    });
    const chosen = async (content: string, ketflow?: object) => {
      const messages = [{ role: "user" as const, content }];
      await client.chat.completions.create({ ...ASK, model: "ketflow/auto", messages, ...(ketflow && { ketflow }) });
      return upstream.seen.at(-1)?.body.model;
    };
    expect(await chosen(MATHS_PROMPT)).toBe("large");
    const { events } = await bodyOf(service.call("GET", "/v1/audit?action=chat.complete&limit=1"));
    expect(events[0].detail).toMatchObject({ router: snapshot.contentHash, requested: "ketflow/auto", model: "large" });
    expect(events[0].detail.candidates.map(({ model }: { model: string }) => model)).toEqual(["large", "small"]);
    expect(await chosen(POEM_PROMPT)).toBe("small");
    expect(await chosen(POEM_PROMPT, { task: "maths" })).toBe("large");
    expect(await bodyOf(service.call("GET", `/v1/model-routers/${snapshot.contentHash}`))).toEqual(snapshot);
    expect((await service.call("DELETE", "/v1/model-router")).status).toBe(204);
    expect(await chosen(MATHS_PROMPT)).toBe("small");
    expect((await service.call("GET", "/v1/model-router")).status).toBe(404);
    expect((await service.call("GET", `/v1/model-routers/${snapshot.contentHash}`)).status).toBe(200);
  });

  it("refuses a router whose content is not what its hash says", async () => {
    const { service } = await chatWorld();
    const snapshot = { ...routerOf(["small", "large"]), blend: [0.5, 0.5] };
    const answer = await service.call("PUT", "/v1/model-router", { body: snapshot });
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining("contentHash")]);
  });
});

it("refuses two models of one name, and says which", async () => {
  const { service } = await chatWorld();
  const model = {
    name: "small",
    upstream: "s",
    contextTokens: 1000,
    maxOutputTokens: 100,
    price: { inputMicroUsd: 1, outputMicroUsd: 1 },
  };
  const body = { kind: "openai-compatible", baseUrl: "https://api.example.com/v1", models: [model, model] };
  const answer = await service.call("PUT", "/v1/model-providers/twice", { body });
  expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining("body.models[1].name: small")]);
});
