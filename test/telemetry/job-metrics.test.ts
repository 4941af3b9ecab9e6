import { afterEach, beforeEach, expect, it } from "vitest";
import type { Job } from "../../ts/jobs/job.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { jobMetrics } from "../../ts/telemetry/job-metrics.ts";
import { Registry } from "../../ts/telemetry/prometheus.ts";
import { ALICE, BOB, createFolders, fakeResult, fakeRoute, openStore, submission } from "../jobs/fixtures.ts";

const AT = 1_700_000_000_000;
const folders = createFolders();
let store: Store;
let registry: Registry;
let now = AT;

beforeEach(async () => {
  store = await openStore(folders.next());
  registry = new Registry();
  now = AT;
});
afterEach(async () => {
  await store.close();
  folders.clean();
});

/** The lines of one metric, without those of its buckets. */
async function lines(name: string): Promise<string[]> {
  const text = await registry.getSingleMetricAsString(name);
  return text.split("\n").filter((line) => line.startsWith(name) && !line.includes("_bucket"));
}

const observe = (): Promise<void> => jobMetrics(registry, store, () => now);

async function claim(at: number): Promise<Job> {
  const [job] = await store.claim({ worker: "w", leaseMs: 1000, at, limit: 1 });
  if (job === undefined) throw new Error("nothing to claim");
  return job;
}

const fenced = (job: Job, at: number) => ({ tenant: job.tenant, id: job.id, fence: job.fence, at, tries: [] });
const succeed = (job: Job, at: number, change = {}) =>
  store.apply({ kind: "succeed", ...fenced(job, at), costMicroUsd: 0, ...fakeResult({ engineMs: 40, ...change }) });

it("counts acceptance once a job, whatever happens to it later", async () => {
  await observe();
  const { id } = await store.apply(submission(ALICE, AT, { idempotency: { key: "k", bodyHash: "b" } }));
  await store.apply(submission(ALICE, AT, { idempotency: { key: "k", bodyHash: "b" } }));
  await store.apply({ kind: "pause", tenant: ALICE, id, at: AT });
  await store.apply({ kind: "resume", tenant: ALICE, id, at: AT });
  const accepted = await lines("ketflow_jobs_accepted_total");
  expect(accepted.filter((line) => !line.endsWith(" 0"))).toEqual(['ketflow_jobs_accepted_total{type="circuit"} 1']);
});

it("counts outcomes by back end, attempts by their end, retries, and what was reused", async () => {
  await observe();
  for (const tenant of [ALICE, BOB, ALICE, ALICE]) await store.apply(submission(tenant, AT));
  const error = { code: "engine-failure", message: "x" } as const;
  const failing = await claim(AT + 250);
  await store.apply({ kind: "heartbeat", ...fenced(failing, AT + 300), leaseMs: 1000 });
  await store.apply({ kind: "fail", ...fenced(failing, AT + 300), error, retryAt: AT + 500 });
  await succeed(await claim(AT + 400), AT + 450);
  await succeed(await claim(AT + 400), AT + 450, { reused: { jobId: failing.id } });
  await store.apply({ kind: "hand-back", ...fenced(await claim(AT + 400), AT + 420) });
  await store.apply({ kind: "cancel", tenant: ALICE, id: failing.id, at: AT + 460 });
  const again = await claim(AT + 500);
  const route = fakeRoute(["mock-qpu"]);
  await store.apply({ kind: "fail", ...fenced(again, AT + 500), error: { ...error, code: "invalid-input" }, route });
  expect((await lines("ketflow_jobs_finished_total")).sort()).toEqual([
    'ketflow_jobs_finished_total{type="circuit",outcome="cancelled",backend="none"} 1',
    'ketflow_jobs_finished_total{type="circuit",outcome="failed",backend="mock-qpu"} 1',
    'ketflow_jobs_finished_total{type="circuit",outcome="succeeded",backend="embedded"} 2',
  ]);
  expect((await lines("ketflow_job_attempts_total")).sort()).toEqual([
    'ketflow_job_attempts_total{end="failed"} 2',
    'ketflow_job_attempts_total{end="handed-back"} 1',
    'ketflow_job_attempts_total{end="succeeded"} 2',
  ]);
  expect(await lines("ketflow_job_retries_total")).toEqual(["ketflow_job_retries_total 1"]);
  expect(await lines("ketflow_jobs_reused_total")).toEqual(["ketflow_jobs_reused_total 1"]);
  expect(await lines("ketflow_engine_seconds")).toEqual([
    'ketflow_engine_seconds_sum{backend="embedded"} 0.04',
    'ketflow_engine_seconds_count{backend="embedded"} 1',
  ]);
  // First attempts only: 250 ms, and three of 400 ms.
  expect(await lines("ketflow_job_wait_seconds")).toEqual([
    "ketflow_job_wait_seconds_sum 1.4500000000000002",
    "ketflow_job_wait_seconds_count 4",
  ]);
});

it("knows how many jobs are in each state, those of an earlier process too, and how long the oldest waits", async () => {
  for (const tenant of [ALICE, BOB, ALICE]) await store.apply(submission(tenant, AT));
  await claim(AT);
  await observe();
  const [queued, running] = ['ketflow_jobs{status="queued"}', 'ketflow_jobs{status="running"}'];
  expect(await lines("ketflow_jobs")).toEqual(expect.arrayContaining([`${queued} 2`, `${running} 1`]));
  now = AT + 1500;
  expect(await lines("ketflow_queue_oldest_seconds")).toEqual(["ketflow_queue_oldest_seconds 1.5"]);
  await succeed(await claim(AT), AT);
  await claim(AT);
  expect(await lines("ketflow_jobs")).toEqual(expect.arrayContaining([`${queued} 0`, `${running} 2`]));
  expect(await lines("ketflow_queue_oldest_seconds")).toEqual(["ketflow_queue_oldest_seconds 0"]);
});
