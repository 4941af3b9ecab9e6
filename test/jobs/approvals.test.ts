import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Deed } from "../../ts/jobs/deed.ts";
import type { Job } from "../../ts/jobs/job.ts";
import { createJobs, type Jobs } from "../../ts/jobs/jobs.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { parseTenantPolicy, type TenantPolicy } from "../../ts/models/policy.ts";
import { ALICE, BELL_BODY, createFolders, fakeProvider, fakeRoute, fakeServices, openStore } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const START = 1_800_000_000_000;
const by = (person: string): Deed & { person: string } => ({ person });

describe("jobs that people agree to", () => {
  let store: Store;
  let jobs: Jobs;
  let now: number;
  let policy: TenantPolicy;
  let price: number;

  beforeEach(async () => {
    [now, price] = [START, 50];
    policy = parseTenantPolicy({
      approvals: [{ when: { minCostMicroUsd: 10 }, approvers: 2 }],
      approvalsExpireAfterMs: 60_000,
    });
    store = await openStore(folders.next());
    const qpu = fakeProvider("qpu", undefined, { kind: "mock", price: { perTaskMicroUsd: 50, perShotMicroUsd: 0 } });
    jobs = createJobs(
      {
        ...fakeServices(store, [fakeProvider("embedded"), qpu]),
        // The policy's hash in the route, as the router writes it.
        decide: async ({ request }) => fakeRoute([request.target], { qpu: price }, JSON.stringify(policy.routing)),
        policyOf: () => policy,
        clock: () => now,
      },
      { worker: "w", concurrency: 1, pollMs: 3_600_000 },
    );
  });
  afterEach(async () => {
    await jobs.stop();
    await store.close();
  });

  const submit = (change = {}): Promise<Job> =>
    jobs.submit(ALICE, { ...BELL_BODY, target: "qpu", ...change }, { submittedBy: "ada" });
  const execute = (job: Job, person = "eve") => jobs.execute(ALICE, job.id, job.plan?.planHash ?? "", by(person));
  const approve = (job: Job, person: string) => jobs.approve(ALICE, job.id, by(person));

  it("wait for their plan to be executed, and then for as many other people as the rule says", async () => {
    const planned = await submit();
    expect(planned).toMatchObject({ status: "planned", submittedBy: "ada", plan: { costMicroUsd: 50, approvals: 2 } });
    expect((await execute(planned)).status).toBe("awaiting-approval");
    for (const [person, code] of [
      ["ada", "forbidden"],
      ["eve", "forbidden"],
    ] as const)
      await expect(approve(planned, person)).rejects.toMatchObject({ code, message: expect.stringContaining(person) });
    expect(await approve(planned, "bob")).toMatchObject({ status: "awaiting-approval", approvedBy: ["bob"] });
    // One person with two keys is one person: what counts is the owner of the key.
    await expect(approve(planned, "bob")).rejects.toMatchObject({ code: "conflict" });
    expect(await approve(planned, "cyd")).toMatchObject({ status: "queued", approvedBy: ["bob", "cyd"] });
    await jobs.start();
    expect(await jobs.wait(ALICE, planned.id)).toMatchObject({ status: "succeeded", costMicroUsd: 50 });
  });

  it("cannot be approved before they were executed, nor after they left the gate", async () => {
    const planned = await submit();
    await expect(approve(planned, "bob")).rejects.toMatchObject({ code: "conflict" });
    await jobs.cancel(ALICE, planned.id);
    await expect(approve(planned, "bob")).rejects.toMatchObject({ code: "conflict" });
    await expect(execute(planned)).rejects.toMatchObject({ code: "conflict" });
  });

  it("need no approval below the rule's price, and run on one person's word", async () => {
    price = 9;
    const planned = await submit();
    expect(planned.plan?.approvals).toBe(0);
    expect((await execute(planned, "ada")).status).toBe("queued");
  });

  it("expire when their approvals do not come in time, and no late one counts before the sweep", async () => {
    const planned = await submit();
    await execute(planned);
    await approve(planned, "bob");
    now = START + 60_000;
    await expect(approve(planned, "cyd")).rejects.toMatchObject({
      ...{ code: "conflict", message: expect.stringContaining("waited too long for its approvals") },
    });
    expect(await store.overdue(now - 1, 9)).toEqual([]);
    expect(await store.overdue(now, 9)).toEqual([{ tenant: ALICE, id: planned.id }]);
    expect(await store.apply({ kind: "expire", tenant: ALICE, id: planned.id, at: now })).toMatchObject({
      ...{ status: "expired", error: { message: "its approvals did not come in time; submit it again" } },
    });
  });

  it("run out of no time once they are approved", async () => {
    const planned = await submit();
    await execute(planned);
    await approve(planned, "bob");
    await approve(planned, "cyd");
    now = START + 3_600_000;
    expect(await store.overdue(now, 9)).toEqual([]);
    await jobs.start();
    expect((await jobs.wait(ALICE, planned.id)).status).toBe("succeeded");
  });

  it.each([
    [
      "price",
      () => {
        price = 60;
      },
    ],
    [
      "rule",
      () => {
        policy = parseTenantPolicy({ approvals: [{ approvers: 1 }] });
      },
    ],
    [
      "policy",
      () => {
        policy = parseTenantPolicy({ ...policy, routing: { maxCostMicroUsd: 1000 } });
      },
    ],
  ])("answer a changed %s with the new plan, and keep it", async (_, change) => {
    const planned = await submit();
    change();
    const refused = await execute(planned).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "conflict", details: { plan: { costMicroUsd: price } } });
    const { plan } = (refused as { details: { plan: { planHash: string } } }).details;
    expect(plan.planHash).not.toBe(planned.plan?.planHash);
    expect((await jobs.get(ALICE, planned.id)).plan).toEqual(plan);
    // The old hash is answered with the plan that holds now, as often as it comes.
    await expect(execute(planned)).rejects.toMatchObject({ code: "conflict", details: { plan } });
    expect((await jobs.execute(ALICE, planned.id, plan.planHash, by("eve"))).status).toBe("awaiting-approval");
  });

  it("are planned again when the price changes between two approvals, and the first is void", async () => {
    const planned = await submit();
    await execute(planned);
    await approve(planned, "bob");
    price = 70;
    await expect(approve(planned, "cyd")).rejects.toMatchObject({
      ...{ code: "conflict", details: { plan: { costMicroUsd: 70 } } },
    });
    const again = await jobs.get(ALICE, planned.id);
    expect(again).toMatchObject({ status: "planned", approvedBy: [] });
    await execute(again, "fay");
    expect((await approve(again, "bob")).approvedBy).toEqual(["bob"]);
  });

  it("wait all the same under a policy that wants every job planned", async () => {
    policy = parseTenantPolicy({ dryRun: "always" });
    const planned = await submit({ target: "auto" });
    expect(planned).toMatchObject({ status: "planned", plan: { approvals: 0 } });
  });

  it("meet the first rule that fits, by price, place, back end and class of data", async () => {
    const rules = [
      { when: { minCostMicroUsd: 100 }, approvers: 4 },
      { when: { external: true }, approvers: 3 },
      { when: { backends: ["other"] }, approvers: 5 },
      { when: { dataClass: "confidential" }, approvers: 2 },
      { approvers: 1 },
    ];
    policy = parseTenantPolicy({ approvals: rules });
    const approvals = async (constraints = {}) => (await submit({ constraints })).plan?.approvals;
    expect(await approvals()).toBe(1);
    expect(await approvals({ dataClass: "restricted" })).toBe(2);
    price = 100;
    expect(await approvals()).toBe(4);
    // A job cannot declare itself less sensitive than its tenant's policy says.
    price = 50;
    policy = parseTenantPolicy({ approvals: rules, routing: { dataClass: "confidential" } });
    expect(await approvals({ dataClass: "public" })).toBe(2);
  });
});
