import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BELL_BODY } from "../jobs/fixtures.ts";
import { EnginePool, running } from "./service.ts";

afterEach(() => vi.restoreAllMocks());

const WAIT = { prefer: "wait=20" };

/** Name → type of every metric in a text of Prometheus. */
function metricsOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
}

function sampleOf(text: string, series: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

/** The process id of the newest engine host that this process started. */
function engineHostOfThis(): number {
  const children = readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").trim().split(" "),
  );
  const host = children.findLast(
    (pid) => pid !== "" && readFileSync(`/proc/${pid}/comm`, "utf8") === "ketflow-engines\n",
  );
  if (host === undefined) throw new Error("this process has no engine host");
  return Number(host);
}

describe("GET /metrics", () => {
  it("has exactly the metrics that docs/operations.md explains", async () => {
    const { call } = await running();
    const { text, headers } = await call("GET", "/metrics");
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)(?:\{[\w,]+\})?` \| (\w+) \| .{20,} \|$/gm)];
    const documented = new Map(rows.map(([, name = "", type = ""]) => [name, type]));
    expect(Object.fromEntries(metricsOf(text))).toEqual(Object.fromEntries(documented));
  });

  it("tells what the service did", async () => {
    const { call } = await running();
    expect((await call("POST", "/v1/jobs", BELL_BODY, WAIT)).json.status).toBe("succeeded");
    expect((await call("POST", "/v1/jobs", BELL_BODY, WAIT)).json.status).toBe("succeeded");
    await call("POST", "/v1/jobs", "{", WAIT);
    await call("GET", "/v1/jobs", undefined, { authorization: "Bearer nobody" });
    await call("GET", "/nowhere/x");
    const { json: job } = await call("POST", "/v1/jobs", BELL_BODY, { ...WAIT, "cache-control": "no-cache" });
    await call("GET", `/v1/jobs/${job.id}/receipt`);
    await call("PATCH", "/v1/tenants/local", { quotas: { jobsPerMinute: 1 } });
    expect((await call("POST", "/v1/jobs", BELL_BODY)).status).toBe(429);
    const { text } = await call("GET", "/metrics");
    const expected = {
      'ketflow_http_requests_total{operation="submitJob",method="POST",status="2xx"}': 3,
      'ketflow_http_requests_total{operation="submitJob",method="POST",status="4xx"}': 2,
      'ketflow_http_requests_total{operation="unmatched",method="GET",status="4xx"}': 1,
      'ketflow_http_request_seconds_count{operation="submitJob"}': 5,
      ketflow_http_failed_authentications_total: 1,
      'ketflow_quota_refused_total{quota="jobsPerMinute"}': 1,
      'ketflow_jobs_accepted_total{type="circuit"}': 3,
      'ketflow_jobs_finished_total{type="circuit",outcome="succeeded",backend="embedded"}': 3,
      ketflow_jobs_reused_total: 1,
      'ketflow_engine_seconds_count{backend="embedded"}': 2,
    };
    const seen = Object.fromEntries(Object.keys(expected).map((series) => [series, sampleOf(text, series)]));
    expect(seen).toEqual(expected);
    expect(sampleOf(text, "ketflow_log_signing_seconds_count")).toBeGreaterThan(0);
    expect(sampleOf(text, "ketflow_store_commit_writes_count")).toBeGreaterThan(3);
    expect(sampleOf(text, 'ketflow_log_leaves{state="signed"}')).toBeGreaterThan(2);
    expect(sampleOf(text, 'ketflow_store_bytes{file="wal"}')).toBeGreaterThan(4096);
    expect(sampleOf(text, 'ketflow_pool{state="limit"}')).toBeGreaterThan(0);
    expect(text).toMatch(
      /ketflow_build_info\{version="0\.0\.0-test",engine="statevector [^"]+",engine_content_hash="[0-9a-f]{64}"/,
    );
    // Nothing that grows with callers, jobs or tenants is a label.
    expect(text).not.toMatch(/nowhere|"local"|job_0/);
  });

  it("needs no key from this machine, and one with audit:read for what a proxy forwards", async () => {
    const { call } = await running();
    const keyOf = async (role: string): Promise<string> =>
      `Bearer ${(await call("POST", "/v1/keys", { name: role, role })).json.key}`;
    const [auditor, member] = [await keyOf("auditor"), await keyOf("member")];
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await call("GET", "/metrics", undefined, { authorization: "", ...headers })).status;
    expect(await status({})).toBe(200);
    for (const forwarded of [
      { "x-forwarded-for": "192.0.2.1" },
      { forwarded: "for=192.0.2.1" },
      { via: "1.1 proxy" },
    ]) {
      expect(await status({ ...forwarded })).toBe(401);
      expect(await status({ ...forwarded, authorization: member })).toBe(403);
      expect(await status({ ...forwarded, authorization: auditor })).toBe(200);
    }
  });
});

describe("the log of the service", () => {
  it("has a line for each request, whose trace id is the caller's and stands in the audit trail too", async () => {
    const { call, lines } = await running();
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const headers = { ...WAIT, traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const answer = await call("POST", "/v1/jobs", BELL_BODY, headers);
    expect(answer.headers.get("x-request-id")).toBe(traceId);
    expect(lines()).toContainEqual({
      ...{ time: expect.any(String), level: "debug", event: "http.request", traceId, operation: "submitJob" },
      ...{ method: "POST", status: 200, ms: expect.any(Number), tenant: "local", keyId: "key_admin" },
      jobId: answer.json.id,
    });
    const { json } = await call("GET", `/v1/audit?subject=${answer.json.id}`);
    expect(json.events).toEqual([expect.objectContaining({ action: "job.submit", requestId: traceId })]);
  });

  it("has a line for each change of a job; equal inputs have equal hashes, which are not theirs", async () => {
    const { call, lines } = await running();
    const [first, second] = [
      await call("POST", "/v1/jobs", BELL_BODY, WAIT),
      await call("POST", "/v1/jobs", BELL_BODY, WAIT),
    ];
    const of = (id: string) => lines().filter(({ jobId, event }) => jobId === id && String(event).startsWith("job."));
    expect(of(first.json.id).map(({ from, status }) => `${from ?? ""} → ${status}`)).toEqual([
      " → queued",
      "queued → running",
      "running → succeeded",
    ]);
    const [one, other] = [of(first.json.id)[0]?.inputHash, of(second.json.id)[0]?.inputHash];
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(other).toBe(one);
    expect(of(second.json.id).at(-1)).toMatchObject({ reused: true, engineMs: 0 });
  });

  it.skipIf(process.platform !== "linux")(
    "has a line for what the engines' process prints, without its words",
    async () => {
      const { call, lines, logText } = await running({ engines: "host" });
      expect((await call("POST", "/v1/jobs", BELL_BODY, WAIT)).json.status).toBe("succeeded");
      // Node then says at which address its debugger listens, or why it does not.
      process.kill(engineHostOfThis(), "SIGUSR1");
      const printed = () => lines().filter(({ event }) => event === "engines.printed");
      await vi.waitFor(() => expect(printed().length).toBeGreaterThan(0));
      expect(printed()[0]).toMatchObject({
        level: "error",
        fault: { type: "output", messageHash: expect.stringMatching(/^[0-9a-f]{32}$/), stack: [] },
      });
      expect(logText()).not.toMatch(/debugger|inspector/i);
    },
  );

  it("tells at info only what failed, was slow, started or stopped", async () => {
    const { call, lines, service } = await running({}, "info");
    await call("POST", "/v1/jobs", BELL_BODY, WAIT);
    await call("GET", "/nowhere");
    vi.spyOn(EnginePool.prototype, "estimate").mockRejectedValue(new Error("boom"));
    // Other options than before: work that was estimated once is not estimated again.
    const options = { ...BELL_BODY.options, shots: 77 };
    const { status, headers } = await call("POST", "/v1/jobs", { ...BELL_BODY, options, mode: "plan" });
    expect(status).toBe(500);
    const traceId = headers.get("x-request-id");
    await service.close();
    const [started, fault, request, ...rest] = lines();
    expect(started).toMatchObject({ event: "service.started", url: service.url, version: "0.0.0-test" });
    expect(fault).toMatchObject({ level: "error", event: "service.failed", traceId, operation: "submitJob" });
    expect(fault).toMatchObject({
      tenant: "local",
      keyId: "key_admin",
      fault: { type: "Error", stack: expect.any(Array) },
    });
    expect(request).toMatchObject({ level: "info", event: "http.request", traceId, status: 500, code: "internal" });
    expect(rest.map(({ event }) => event)).toEqual(["service.stopping", "service.stopped"]);
  });
});
