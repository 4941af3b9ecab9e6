import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import { createJobs, type JobServices, type Jobs } from "../../ts/jobs/jobs.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import { DEFAULT_QUOTAS, type Quotas } from "../../ts/models/tenant.ts";
import type { Provider } from "../../ts/providers/provider.ts";
import { QuotaBook } from "../../ts/tenancy/quota.ts";
import {
  ALICE,
  BELL_BODY,
  BOB,
  createFolders,
  fakeProvider,
  fakeRun,
  fakeServices,
  openStore,
  UNHURRIED,
} from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

/** Runs until it is told to stop. */
const endless: Provider["run"] = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));

describe("what a tenant may use", () => {
  let folder: string;
  let store: Store;
  let jobs: Jobs;
  let quota: QuotaBook;
  let quotas: Quotas;
  const clock = Date.now;

  async function open(
    change: Partial<JobServices> = {},
    run: Provider["run"] = async (job) => fakeRun(job),
  ): Promise<void> {
    store = await openStore(folder);
    quota = new QuotaBook((tenant: TenantId) => (tenant === ALICE ? quotas : DEFAULT_QUOTAS), clock);
    quota.restore(await store.usage(clock()));
    const services = { ...fakeServices(store, [fakeProvider("embedded", run)]), quota, policyOf: () => UNHURRIED };
    jobs = createJobs({ ...services, ...change }, { worker: "w", concurrency: 1 });
  }

  beforeEach(() => {
    folder = folders.next();
    quotas = { ...DEFAULT_QUOTAS };
  });
  afterEach(async () => {
    await jobs.stop();
    await store.close();
  });

  it("ends work that runs longer than the policy lets it, and says how to give it more", async () => {
    await open({ policyOf: () => parseTenantPolicy({ deadlines: { quantumMs: 5 } }) }, endless);
    await jobs.start();
    const { id } = await jobs.submit(ALICE, BELL_BODY);
    expect(await jobs.wait(ALICE, id)).toMatchObject({
      ...{
        status: "expired",
        error: { code: "deadline-exceeded", message: expect.stringContaining("longer than 5 ms") },
      },
      attempts: [{ end: "expired" }],
    });
    expect(quota.view(ALICE).used.jobsInFlight).toBe(0);
  });

  it("counts a job's own deadline instead, which may be later", async () => {
    let runs = 0;
    const run: Provider["run"] = async (job) => {
      runs++;
      return fakeRun(job);
    };
    await open({ policyOf: () => parseTenantPolicy({ deadlines: { quantumMs: 1 } }) }, run);
    await jobs.start();
    const { id } = await jobs.submit(ALICE, { ...BELL_BODY, constraints: { deadlineMs: 3_600_000 } });
    expect((await jobs.wait(ALICE, id)).status).toBe("succeeded");
    expect(runs).toBe(1);
  });

  it("holds jobs in flight over restarts, repeats of a request counted once", async () => {
    quotas.jobsInFlight = 2;
    await open();
    const first = await jobs.submit(ALICE, BELL_BODY, { idempotencyKey: "k" });
    await jobs.submit(ALICE, { ...BELL_BODY, seed: 8 });
    await expect(jobs.submit(ALICE, { ...BELL_BODY, seed: 9 })).rejects.toMatchObject({
      ...{ code: "quota-exceeded", details: { quota: "jobsInFlight", used: 2 } },
    });
    await jobs.submit(BOB, BELL_BODY);
    await store.close();

    await open();
    expect(quota.view(ALICE).used.jobsInFlight).toBe(2);
    await expect(jobs.submit(ALICE, { ...BELL_BODY, seed: 9 })).rejects.toMatchObject({ code: "quota-exceeded" });
    await jobs.cancel(ALICE, first.id);
    expect(quota.view(ALICE).used.jobsInFlight).toBe(1);
    const again = await jobs.submit(ALICE, BELL_BODY, { idempotencyKey: "k" });
    expect(again.id).toBe(first.id);
    expect(quota.view(ALICE).used.jobsInFlight).toBe(1);
  });

  it("answers a repeated request also when the quota is full: its job is counted already", async () => {
    quotas.jobsInFlight = 1;
    await open();
    const { id } = await jobs.submit(ALICE, BELL_BODY, { idempotencyKey: "k" });
    expect((await jobs.submit(ALICE, BELL_BODY, { idempotencyKey: "k" })).id).toBe(id);
    expect(quota.view(ALICE).used.jobsInFlight).toBe(1);
  });

  it("adds up engine time over a restart, and refuses the work that would pass the day's", async () => {
    await open();
    await jobs.start();
    const { id } = await jobs.submit(ALICE, BELL_BODY);
    await jobs.wait(ALICE, id);
    expect(quota.view(ALICE).used.computeSecondsToday).toBe(0.002);
    await jobs.stop();
    await store.close();

    await open();
    expect(quota.view(ALICE).used).toMatchObject({ computeSecondsToday: 0.002, jobsInFlight: 0 });
    // The route predicts 3 ms.
    quotas.computeSecondsPerDay = 0.004;
    await jobs.start();
    const refused = await jobs.submit(ALICE, { ...BELL_BODY, seed: 8 });
    expect(await jobs.wait(ALICE, refused.id)).toMatchObject({
      ...{ status: "failed", error: { code: "quota-exceeded", details: { quota: "computeSecondsPerDay" } } },
    });
    expect(quota.view(ALICE).used.computeSecondsToday).toBe(0.002);
  });

  it("gives back what was reserved for work that failed", async () => {
    await open({}, async () => {
      throw new Error("broken");
    });
    await jobs.start();
    const { id } = await jobs.submit(ALICE, BELL_BODY);
    expect((await jobs.wait(ALICE, id)).status).toBe("failed");
    expect(quota.view(ALICE).used).toMatchObject({ computeSecondsToday: 0, jobsInFlight: 0 });
  });
});
