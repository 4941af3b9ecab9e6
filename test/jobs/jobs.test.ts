import { afterAll, describe, expect, it } from "vitest";
import { fromUtf8 } from "../../ts/core/bytes.ts";
import { AppError } from "../../ts/core/errors.ts";
import { createJobs } from "../../ts/jobs/jobs.ts";
import { viewJob } from "../../ts/jobs/view.ts";
import { ALICE, BELL, BELL_BODY, createFolders, fakeServices, openStore } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

describe("a job's road", () => {
  it("runs to a stored result with its log entry, and is all there after a restart", async () => {
    const folder = folders.next();
    const store = await openStore(folder);
    const services = fakeServices(store);
    const jobs = createJobs(services, { worker: "w1", concurrency: 2 });
    await jobs.start();
    const accepted = await jobs.submit(ALICE, { ...BELL_BODY, metadata: { run: "42" } });
    expect(accepted.status).toBe("queued");
    const job = await jobs.wait(ALICE, accepted.id);
    expect(viewJob(job)).toMatchObject({
      ...{ id: accepted.id, status: "succeeded", target: "auto", seed: 7, costMicroUsd: 0, error: null },
      ...{ receipt: { leafIndex: 0 }, timing: { engineMs: 2, predictedMs: 3 }, metadata: { run: "42" } },
      attempts: [{ worker: "w1", end: "succeeded", tries: [{ backend: "embedded", error: null }] }],
    });
    await jobs.stop();
    await store.close();
    expect(services.errors).toEqual([]);

    const again = await openStore(folder);
    expect(await again.get(job)).toEqual(job);
    expect(fromUtf8(await again.result(job))).toContain("fake-container");
    expect((await again.log.leaves(0, 9)).map((leaf) => JSON.parse(fromUtf8(leaf)))).toEqual([
      {
        id: job.id,
        status: "succeeded",
        resultHash: job.result?.resultHash,
        inputBytes: BELL.length,
      },
    ]);
    expect((await again.events(ALICE, 0, 9)).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, "queued"],
      [2, "running"],
      [3, "succeeded"],
    ]);
    await again.close();
  });

  it("tells who waits that the store is full, and keeps the job for when it is not", async () => {
    const folder = folders.next();
    const store = await openStore(folder);
    const full = async (): Promise<never> => {
      throw new AppError("storage-full", "the disk is full");
    };
    const jobs = createJobs(fakeServices({ ...store, claim: full }), { worker: "w1", concurrency: 1, pollMs: 20 });
    await jobs.start();
    const { id } = await jobs.submit(ALICE, BELL_BODY);
    await expect(jobs.wait(ALICE, id)).rejects.toMatchObject({
      code: "storage-full",
      message: expect.stringContaining(`job ${id} is accepted`),
    });
    await jobs.stop();
    await store.close();

    const again = await openStore(folder);
    const later = createJobs(fakeServices(again), { worker: "w2", concurrency: 1 });
    await later.start();
    expect((await later.wait(ALICE, id)).status).toBe("succeeded");
    await later.stop();
    await again.close();
  });

  it("runs after a restart what was accepted before it", async () => {
    const folder = folders.next();
    const first = await openStore(folder);
    const { id } = await createJobs(fakeServices(first), { worker: "w1", concurrency: 1 }).submit(
      ALICE,

      BELL_BODY,
    );
    await first.close();
    const second = await openStore(folder);
    const jobs = createJobs(fakeServices(second), { worker: "w2", concurrency: 1 });
    await jobs.start();
    expect((await jobs.wait(ALICE, id)).status).toBe("succeeded");
    await jobs.stop();
    await second.close();
  });
});
