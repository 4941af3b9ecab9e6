import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createJobs, type JobServices, type Jobs } from "../../ts/jobs/jobs.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { ALICE, BELL_BODY, createFolders, fakeServices, openStore } from "./fixtures.ts";
import { createGate, type Gate, longRoute } from "./gate.ts";

const folders = createFolders();
afterAll(() => folders.clean());

const body = (seed: number) => ({ ...BELL_BODY, seed });

describe("what a runner takes before its turn", () => {
  let store: Store;
  let gate: Gate;
  let services: ReturnType<typeof fakeServices>;
  let jobs: Jobs;

  async function start(concurrency: number, change: Partial<JobServices> = {}): Promise<void> {
    services = { ...fakeServices(store, [gate.provider]), ...change };
    jobs = createJobs(services, { worker: "w", concurrency, pollMs: 3_600_000 });
    await jobs.start();
  }

  beforeEach(async () => {
    store = await openStore(folders.next());
    gate = createGate();
  });
  afterEach(async () => {
    await jobs.stop();
    await store.close();
    expect(services.errors).toEqual([]);
  });

  it("claims a job in the transaction that accepts it, where there is a place, and asks for no more", async () => {
    let claims = 0;
    const counted: Store = {
      ...store,
      claim(request) {
        claims++;
        return store.claim(request);
      },
    };
    await start(2, { store: counted });
    await store.liveJobs(); // Behind the claim of what was queued before the start.
    await nextTurn();
    expect(claims).toBe(1);
    const accepted = await jobs.submit(ALICE, body(1));
    expect(accepted.status).toBe("queued");
    expect((await store.get(accepted)).status).toBe("running");
    await gate.reached(1);
    gate.release(1);
    await jobs.wait(ALICE, accepted.id);
    expect(claims).toBe(2);
  });

  it("takes quick jobs ahead of their turn, but no more than two for each that computes", async () => {
    await start(1);
    const accepted = await Promise.all(Array.from({ length: 6 }, (_, k) => jobs.submit(ALICE, body(k))));
    await gate.reached(1);
    await vi.waitFor(async () => expect((await store.liveJobs()).get("running")).toBe(3));
    expect([gate.load.most, (await store.liveJobs()).get("queued")]).toEqual([1, 3]);
    for (let k = 0; k < 6; k++) {
      await gate.reached(k + 1);
      gate.release(gate.begun[k] ?? -1);
    }
    await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
    expect(gate.load.most).toBe(1);
  });

  it("runs quick jobs on half of its places while many more come than end", async () => {
    let now = Date.now();
    await start(4, { clock: () => now });
    const accepted = await Promise.all(Array.from({ length: 40 }, (_, k) => jobs.submit(ALICE, body(k))));
    await gate.reached(4);
    now += 250; // The window in which they came is over.
    for (let k = 0; k < 40; k++) {
      await gate.reached(k + 1);
      // What was taken ahead before has run.
      if (k > 16 && k < 38) {
        await nextTurn();
        expect((await store.liveJobs()).get("running")).toBeLessThanOrEqual(2);
      }
      gate.release(gate.begun[k] ?? -1);
    }
    await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
  });

  it("leaves in the queue what would only wait behind a long job", async () => {
    await start(1, { decide: async () => longRoute() });
    const accepted = await Promise.all([0, 1, 2].map((k) => jobs.submit(ALICE, body(k))));
    for (let k = 0; k < 3; k++) {
      await gate.reached(k + 1);
      const live = await store.liveJobs();
      expect([live.get("running"), live.get("queued") ?? 0]).toEqual([1, 2 - k]);
      gate.release(gate.begun[k] ?? -1);
    }
    await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
  });

  it("takes nothing ahead beside a job that a process died with", async () => {
    services = fakeServices(store);
    jobs = createJobs(services, { worker: "dead", concurrency: 1 });
    const accepted = await Promise.all([0, 1, 2].map((k) => jobs.submit(ALICE, body(k))));
    await store.claim({ worker: "dead", at: Date.now(), leaseMs: 3_600_000, limit: 1 });
    await start(1);
    await gate.reached(1);
    await nextTurn();
    expect((await store.liveJobs()).get("running")).toBe(1);
    gate.release(gate.begun[0] ?? -1);
    await gate.reached(2);
    await vi.waitFor(async () => expect((await store.liveJobs()).get("running")).toBe(2), 30_000);
    for (const k of [1, 2]) {
      await gate.reached(k + 1);
      gate.release(gate.begun[k] ?? -1);
    }
    await Promise.all(accepted.map(({ id }) => jobs.wait(ALICE, id)));
  });
});
