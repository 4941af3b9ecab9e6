import { describe, expect, it } from "vitest";
import type { JobId, TenantId } from "../../ts/core/ids.ts";
import type { Job } from "../../ts/jobs/job.ts";
import { JobMemory } from "../../ts/jobs/job-memory.ts";

const tenant = "a" as TenantId;
const NO_BYTES = new Uint8Array();
const job = (k: number, status = "queued") => ({ id: `job_${k}` as JobId, tenant, status }) as unknown as Job;

describe("the memory of jobs", () => {
  it("knows a job by tenant and id, as it was changed last", () => {
    const memory = new JobMemory();
    memory.add({ row: 7, job: job(1) }, Uint8Array.of(1, 2));
    const running = job(1, "running");
    memory.change(running, false);
    expect(memory.find({ tenant, id: running.id })).toMatchObject({ row: 7, job: running, input: Uint8Array.of(1, 2) });
    expect(memory.find({ tenant: "b" as TenantId, id: running.id })).toBeUndefined();
  });

  it("keeps the first 64 that have not ended, and those that are taken from the queue", () => {
    const memory = new JobMemory();
    for (let k = 0; k < 300; k++) memory.add({ row: k, job: job(k) }, NO_BYTES);
    const kept = Array.from({ length: 300 }, (_, k) => memory.find({ tenant, id: job(k).id })?.row).filter(
      (row) => row !== undefined,
    );
    expect(kept).toEqual(Array.from({ length: 64 }, (_, k) => k));
    memory.take({ row: 299, job: job(299) });
    expect(memory.find({ tenant, id: job(299).id })?.row).toBe(299);
  });

  it("keeps the last 64 that have ended, which make room for others", () => {
    const memory = new JobMemory();
    for (let k = 0; k < 300; k++) {
      memory.add({ row: k, job: job(k) }, NO_BYTES);
      memory.change(job(k, "succeeded"), true);
    }
    const kept = Array.from({ length: 300 }, (_, k) => k).filter((k) => memory.find({ tenant, id: job(k).id }));
    expect(kept).toEqual(Array.from({ length: 64 }, (_, k) => 236 + k));
  });

  it("keeps no input and no result above 16 KiB, and of a part of a buffer only the part", () => {
    const memory = new JobMemory();
    memory.add({ row: 1, job: job(1) }, new Uint8Array(16 * 1024 + 1));
    memory.addResult(job(1).id, new Uint8Array(1_000_000).subarray(0, 10));
    const known = memory.find({ tenant, id: job(1).id });
    expect(known?.input).toBeUndefined();
    expect(known?.container?.buffer.byteLength).toBe(10);
  });

  it("keeps none that waits for people", () => {
    const memory = new JobMemory();
    memory.add({ row: 1, job: job(1, "planned") }, NO_BYTES);
    memory.add({ row: 2, job: job(2) }, NO_BYTES);
    memory.change(job(2, "paused"), false);
    expect([1, 2].map((k) => memory.find({ tenant, id: job(k).id }))).toEqual([undefined, undefined]);
  });

  it("gives the queued job whose turn it is, when all of them are here", () => {
    const memory = new JobMemory();
    const add = (k: number, of: string, readyAt: number, deadlineAt?: number) =>
      memory.add({ row: k, job: { ...job(k), tenant: of as TenantId, readyAt, deadlineAt } }, NO_BYTES);
    expect(memory.firstQueued(0, "", 100)).toBeNull();
    add(1, "b", 5);
    add(2, "a", 9);
    add(3, "a", 7);
    add(4, "a", 7);
    add(5, "a", 1, 100);
    add(6, "c", 101);
    const rows = ["", "a", "b", "c"].map((after) => memory.firstQueued(6, after, 100)?.row);
    expect(rows).toEqual([3, 1, 3, 3]);
    expect(memory.firstQueued(7, "", 100)).toBeUndefined();
    expect(memory.firstQueued(6, "", 0)).toBeNull();
    memory.change({ ...job(3, "running"), tenant: "a" as TenantId }, false);
    expect(memory.firstQueued(5, "", 100)?.row).toBe(4);
  });

  it("forgets one, or all", () => {
    const memory = new JobMemory();
    for (const k of [1, 2, 3]) memory.add({ row: k, job: job(k) }, NO_BYTES);
    memory.change(job(2, "failed"), true);
    memory.forget(job(1).id);
    memory.forget(job(2).id);
    expect([1, 2, 3].map((k) => memory.find({ tenant, id: job(k).id })?.row)).toEqual([undefined, undefined, 3]);
    memory.clear();
    expect(memory.find({ tenant, id: job(3).id })).toBeUndefined();
  });
});
