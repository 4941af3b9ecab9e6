import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { createJobs, type Jobs } from "../../ts/jobs/jobs.ts";
import type { Store } from "../../ts/jobs/store.ts";
import type { SubmitOf } from "../../ts/models/job.ts";
import { ALICE, BELL_BODY, BOB, createFolders, fakeProvider, fakeRun, fakeServices, openStore } from "./fixtures.ts";

const folders = createFolders();
afterAll(() => folders.clean());

describe("a job that is submitted again", () => {
  let store: Store;
  let jobs: Jobs;
  let fails: boolean;
  beforeEach(async () => {
    fails = true;
    const provider = fakeProvider("embedded", async (job) => {
      if (fails) throw new AppError("unsupported", "told to fail");
      return fakeRun(job);
    });
    store = await openStore(folders.next());
    jobs = createJobs(fakeServices(store, [provider]), { worker: "w", concurrency: 1 });
    await jobs.start();
  });
  afterEach(async () => {
    await jobs.stop();
    await store.close();
  });

  const BODY: SubmitOf<"circuit"> = {
    ...BELL_BODY,
    ...{ options: { shots: 9 }, target: "embedded", metadata: { project: "x" } },
    ...{ constraints: { deadlineMs: 60_000, dataClass: "internal" }, routing: { strategies: ["balanced"] } },
  };

  it("is a new one with the same body and seed, and leaves the old one as it ended", async () => {
    const failed = await jobs.wait(ALICE, (await jobs.submit(ALICE, BODY, { reuse: false })).id);
    expect(failed.status).toBe("failed");
    fails = false;
    const again = await jobs.wait(ALICE, (await jobs.retry(ALICE, failed.id)).id);
    expect(again).toMatchObject({ status: "succeeded", seed: failed.seed, inputHash: failed.inputHash });
    expect(again.id).not.toBe(failed.id);
    expect(again.request).toEqual(failed.request);
    expect((again.deadlineAt ?? 0) - again.createdAt).toBe(60_000);
    expect(await jobs.get(ALICE, failed.id)).toEqual(failed);
    await expect(jobs.retry(ALICE, again.id)).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("is succeeded: only a job that failed"),
    });
  });

  it("keeps the seed that was drawn for it, and bytes that are no text", async () => {
    const { seed: _, ...unseeded } = BODY;
    const bytes = { base64: "/+8=" };
    const { id } = await jobs.submit(ALICE, { ...unseeded, input: { format: "openqasm3", source: bytes } });
    const failed = await jobs.wait(ALICE, id);
    const again = await jobs.retry(ALICE, id);
    expect(again.seed).toBe(failed.seed);
    expect(await jobs.input(ALICE, again.id)).toEqual(new Uint8Array([255, 239]));
  });

  it("was planned: it is planned again, and can be once it was cancelled", async () => {
    const planned = await jobs.submit(ALICE, { ...BODY, mode: "plan" });
    await expect(jobs.retry(ALICE, planned.id)).rejects.toMatchObject({ code: "conflict" });
    await jobs.cancel(ALICE, planned.id);
    const again = await jobs.retry(ALICE, planned.id);
    expect(again).toMatchObject({ status: "planned", plan: { costMicroUsd: 0 } });
    expect(again.plan?.planHash).not.toBe(planned.plan?.planHash); // of the new job
  });

  it("is one job however often the same request comes", async () => {
    const { id } = await jobs.wait(ALICE, (await jobs.submit(ALICE, BODY)).id);
    const options = { idempotencyKey: "again-1" };
    const [one, two] = await Promise.all([jobs.retry(ALICE, id, options), jobs.retry(ALICE, id, options)]);
    expect(two.id).toBe(one.id);
  });

  it("is nobody else's", async () => {
    const { id } = await jobs.wait(ALICE, (await jobs.submit(ALICE, BODY)).id);
    await expect(jobs.retry(BOB, id)).rejects.toMatchObject({ code: "not-found", message: `there is no job ${id}` });
  });
});
