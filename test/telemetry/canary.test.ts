import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import type { SubmitOf } from "../../ts/models/job.ts";
import { type MockUpstream, mockUpstream } from "../chat/mock-upstream.ts";
import { ADMIN, EnginePool, type Running, running } from "./service.ts";
import { tracesOf } from "./traces-of.ts";

afterEach(() => vi.restoreAllMocks());

const mark = (name: string): string => `canary_${name}_${randomBytes(8).toString("hex")}`;

/** One for each place where a caller can put words. */
function newCanaries() {
  const places = [
    ...["source", "comment", "fault", "metadataName", "metadataValue", "observable", "input", "unknownField", "target"],
    ...[
      "region",
      "idempotencyKey",
      "path",
      "method",
      "cursor",
      "query",
      "contentType",
      "userAgent",
      "token",
      "planHash",
    ],
    ...["providerKey", "providerUrl", "modelName", "prompt", "system", "toolArgument", "answer", "refusal", "broken"],
    ...["badJson", "line", "policy", "thrown", "cause", "keyName", "owner", "tenantName", "badTenant", "exported"],
  ] as const;
  return Object.fromEntries(places.map((place) => [place, mark(place)])) as Record<(typeof places)[number], string>;
}
type Canaries = ReturnType<typeof newCanaries>;

function jobWith(canaries: Canaries, change: Partial<SubmitOf<"circuit">> = {}, source = ""): SubmitOf<"circuit"> {
  const { source: name, comment, metadataName, metadataValue } = canaries;
  const text = `OPENQASM 3; include "stdgates.inc"; // ${comment}\nqubit[2] ${name}; h ${name}[0]; ${source}`;
  return {
    ...{ type: "circuit", input: { format: "openqasm3", source: text }, metadata: { [metadataName]: metadataValue } },
    ...change,
  };
}

/** Everything that callers do, with canaries in every place; gives what each answered. */
async function exercise(
  { call, service }: Running,
  canaries: Canaries,
  upstream: MockUpstream,
): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  const wait = { prefer: "wait=20" };
  const step = async (name: string, ...args: Parameters<Running["call"]>) => {
    const [method, path, body, headers = {}] = args;
    const answer = await call(method, path, body, { "user-agent": canaries.userAgent, ...headers });
    statuses[name] = answer.status;
    return answer;
  };
  const submit = (name: string, body: unknown, headers = {}) =>
    step(name, "POST", "/v1/jobs", body, { ...wait, ...headers });

  const { json: done } = await submit("success", jobWith(canaries), { "idempotency-key": canaries.idempotencyKey });
  await submit("reused", jobWith(canaries), { "idempotency-key": `${canaries.idempotencyKey}-2` });
  await submit("conflict", jobWith(canaries, { seed: 1 }), { "idempotency-key": canaries.idempotencyKey });
  await step("receipt", "GET", `/v1/jobs/${done.id}/receipt`);
  await submit("parse failure", jobWith(canaries, {}, `${canaries.fault} !`));
  await submit("faulty observable", jobWith(canaries, { options: { observable: canaries.observable } }));
  await submit("unknown input", jobWith(canaries, { options: { inputs: { [canaries.input]: 1 } } }));
  await submit("unknown field", { ...jobWith(canaries), [canaries.unknownField]: 1 });
  await submit("unknown target", jobWith(canaries, { target: canaries.target }));
  await submit("no back end", jobWith(canaries, { target: "mock-qpu", constraints: { regions: [canaries.region] } }));
  await submit("no JSON", `{"type": ${canaries.badJson}`);
  await submit("no JSON type", "x", { "content-type": `text/${canaries.contentType}` });
  await step("unknown path", "GET", `/v1/${canaries.path}`);
  await step("unknown job", "GET", `/v1/jobs/${canaries.path}`);
  await step("cursor", "GET", `/v1/jobs?cursor=${canaries.cursor}&${canaries.query}=1`);
  await step("method", "DELETE", `/v1/jobs?${canaries.method}`);
  await step("wrong token", "GET", "/v1/jobs", undefined, { authorization: `Bearer ${canaries.token}` });
  await step("no tenant", "POST", "/v1/tenants", { id: `!${canaries.badTenant}` });

  await exerciseModels(step, canaries, upstream);

  const { json: key } = await step("key", "POST", "/v1/keys", {
    ...{ name: canaries.keyName, owner: canaries.owner, role: "auditor" },
  });
  const auditor = { authorization: `Bearer ${key.key}` };
  await submit("forbidden", jobWith(canaries), auditor);
  await step("renamed", "PATCH", "/v1/tenants/default", { name: canaries.tenantName });

  const { json: planned } = await submit("plan", jobWith(canaries, { mode: "plan", seed: 2 }));
  await step("wrong plan", "POST", `/v1/jobs/${planned.id}:execute`, { planHash: canaries.planHash });
  await step("cancel", "POST", `/v1/jobs/${planned.id}:cancel`);
  await step("dry run", "POST", "/v1/policy:dry-run", { policy: { routing: { regions: [canaries.policy] } } });
  await step("policy", "PUT", "/v1/policy", { routing: { regions: [canaries.policy] } });
  await step("faulty policy", "PUT", "/v1/policy", { routing: { collapse: canaries.policy } });
  expect(() => service.setDefaultPolicy({ routing: { collapse: "x" } })).toThrow();
  const { json: batch } = await step("batch", "POST", "/v1/jobs:batch", {
    jobs: [jobWith(canaries, { seed: 3 }), { [canaries.line]: 1 }],
  });
  const lines = [JSON.stringify(jobWith(canaries, { seed: 4 })), `{"${canaries.line}`].join("\n");
  const { text: answers } = await step("lines", "POST", "/v1/jobs:batch", lines, {
    "content-type": "application/x-ndjson",
  });

  for (const item of [batch.items[0], JSON.parse(answers.split("\n")[0] ?? "")]) {
    await step("batched", "GET", `/v1/jobs/${item.job.id}`, undefined, wait);
  }

  const boom = (text: string): Error =>
    Object.assign(new Error(`cannot run ${canaries.thrown}: ${text}\n    at ${canaries.thrown} (x.ts:1:1)`), {
      ...{ name: canaries.thrown, code: canaries.thrown, cause: new AppError("internal", canaries.cause) },
    });
  const run = vi.spyOn(EnginePool.prototype, "run").mockImplementation(async (_type, input) => {
    throw boom(JSON.stringify(input));
  });
  await submit("provider throws", jobWith(canaries, { seed: 5 }));
  run.mockImplementation(async (_type, input) => {
    throw new AppError("internal", JSON.stringify(input), { cause: boom("") });
  });
  await submit("provider throws ours", jobWith(canaries, { seed: 6 }));
  vi.spyOn(EnginePool.prototype, "estimate").mockImplementation(async (_type, input) => {
    throw boom(JSON.stringify(input));
  });
  // A gate more: work that was estimated once is not estimated again.
  await submit("service fails", jobWith(canaries, { seed: 7, mode: "plan" }, `x ${canaries.source}[0];`));
  const { text: exported } = await step("export", "POST", `/v1/audit:export?${canaries.exported}=1`, canaries.exported);
  // Whose data it is has all of it: so it was there to be let out.
  const { source, comment, owner } = canaries;
  expect(tracesOf({ source, comment, owner }, exported).sort()).toEqual(["comment", "owner", "source"]);
  await step("delete", "DELETE", `/v1/jobs/${done.id}`);
  return statuses;
}

type Step = (name: string, ...args: Parameters<Running["call"]>) => Promise<unknown>;

/** Calls of language models, whose provider says canaries, too. */
async function exerciseModels(step: Step, canaries: Canaries, upstream: MockUpstream): Promise<void> {
  const { providerKey: apiKey, providerUrl, modelName: name, prompt, system, toolArgument } = canaries;
  const price = { inputMicroUsd: 0, outputMicroUsd: 0 };
  const models = [{ name, contextTokens: 10_000, maxOutputTokens: 100, price }];
  const baseUrl = `${upstream.url}/${providerUrl}/v1`;
  await step("provider", "PUT", "/v1/model-providers/mock", {
    ...{ kind: "openai-compatible", baseUrl, apiKey, models, timeoutMs: 300, retries: 0 },
  });
  const call = { id: "c", type: "function", function: { name: "f", arguments: toolArgument } };
  const body = {
    model: name,
    messages: [
      { role: "system", content: system },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", tool_call_id: "c", content: canaries.answer },
      { role: "user", content: prompt },
      // The mock answers with what a tool said last.
      { role: "tool", tool_call_id: "c", content: canaries.answer },
    ],
  };
  const ask = (what: string, change = {}) => step(what, "POST", "/v1/chat/completions", { ...body, ...change });
  await ask("chat");
  await ask("chat stream", { stream: true });
  for (const [what, fault] of [
    ["chat refused", { status: 400, message: canaries.refusal }],
    ["chat not set up", { status: 401, message: canaries.refusal }],
    ["chat failing", { status: 500, message: canaries.refusal }],
    ["chat no JSON", { status: 200, body: canaries.broken }],
  ] as const) {
    upstream.fault(fault);
    await ask(what);
  }
  upstream.fault({ status: 200, body: `data: ${canaries.broken}\n\n` });
  await ask("chat no stream", { stream: true });
  await ask("chat unknown model", { model: canaries.prompt });
  await ask("chat faulty", { messages: [{ role: canaries.prompt }] });
}

/** What stands in the files below a folder, as text in which every byte is a character. */
function filesBelow(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
}

describe("what callers send", () => {
  it("is in none of what leaves the service for its operators, for other tenants and for the public", async () => {
    const printed: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
    }
    for (const method of ["log", "info", "warn", "error"] as const) {
      vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words.map(String).join(" ")));
    }
    const upstream = await mockUpstream();
    onTestFinished(() => upstream.close());
    const house = await running({ modelOrigins: [upstream.url] });
    const canaries = newCanaries();
    const statuses = await exercise(house, canaries, upstream);
    const { call, service } = house;
    await call("POST", "/v1/tenants", { id: "other" });
    const { json: key } = await call("POST", "/v1/tenants/other/keys", { name: "reader", role: "operator" });
    const other = { authorization: `Bearer ${key.key}` };
    const foreign = [
      "/v1/audit?limit=1000",
      "/v1/jobs?limit=1000",
      "/v1/keys",
      "/v1/usage",
      "/v1/policy",
      "/v1/backends",
      "/v1/models",
      "/v1/model-providers",
    ];
    const readings = await Promise.all(foreign.map((path) => call("GET", path, undefined, other)));
    const foreignExport = await call("POST", "/v1/audit:export", undefined, other);
    expect([foreignExport.status, foreignExport.text]).toEqual([200, expect.stringContaining("ketflow-event-file/1")]);
    const ours = (await call("GET", "/v1/audit?limit=1000")).text;
    const metrics = (await call("GET", "/metrics")).text;
    await service.close();
    vi.restoreAllMocks();

    // What was to happen did happen: a canary that is refused at the door proves nothing about the rooms.
    expect(statuses).toMatchObject({
      success: 200,
      "parse failure": 200,
      forbidden: 403,
      "service fails": 500,
      lines: 200,
      export: 200,
      chat: 200,
      "chat stream": 200,
      "chat refused": 400,
      "chat failing": 503,
    });
    expect(house.lines().filter(({ event }) => event === "service.failed")).toHaveLength(3);
    expect(readings.map(({ status }) => status)).toEqual(foreign.map(() => 200));
    expect(ours).toContain('"job.submit"');
    const secrets = { ...canaries, admin: ADMIN, auditor: mark("never"), reader: key.key };
    const leaves = {
      log: house.logText(),
      printed: printed.join("\n"),
      metrics,
      "log folder": filesBelow(join(house.dataDir, "log")),
      "another tenant": [...readings, foreignExport].map(({ text }) => text).join("\n"),
    };
    expect(leaves["log folder"]).toContain("ketflow-event/1");
    const found = Object.entries(leaves).map(([place, text]) => [place, tracesOf(secrets, text)]);
    expect(found).toEqual(Object.keys(leaves).map((place) => [place, []]));
    // Its own trail says who did it – the names of the key and of the person – and nothing of what was sent.
    // It says which model was called and where providers are, too.
    const { keyName: _, owner: __, modelName: ___, providerUrl: ____, ...others } = secrets;
    expect(tracesOf(others, ours)).toEqual([]);
  });
});

describe("the search for traces", () => {
  const secret = { canary: "canary_source_0123" };

  it.each([
    ["as it is", "x canary_source_0123 y"],
    ["in base64, at each alignment", Buffer.from("canary_source_0123").toString("base64")],
    ["in base64 behind one byte", Buffer.from("xcanary_source_0123 and more").toString("base64")],
    ["in base64 behind two bytes", Buffer.from("xxcanary_source_0123 and more").toString("base64url")],
    ["in hex", Buffer.from("canary_source_0123").toString("hex")],
    ["in capital hex", Buffer.from("canary_source_0123").toString("hex").toUpperCase()],
  ])("finds a secret %s", (_, text) => {
    expect(tracesOf(secret, text)).toEqual(["canary"]);
    expect(tracesOf({ canary: "canary_source_9999" }, text)).toEqual([]);
  });
});
