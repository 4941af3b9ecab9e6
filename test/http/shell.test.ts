import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ERROR_CODES } from "../../ts/core/errors.ts";
import { LIMITS } from "../../ts/http/limits.ts";
import { openApiDocument } from "../../ts/http/openapi.ts";
import { ADMIN_KEY, openTestService, serviceOfTest, type TestService } from "./service.ts";

const root = new URL("../..", import.meta.url);
const fileOf = (path: string): string => readFileSync(fileURLToPath(new URL(path, root)), "utf8");

let service: TestService;
beforeAll(async () => {
  service = await openTestService({ corsOrigins: ["https://lab.example", "http://localhost:5173"] });
});
afterAll(() => service?.close());

describe("methods and paths", () => {
  it.each([
    ["PATCH", "/v1/jobs", "GET, HEAD, OPTIONS, POST"],
    ["DELETE", "/v1/jobs", "GET, HEAD, OPTIONS, POST"],
    ["POST", "/v1/jobs/job_x/result", "GET, HEAD, OPTIONS"],
    ["GET", "/v1/jobs/job_x:cancel", "OPTIONS, POST"],
    ["PUT", "/health/live", "GET, HEAD, OPTIONS"],
    ["DELETE", "/v1/policy", "GET, HEAD, OPTIONS, PUT"],
    ["QUERY", "/v1/policy", "GET, HEAD, OPTIONS, PUT"],
  ])("%s %s answers 405 with what there is", async (method, path, allow) => {
    const answer = await service.call(method, path, { token: "" });
    expect([answer.status, answer.headers.get("allow"), answer.body.code]).toEqual([405, allow, "method-not-allowed"]);
  });

  it.each([
    "/",
    "/v1",
    "/v1/",
    "/v1/jobs/",
    "/v1/job",
    "/v1/jobs/a/b",
    "/v1/jobs/x:explode",
    "/V1/jobs",

    "/log/tile/",
    "/%",
  ])("%s is not there, with and without a key", async (path) => {
    for (const token of ["", ADMIN_KEY]) {
      const answer = await service.call("GET", path, { token });
      expect([answer.status, answer.body.code]).toEqual([404, "not-found"]);
    }
  });

  it.each([
    "../checkpoint",
    "%2e%2e/checkpoint",
    "..%2f..%2fkeys",
    "0/../../checkpoint",
    "entries/000%00",
    "entries/x/000",
    "64/000",
    "0/000.p/256",
    "0/000.p/0",
  ])("no file outside the log's tiles is read: %s", async (path) => {
    const answer = await service.call("GET", `/log/tile/${path}`, { token: "" });
    // fetch resolves plain dots itself, so that the checkpoint beside the tiles may be what was asked for.
    if (/^(?:\.\.|%2e%2e|0\/\.\.\/\.\.)\/checkpoint$/.test(path)) expect([200, 404]).toContain(answer.status);
    else expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("PRIVATE");
  });

  it("OPTIONS names the methods without a key, HEAD is GET without its body", async () => {
    const options = await service.call("OPTIONS", "/v1/jobs", { token: "" });
    expect([options.status, options.headers.get("allow"), options.text]).toEqual([204, "GET, HEAD, OPTIONS, POST", ""]);
    expect((await service.call("OPTIONS", "/v1/nothing", { token: "" })).status).toBe(404);
    const [head, get] = [await service.call("HEAD", "/v1/policy"), await service.call("GET", "/v1/policy")];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    expect((await service.call("HEAD", "/v1/policy", { token: "" })).status).toBe(401);
  });

  it("takes a parameter once, and only those it knows", async () => {
    for (const [query, detail] of [
      ["limit=1&limit=2", "query.limit: given more than once"],
      ["limit=0", "query.limit"],
      ["limit=1e3x", "query.limit"],
      ["limit=1001", "query.limit"],
      ["cursor=job_x", "must be `next` of an earlier page"],
      ["page=2", "Unrecognized key"],
      ["status=done", "query.status"],
    ] as const) {
      const answer = await service.call("GET", `/v1/jobs?${query}`);
      expect([answer.status, answer.body.code]).toEqual([400, "invalid-input"]);
      expect(answer.body.detail).toContain(detail);
    }
  });

  it("reads JSON as JSON only", async () => {
    for (const type of ["text/plain", "application/xml", "application/jsonp", "multipart/form-data; boundary=x", ""]) {
      const answer = await service.call("POST", "/v1/jobs", { body: "{}", headers: { "content-type": type } });
      expect([type, answer.status]).toEqual([type, 400]);
      expect(answer.body.detail).toContain("send application/json");
    }
    const body = JSON.stringify({ id: "typed" });
    const answer = await service.call("POST", "/v1/tenants", {
      body,
      headers: { "content-type": "Application/JSON; charset=utf-8" },
    });
    expect(answer.status).toBe(201);
  });

  it("refuses a Prefer and an Idempotency-Key that it does not read", async () => {
    const body = { type: "circuit", input: { format: "openqasm2", source: "x" } };
    for (const headers of [
      { prefer: "wait=long" },
      { prefer: "wait=-1" },
      { "idempotency-key": "two words" },
      { "idempotency-key": "k".repeat(256) },
    ]) {
      const answer = await service.call("POST", "/v1/jobs", { body, headers });
      expect([JSON.stringify(headers).slice(0, 40), answer.status]).toEqual([
        JSON.stringify(headers).slice(0, 40),
        400,
      ]);
    }
    expect((await service.call("POST", "/v1/jobs", { body, headers: { prefer: "return=minimal" } })).status).toBe(202);
  });
});

describe("request ids", () => {
  const idOf = async (headers: Record<string, string>) =>
    (await service.call("GET", "/health/live", { token: "", headers })).headers.get("x-request-id");

  it("are the trace's, else the caller's, else fresh", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c";
    expect(await idOf({ traceparent: `00-${trace}-b7ad6b7169203331-01`, "x-request-id": "mine-12345" })).toBe(trace);
    expect(await idOf({ "x-request-id": "mine-12345" })).toBe("mine-12345");
    for (const headers of [
      {},
      { "x-request-id": "a b" },
      { "x-request-id": "x".repeat(65) },
      { traceparent: `00-${"0".repeat(32)}-b7ad6b7169203331-01` },
    ])
      expect(await idOf(headers)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("rate limits", () => {
  it("are told with every answer, and refuse with when to go on", async () => {
    const slow = await serviceOfTest({ limits: { requestsPerSecond: 3 } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => slow.call("GET", "/v1/policy")));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const { headers, body } of refused) {
      expect(body).toMatchObject({ code: "rate-limited", retryable: true });
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    }
    const passed = answers.find(({ status }) => status === 200);
    expect(passed?.headers.get("ratelimit-policy")).toBe('"requests";q=3;w=1');
    expect(passed?.headers.get("ratelimit")).toMatch(/^"requests";r=[0-2];t=[01]$/);
  });

  it("bound guesses by address, and leave a valid key alone", async () => {
    const strict = await serviceOfTest({ limits: { failedAuthenticationsPerMinute: 3 } });
    const guess = async () => (await strict.call("GET", "/v1/policy", { token: "wrong-token" })).status;
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([401, 401, 401, 429]);
    // Nothing was guessed.
    expect((await strict.call("GET", "/v1/policy", { token: "" })).status).toBe(401);
    expect((await strict.call("GET", "/v1/policy")).status).toBe(200);
  });
});

describe("CORS", () => {
  const origin = "https://lab.example";
  const preflight = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,idempotency-key,last-event-id,prefer",
  };

  it("lets pages of the named origins call, with the headers that the API reads and answers", async () => {
    const { status, headers } = await service.call("OPTIONS", "/v1/jobs", {
      token: "",
      headers: { origin, ...preflight },
    });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, origin]);
    const allowed = (headers.get("access-control-allow-headers") ?? "").toLowerCase().split(",");
    for (const name of preflight["access-control-request-headers"].split(",")) expect(allowed).toContain(name);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"])
      expect(headers.get("access-control-allow-methods")).toContain(method);
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    expect(headers.get("vary")).toContain("Origin");
    for (const token of ["", ADMIN_KEY]) {
      const answer = await service.call("GET", "/v1/policy", { token, headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(answer.headers.get("access-control-expose-headers")).toContain("Retry-After");
    }
  });

  it("says nothing to others", async () => {
    for (const other of ["https://evil.example", "https://lab.example.evil.example", "null"]) {
      for (const [method, extra] of [
        ["OPTIONS", preflight],
        ["GET", {}],
      ] as const) {
        const { headers } = await service.call(method, "/v1/policy", { headers: { origin: other, ...extra } });
        expect(headers.get("access-control-allow-origin")).toBeNull();
      }
    }
  });

  it("is off by default, but for what is everyone's, and checks what it is told", async () => {
    const plain = await serviceOfTest();
    expect(
      (await plain.call("GET", "/v1/policy", { headers: { origin } })).headers.get("access-control-allow-origin"),
    ).toBeNull();
    expect((await plain.call("GET", "/openapi.json", { token: "" })).headers.get("access-control-allow-origin")).toBe(
      "*",
    );
    for (const wrong of ["lab.example", "https://lab.example/", "https://lab.example/x", ""])
      await expect(serviceOfTest({ corsOrigins: [wrong] })).rejects.toMatchObject({ code: "invalid-input" });
    const open = await serviceOfTest({ corsOrigins: ["*"] });
    expect(
      (await open.call("GET", "/v1/policy", { headers: { origin } })).headers.get("access-control-allow-origin"),
    ).toBe("*");
  });
});

describe("the log", () => {
  it("has a signed head over every entry soon after its commit, whether anybody asks for a proof or not", async () => {
    const sizeOf = async (): Promise<number> =>
      Number((await service.call("GET", "/log/checkpoint", { token: "" })).text.split("\n")[1]);
    const before = await vi.waitFor(async () => {
      const size = await sizeOf();
      expect(size).toBeGreaterThan(0);
      return size;
    }, 10_000);
    expect((await service.call("POST", "/v1/tenants", { body: { id: "logged" } })).status).toBe(201);
    await vi.waitFor(async () => expect(await sizeOf()).toBeGreaterThan(before), 10_000);
  });
});

describe("the description of the API", () => {
  it("is checked in as the service gives it (npm run docs:openapi writes it)", async () => {
    const { version } = JSON.parse(fileOf("package.json"));
    const document = JSON.parse(JSON.stringify(openApiDocument(service.operations, version, ["embedded", "mock-qpu"])));
    expect(JSON.parse(fileOf("docs/openapi.json"))).toEqual(document);
  });

  it("gives an example for every body, which its operation takes", () => {
    for (const { id, body, bodyDoc, example } of service.operations) {
      const schema = body ?? bodyDoc?.["application/json"];
      if (schema !== undefined) expect([id, schema.safeParse(example).success]).toEqual([id, true]);
    }
  });

  it("names every id and path once, and resolves its own references", async () => {
    const { body: document } = await service.call("GET", "/openapi.json", { token: "" });
    const ids = service.operations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const text = JSON.stringify(document);
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      expect(Object.keys(document.components.schemas)).toContain(name);
    expect(text).not.toContain("$defs");
    // A job that was made leads to everything that can be done with it.
    const { links } = document.paths["/v1/jobs"].post.responses["202"];
    const onJob = service.operations.filter(({ path }) => path.startsWith("/v1/jobs/{id}")).map(({ id }) => id);
    expect(Object.keys(links).sort()).toEqual(onJob.sort());
    for (const [name, link] of Object.entries(links)) expect(link).toMatchObject({ operationId: name });
  });
});

describe("/docs", () => {
  it("is a page of its own: nothing from elsewhere, no script, isolated", async () => {
    const { status, headers, text } = await service.call("GET", "/docs", { token: "" });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    const csp = headers.get("content-security-policy") ?? "";
    for (const rule of [
      "default-src 'self'",
      "'wasm-unsafe-eval'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ])
      expect(csp).toContain(rule);
    expect(text).not.toMatch(/<script|\son\w+=|javascript:|src=|@import|url\(/i);
    expect([...text.matchAll(/href="([^#"]+)"/g)].map(([, target]) => target)).toEqual(["data:,", "/openapi.json"]);
  });

  it("has a place for every operation, problem, limit and schema, and no link that leads nowhere", async () => {
    const { text } = await service.call("GET", "/docs", { token: "" });
    const anchors = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(anchors).size).toBe(anchors.length);
    for (const { id } of service.operations) expect(anchors).toContain(id);
    for (const code of Object.keys(ERROR_CODES)) expect(anchors).toContain(code);
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(anchors).toContain(target);
    for (const value of Object.values(LIMITS)) expect(text).toContain(value.toLocaleString("en"));
    // Problems point here by their type.
    const { body } = await service.call("GET", "/v1/policy", { token: "" });
    expect(anchors).toContain(body.type.replace("/docs#", ""));
  });
});
