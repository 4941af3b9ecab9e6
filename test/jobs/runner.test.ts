import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { newEvent } from "../../ts/audit/new-event.ts";
import { AppError } from "../../ts/core/errors.ts";
import type { TenantId } from "../../ts/core/ids.ts";
import { createJobs, type JobServices, type Jobs } from "../../ts/jobs/jobs.ts";
import type { RunnerOptions } from "../../ts/jobs/runner.ts";
import type { Store } from "../../ts/jobs/store.ts";
import type { SubmitOf } from "../../ts/models/job.ts";
import type { Provider } from "../../ts/providers/provider.ts";
import { ALICE, BELL_BODY, BOB, createFolders, fakeRoute, fakeServices, openStore, UNHURRIED } from "./fixtures.ts";
import { createGate, type Gate, longRoute } from "./gate.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const body = (seed: number, change: Partial<SubmitOf<"circuit">> = {}): SubmitOf<"circuit"> => ({
  ...BELL_BODY,
  seed,
  ...change,
});

describe("the runner", () => {
  let store: Store;
  let folder: string;
  let gate: Gate;
  let services: ReturnType<typeof fakeServices>;
  let jobs: Jobs;

  async function start(
    concurrency = 1,
    change: Partial<JobServices> = {},
    options: Partial<RunnerOptions> = {},
  ): Promise<void> {
    services = { ...fakeServices(store, [gate.provider]), ...change };
    jobs = createJobs(services, { worker: "w", concurrency, pollMs: 20, ...options });
    await jobs.start();
  }

  beforeEach(async () => {
    folder = folders.next();
    store = await openStore(folder);
    gate = createGate();
  });
  afterEach(async () => {
    await jobs.stop();
    await store.close();
    expect(services.errors).toEqual([]);
  });

  it("runs no more at a time than it may, and all in the end", async () => {
    await start(3);
    const accepted = await Promise.all(Array.from({ length: 10 }, (_, k) => jobs.submit(ALICE, body(k))));
    for (let k = 0; k < 10; k++) {
      await gate.reached(Math.min(10, k + 3)); // All places taken.
      gate.release(gate.begun[k] ?? -1);
    }
    const done = await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
    expect(done.map(({ status }) => status)).toEqual(done.map(() => "succeeded"));
    expect(gate.load.most).toBe(3);
  });

  it("lets a tenant with one job not wait behind another's hundred", async () => {
    services = fakeServices(store, [gate.provider]);
    jobs = createJobs(services, { worker: "w", concurrency: 1 });
    const many = Array.from({ length: 20 }, (_, k) => jobs.submit(ALICE, body(k)));
    await Promise.all([...many, jobs.submit("zoe" as TenantId, body(777))]);
    await jobs.start();
    for (let k = 0; k < 3; k++) {
      await gate.reached(k + 1);
      gate.release(gate.begun[k] ?? -1);
    }
    expect(gate.begun.slice(0, 3).filter((seed) => seed === 777)).toHaveLength(1);
  });

  it("stops a running job when it is cancelled; what it brings later is refused", async () => {
    await start();
    const { id } = await jobs.submit(ALICE, body(1));
    await gate.reached(1);
    expect((await jobs.cancel(ALICE, id)).status).toBe("cancelled");
    expect(gate.load.now).toBe(0); // The signal came with the commit, not with the next poll.
    expect(await jobs.wait(ALICE, id)).toMatchObject({
      status: "cancelled",
      error: { code: "cancelled" },
      leafIndex: 0,
    });
    await expect(jobs.cancel(ALICE, id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("pauses a running job and runs it from the start when it is resumed", async () => {
    await start();
    const { id } = await jobs.submit(ALICE, body(1));
    await gate.reached(1);
    await jobs.pause(ALICE, id);
    await jobs.resume(ALICE, id);
    await gate.reached(2);
    gate.release(1);
    expect(await jobs.wait(ALICE, id)).toMatchObject({ status: "succeeded", fence: 2 });
  });

  it("hands running jobs back when it stops, and the next process runs them", async () => {
    await start(2);
    const { id } = await jobs.submit(ALICE, body(1));
    await gate.reached(1);
    await jobs.stop();
    expect(await store.get({ tenant: ALICE, id })).toMatchObject({
      status: "queued",
      attempts: [{ end: "handed-back" }],
    });
    await start();
    await gate.reached(2);
    gate.release(1);
    expect((await jobs.wait(ALICE, id)).status).toBe("succeeded");
  });

  it("takes over at once what a dead process left running, under a new fence", async () => {
    services = fakeServices(store);
    jobs = createJobs(services, { worker: "dead", concurrency: 1 });
    const { id } = await jobs.submit(ALICE, body(1));
    await store.claim({ worker: "dead", at: Date.now(), leaseMs: 3_600_000, limit: 1 });
    await start();
    await gate.reached(1);
    gate.release(1);
    expect(await jobs.wait(ALICE, id)).toMatchObject({
      ...{ status: "succeeded", fence: 2 },
      attempts: [
        { worker: "dead", end: "lost" },
        { worker: "w", end: "succeeded" },
      ],
    });
  });

  it("expires a job that waits for a free place until its deadline", async () => {
    await start(1, { decide: async () => longRoute() });
    const { id: blocker } = await jobs.submit(ALICE, body(1));
    const { id } = await jobs.submit(ALICE, body(2, { constraints: { deadlineMs: 30 } }));
    expect(await jobs.wait(ALICE, id)).toMatchObject({ status: "expired", attempts: [] });
    gate.release(1);
    expect((await jobs.wait(ALICE, blocker)).status).toBe("succeeded");
  });

  it("keeps the lease of a long run alive", async () => {
    services = fakeServices(store, [gate.provider]);
    let beats = 0;
    let beaten: () => void = () => undefined;
    const twice = new Promise<void>((resolve) => {
      beaten = resolve;
    });
    const watched: Store = {
      ...store,
      async apply(command) {
        const job = await store.apply(command);
        if (command.kind === "heartbeat" && ++beats === 2) beaten();
        return job;
      },
    };
    jobs = createJobs({ ...services, store: watched }, { worker: "w", concurrency: 1, leaseMs: 60, pollMs: 20 });
    await jobs.start();
    const { id } = await jobs.submit(ALICE, body(1));
    await twice;
    gate.release(1);
    expect(await jobs.wait(ALICE, id)).toMatchObject({ status: "succeeded", fence: 1 });
  });

  it("gives up waiting when told to, with the job as it is", async () => {
    await start();
    const { id } = await jobs.submit(ALICE, body(1));
    await gate.reached(1);
    const impatient = new AbortController();
    const waiting = jobs.wait(ALICE, id, impatient.signal);
    impatient.abort();
    expect((await waiting).status).toBe("running");
    await expect(jobs.wait(BOB, id)).rejects.toMatchObject({ code: "not-found" });
  });

  it("plans what has a price, runs it on its plan hash, and makes a new plan when the price changed", async () => {
    gate = createGate("qpu");
    let cost = 9;
    const priced: Provider = {
      ...gate.provider,
      describe: () => ({ ...gate.provider.describe(), price: { perTaskMicroUsd: cost, perShotMicroUsd: 0 } }),
    };
    await start(1, { providers: new Map([["qpu", priced]]), decide: async () => fakeRoute(["qpu"], { qpu: cost }) });
    const planned = await jobs.submit(ALICE, body(1, { target: "qpu" }));
    expect(planned).toMatchObject({ status: "planned", plan: { costMicroUsd: 9, approvals: 0 } });
    const oldHash = planned.plan?.planHash ?? "";
    cost = 10;
    await expect(jobs.execute(ALICE, planned.id, oldHash)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/10 µUSD/),
    });
    const { plan } = await jobs.get(ALICE, planned.id);
    expect(plan?.costMicroUsd).toBe(10);
    await expect(jobs.execute(ALICE, planned.id, oldHash)).rejects.toMatchObject({ code: "conflict" });
    await jobs.execute(ALICE, planned.id, plan?.planHash ?? "");
    await gate.reached(1);
    gate.release(1);
    expect(await jobs.wait(ALICE, planned.id)).toMatchObject({
      status: "succeeded",
      costMicroUsd: 10,
      result: { backend: "qpu" },
    });
  });

  it("accepts what cannot be planned as a job that failed, and plans it again on retry", async () => {
    let fault: AppError | undefined = new AppError("invalid-input", "no gate 'foo'", { line: 3, column: 1 });
    const quota = { admit: vi.fn(), release: vi.fn(), reserve: () => () => undefined };
    await start(1, {
      quota,
      async decide() {
        if (fault !== undefined) throw fault;
        return fakeRoute(["embedded"]);
      },
    });
    const failed = await jobs.submit(ALICE, body(1, { mode: "plan" }));
    expect(failed).toMatchObject({ status: "failed", plan: undefined, attempts: [], leafIndex: 0 });
    expect(failed.error).toEqual({ code: "invalid-input", message: "no gate 'foo'", line: 3, column: 1 });
    expect(await jobs.wait(ALICE, failed.id)).toEqual(failed);
    expect([quota.admit.mock.calls.length, quota.release.mock.calls.length]).toEqual([1, 1]);
    fault = undefined;
    expect((await jobs.retry(ALICE, failed.id)).status).toBe("planned");
    // Not the job's fault: it is not accepted.
    fault = new AppError("engine-failure", "the engine died");
    await expect(jobs.submit(ALICE, body(2, { mode: "plan" }))).rejects.toMatchObject({ code: "engine-failure" });
    expect((await jobs.list(ALICE, { limit: 9 })).jobs).toHaveLength(2);
  });

  it("refuses to execute a plan that no back end may run any more", async () => {
    let isAllowed = true;
    await start(1, {
      async decide() {
        if (isAllowed) return fakeRoute(["embedded"]);
        throw new AppError("no-backend", "the policy allows no back end only");
      },
    });
    const { id, plan } = await jobs.submit(ALICE, body(1, { mode: "plan" }));
    isAllowed = false;
    await expect(jobs.execute(ALICE, id, plan?.planHash ?? "")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("does not hold any more: the policy allows"),
    });
    expect((await jobs.get(ALICE, id)).status).toBe("planned");
  });

  it("waits for as many approvals as the policy asks, each with its log entry", async () => {
    await start(1, { policyOf: () => ({ ...UNHURRIED, approvals: [{ when: {}, approvers: 2 }] }) });
    const planned = await jobs.submit(ALICE, body(1, { mode: "plan" }));
    const execute = await jobs.execute(ALICE, planned.id, planned.plan?.planHash ?? "");
    expect(execute.status).toBe("awaiting-approval");
    const approval = (person: string) => ({
      person,
      event: newEvent(
        { actor: { kind: "key", id: person, role: "operator" }, requestId: null },
        { tenant: ALICE, at: 1, action: "job.approve", subject: planned.id },
      ),
    });
    expect((await jobs.approve(ALICE, planned.id, approval("ada"))).status).toBe("awaiting-approval");
    await expect(jobs.approve(ALICE, planned.id, approval("ada"))).rejects.toMatchObject({ code: "conflict" });
    expect((await jobs.approve(ALICE, planned.id, approval("bob"))).status).toBe("queued");
    await gate.reached(1);
    gate.release(1);
    await jobs.wait(ALICE, planned.id);
    expect(await store.log.size()).toBe(3);
  });

  it("refuses at the door what cannot be right", async () => {
    await start();
    const refusal = (change: Partial<SubmitOf<"circuit">>, key?: string) =>
      jobs.submit(ALICE, body(1, change), { idempotencyKey: key });
    await expect(refusal({ target: "moon" })).rejects.toMatchObject({
      code: "no-backend",
      message: expect.stringMatching(/'moon'; use auto or one of embedded/),
    });
    await expect(refusal({ metadata: { a: "\ud800" } })).rejects.toMatchObject({ code: "invalid-input" });
    await expect(refusal({}, "two words")).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringMatching(/Idempotency-Key/),
    });
    await expect(jobs.get(ALICE, "job_1")).rejects.toMatchObject({ code: "not-found" });
    expect((await jobs.list(ALICE, { limit: 9 })).jobs).toEqual([]);
  });

  it("takes the same submission again without running it twice", async () => {
    await start(2);
    const options = { idempotencyKey: "order-7" };
    const [first, second] = await Promise.all([
      jobs.submit(ALICE, body(1), options),
      jobs.submit(ALICE, body(1), options),
    ]);
    expect(second.id).toBe(first.id);
    await gate.reached(1);
    gate.release(1);
    await jobs.wait(ALICE, first.id);
    expect((await jobs.submit(ALICE, body(1), options)).status).toBe("succeeded");
    await expect(jobs.submit(ALICE, body(2), options)).rejects.toMatchObject({ code: "conflict" });
    expect(gate.begun).toEqual([1]);
  });

  describe("that runs only its own jobs", () => {
    /** A job left queued, and one left running, by a process that died. */
    async function leave(): Promise<{ waits: string; ran: string }> {
      const dead = createJobs(fakeServices(store), { worker: "dead", concurrency: 1 });
      const { id: ran } = await dead.submit(ALICE, body(1));
      await store.claim({ worker: "dead", at: Date.now(), leaseMs: 3_600_000, limit: 1 });
      const { id: waits } = await dead.submit(ALICE, body(2));
      return { waits, ran };
    }
    const ownJobsOnly = true;

    it("leaves in the queue what others left, whatever it runs itself, and takes it when it is told to", async () => {
      const { waits, ran } = await leave();
      await start(2, {}, { ownJobsOnly });
      for (const seed of [3, 4]) {
        const { id } = await jobs.submit(ALICE, body(seed));
        await gate.reached(seed - 2);
        gate.release(seed);
        await jobs.wait(ALICE, id);
      }
      expect(gate.begun).toEqual([3, 4]);
      expect(await jobs.get(ALICE, waits)).toMatchObject({ status: "queued", attempts: [] });
      expect(await jobs.get(ALICE, ran)).toMatchObject({ status: "queued", attempts: [{ end: "lost" }] });

      jobs.take(ALICE, ran);
      await gate.reached(3);
      gate.release(1);
      expect(await jobs.wait(ALICE, ran)).toMatchObject({ status: "succeeded", fence: 2 });
      expect((await jobs.get(ALICE, waits)).status).toBe("queued");
    });

    it("runs no more of them at a time than it may, and all in the end", async () => {
      await start(2, {}, { ownJobsOnly });
      const accepted = await Promise.all(Array.from({ length: 5 }, (_, k) => jobs.submit(ALICE, body(k))));
      for (let k = 0; k < 5; k++) {
        await gate.reached(Math.min(5, k + 2));
        gate.release(gate.begun[k] ?? -1);
      }
      const done = await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
      expect(done.map(({ status }) => status)).toEqual(done.map(() => "succeeded"));
      expect(gate.load.most).toBe(2);
    });

    it("tries them again after a failure that may pass", async () => {
      let failures = 1;
      const provider: Provider = {
        ...gate.provider,
        run: (job, control) =>
          failures-- > 0
            ? Promise.reject(new AppError("provider-unavailable", "told to fail"))
            : gate.provider.run(job, control),
      };
      await leave();
      let now = Date.now();
      const change = { providers: new Map([["embedded", provider]]), clock: () => now };
      await start(1, change, { ownJobsOnly });
      const { id } = await jobs.submit(ALICE, body(3));
      store.subscribe((job) => {
        now = Math.max(now, job.readyAt); // The pause between two attempts passes at once.
      });
      await gate.reached(1);
      gate.release(3);
      expect(await jobs.wait(ALICE, id)).toMatchObject({ status: "succeeded", fence: 2 });
      expect(gate.begun).toEqual([3]);
    });
  });
});
