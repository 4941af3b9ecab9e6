import { expect, it } from "vitest";
import { type ClientOptions, createClient } from "../../ts/client/client.ts";
import { backOffMs } from "../../ts/client/retry.ts";
import type { SubmitJob } from "../../ts/models/job.ts";
import { allOf } from "./all-of.ts";
import { answer, hangUp, problem, type Step, scriptedServer, stream } from "./scripted-server.ts";

const JOB: SubmitJob = { type: "circuit", input: { format: "openqasm3", source: "OPENQASM 3.0;" } };

/** A client whose pauses are written down instead of waited for. */
async function scripted(script: Step[], options: Partial<ClientOptions> = {}) {
  const pauses: number[] = [];
  const { url, seen } = await scriptedServer(...script);
  const client = createClient({
    ...{ url, apiKey: "kf_test", random: () => 1 },
    sleep: async (ms) => void pauses.push(ms),
    ...options,
  });
  return { client, seen, pauses };
}

it("doubles the time between tries, with jitter, up to a limit, and never comes earlier than it was asked to", () => {
  expect([1, 2, 3, 6, 7, 50].map((tries) => backOffMs(tries, 1))).toEqual([250, 500, 1000, 8000, 10_000, 10_000]);
  expect(backOffMs(1, 0)).toBe(125);
  expect(backOffMs(1, 1, 3000)).toBe(3000);
});

it("submits again under the same key after a lost connection, an unavailable service and a half answer", async () => {
  const half: Step = (response) => {
    response.writeHead(202, { "content-type": "application/json", "content-length": "100" });
    response.write('{"id":', () => response.destroy());
  };
  const unavailable = problem(503, "store-unavailable", {}, { "retry-after": "2" });
  const { client, seen, pauses } = await scripted([hangUp, unavailable, half, answer({ id: "job_1" }, 202)]);
  expect(await client.submit(JOB)).toEqual({ id: "job_1" });
  expect(pauses).toEqual([250, 2000, 1000]);
  expect(new Set(seen.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
  expect(seen[0]?.headers["idempotency-key"]).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(seen.map(({ body }) => body))).toEqual(new Set([JSON.stringify(JOB)]));
});

it("gives up after its tries with the last error", async () => {
  const { client, seen } = await scripted([hangUp, hangUp, hangUp], { retries: 2 });
  await expect(client.get("job_1")).rejects.toMatchObject({ code: "provider-unavailable" });
  expect(seen).toHaveLength(3);
});

it.each([
  ["what cannot succeed later", problem(400, "invalid-input")],
  ["what it is asked to wait long for", problem(429, "quota-exceeded", {}, { "retry-after": "3600" })],
])("does not try again: %s", async (_, step) => {
  const { client, seen, pauses } = await scripted([step]);
  await expect(client.submit(JOB)).rejects.toMatchObject({ details: expect.anything() });
  expect(seen).toHaveLength(1);
  expect(pauses).toEqual([]);
});

it.each([
  ["cancel", (client: ReturnType<typeof createClient>) => client.cancel("job_1")],
  ["approve", (client: ReturnType<typeof createClient>) => client.approve("job_1")],
  ["execute", (client: ReturnType<typeof createClient>) => client.execute("job_1", "hash")],
  ["keys.create", (client: ReturnType<typeof createClient>) => client.keys.create({ name: "ci", role: "member" })],
])("does not do twice what may have happened: %s", async (_, call) => {
  const { client, seen } = await scripted([hangUp]);
  await expect(call(client)).rejects.toMatchObject({ code: "provider-unavailable" });
  expect(seen).toHaveLength(1);
});

it("gives the problem with its code, place, request and details", async () => {
  const { client } = await scripted([
    problem(409, "conflict", {
      detail: "the plan changed",
      requestId: "r1",
      line: 3,
      column: 4,
      plan: { planHash: "x" },
    }),
  ]);
  const error = { code: "conflict", message: "the plan changed", line: 3, column: 4 };
  const details = { requestId: "r1", plan: { planHash: "x" } };
  await expect(client.execute("job_1", "y")).rejects.toMatchObject({ ...error, details });
});

it.each([
  [502, "provider-unavailable"],
  [503, "provider-unavailable"],
  [504, "provider-unavailable"],
  [404, "not-found"],
  [418, "invalid-input"],
  [501, "internal"],
])("takes a proxy's page with status %i as %s", async (status, code) => {
  const page: Step = (response) => response.writeHead(status, { "content-type": "text/html" }).end("<h1>no</h1>");
  const { client } = await scripted([page], { retries: 0 });
  await expect(client.get("job_1")).rejects.toMatchObject({ code, message: expect.stringContaining(String(status)) });
});

it("takes an answer that is no JSON, or none in time, as a service that is not there", async () => {
  const page: Step = (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>welcome</h1>");
  const silence: Step = () => undefined;
  const { client } = await scripted([page, silence], { retries: 0, timeoutMs: 200 });
  await expect(client.get("job_1")).rejects.toMatchObject({ code: "provider-unavailable" });
  await expect(client.get("job_1")).rejects.toMatchObject({ message: expect.stringContaining("no answer in time") });
});

it("says what is wrong where nothing listens, and is cancelled by its caller", async () => {
  const refused = createClient({ url: "http://127.0.0.1:1", retries: 0 });
  await expect(refused.health()).rejects.toMatchObject({
    code: "provider-unavailable",
    message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:1\/ cannot be reached: /),
  });
  const { client, seen } = await scripted([() => abort.abort()]);
  const abort = new AbortController();
  await expect(client.get("job_1", { signal: abort.signal })).rejects.toMatchObject({ code: "cancelled" });
  expect(seen).toHaveLength(1);
});

it.each(["ftp://host", "not a url", "http://user:secret@host"])("refuses the url %s, without its secret", (url) => {
  expect(() => createClient({ url })).toThrow(expect.objectContaining({ code: "invalid-input" }));
  expect(() => createClient({ url })).not.toThrow(/user:secret@host.*API key/);
});

it("keeps a path before /v1, and ids cannot leave theirs", async () => {
  const { url, seen } = await scriptedServer(answer({}), answer({}));
  await createClient({ url: `${url}/quantum` }).get("job_1");
  await createClient({ url }).get("../../v1/policy?x#y");
  expect(seen.map(({ path }) => path)).toEqual(["/quantum/v1/jobs/job_1", "/v1/jobs/..%2F..%2Fv1%2Fpolicy%3Fx%23y"]);
});

const change = (id: number, status: string): string =>
  `id: ${id}\nevent: ${status}\ndata: ${JSON.stringify({ jobId: "job_1", at: "2026-01-01T00:00:00.000Z", status, data: {} })}\n\n`;
const PROGRESS = 'event: progress\ndata: {"jobId":"job_1","at":"2026-01-01T00:00:00.000Z","done":1,"total":4}\n\n';
const end = (reason: string): string => `event: end\ndata: {"reason":"${reason}"}\n\n`;

it("follows a job across lost connections, restarts and its own slowness, each event once", async () => {
  const { client, seen, pauses } = await scripted([
    stream(`retry: 700\n\n${change(5, "queued")}${change(6, "running")}${PROGRESS}`, "broken"),
    hangUp,
    problem(503, "store-unavailable", {}, { "retry-after": "1" }),
    hangUp,
    hangUp, // more failures than tries: what was once connected comes back
    stream(`${change(7, "queued")}${end("stopping")}`, "open"),
    stream(`${change(8, "running")}${change(9, "succeeded")}${end("final")}`),
  ]);
  const events = await allOf(client.watch("job_1"));
  expect(events.map((event) => (event.kind === "change" ? [event.id, event.status] : event.done))).toEqual([
    [5, "queued"],
    [6, "running"],
    1,
    [7, "queued"],
    [8, "running"],
    [9, "succeeded"],
  ]);
  expect(seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "6", "6", "6", "6", "6", "7"]);
  expect(pauses).toEqual([700, 700, 1000, 2000, 4000, 700]);
});

it("stops following where there is nothing to follow", async () => {
  const over = await scripted([(response) => response.writeHead(204).end()]);
  expect(await allOf(over.client.watch("job_1", { after: 9 }))).toEqual([]);
  expect(over.seen[0]?.headers["last-event-id"]).toBe("9");

  const revoked = await scripted([stream(change(1, "queued") + end("key-not-valid"))]);
  await expect(allOf(revoked.client.watch())).rejects.toMatchObject({ code: "unauthenticated" });

  const absent = await scripted([hangUp, hangUp], { retries: 1 });
  await expect(allOf(absent.client.watch())).rejects.toMatchObject({ code: "provider-unavailable" });

  const unknown = await scripted([problem(404, "not-found")]);
  await expect(allOf(unknown.client.watch("job_9"))).rejects.toMatchObject({ code: "not-found" });
});

it("waits by the stream when somebody listens, and asks at its end", async () => {
  const { client, seen } = await scripted([
    stream(`${change(1, "planned")}`, "open"), // an earlier day: somebody has agreed since
    answer({ status: "running" }, 202),
    stream(`${change(2, "queued")}${change(3, "succeeded")}${end("final")}`),
    answer({ status: "succeeded" }),
  ]);
  const heard: string[] = [];
  const job = await client.wait("job_1", {
    onEvent: (event) => void heard.push("status" in event ? event.status : ""),
  });
  expect(job.status).toBe("succeeded");
  expect(heard).toEqual(["planned", "queued", "succeeded"]);
  expect(seen[2]?.headers["last-event-id"]).toBe("1");
});

it("waits by asking where there is no stream, and where nobody listens", async () => {
  const { client, seen } = await scripted([
    problem(404, "not-found"),
    answer({ status: "running" }, 202),
    answer({ status: "failed" }),
    answer({ status: "awaiting-approval" }, 202),
  ]);
  expect((await client.wait("job_1", { onEvent: () => undefined })).status).toBe("failed");
  expect((await client.wait("job_2")).status).toBe("awaiting-approval");
  expect(seen.slice(1).map(({ headers }) => headers.prefer)).toEqual(["wait=60", "wait=60", "wait=60"]);
});
