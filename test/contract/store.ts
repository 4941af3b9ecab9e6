import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent } from "../../ts/audit/event.ts";
import { fromUtf8, utf8 } from "../../ts/core/bytes.ts";
import { newEventId, newJobId } from "../../ts/core/ids.ts";
import type { Job } from "../../ts/jobs/job.ts";
import type { Store } from "../../ts/jobs/store.ts";
import { ALICE, BELL, BOB, fakeResult, submission } from "../jobs/fixtures.ts";

/** A place that keeps jobs: every `open` is the same database, as after a restart. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

const AT = 1_700_000_000_000;
const LEASE = { worker: "w", leaseMs: 1000 };

/** What every store has to do; the store is made with the `outcomeLeaf` of test/jobs/fixtures.ts. */
export function describeStore(name: string, createPlace: () => Promise<StorePlace>): void {
  describe(`${name}: the contract of a store`, () => {
    let place: StorePlace;
    let store: Store;

    beforeEach(async () => {
      place = await createPlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    const claimOne = async (at = AT): Promise<Job> => {
      const [job] = await store.claim({ ...LEASE, at, limit: 1 });
      if (job === undefined) throw new Error("nothing to claim");
      return job;
    };
    const succeed = (job: Job, at = AT, change = {}): Promise<Job> =>
      store.apply({
        ...{ kind: "succeed", tenant: job.tenant, id: job.id, at, fence: job.fence, tries: [], costMicroUsd: 0 },
        ...fakeResult(change),
      });

    it("keeps everything over a restart", async () => {
      const accepted = await store.apply(submission(ALICE, AT));
      const done = await succeed(await claimOne());
      await store.close();
      store = await place.open();
      expect(await store.get(accepted)).toEqual(done);
      expect(done).toMatchObject({ id: accepted.id, status: "succeeded", leafIndex: 0 });
      expect(await store.input(accepted)).toEqual(utf8(BELL));
      expect(await store.result(accepted)).toEqual(fakeResult().container);
      expect((await store.salt(accepted))?.length).toBe(32);
      expect(await store.log.size()).toBe(1);
      expect((await store.events(ALICE, 0, 10)).map(({ kind }) => kind)).toEqual(["queued", "running", "succeeded"]);
    });

    it("keeps a job that failed as it was accepted, with its input, its leaf and its event", async () => {
      const refusal = { code: "invalid-input", message: "no circuit", line: 1, column: 2 } as const;
      const failed = await store.apply(submission(ALICE, AT, { refusal }));
      await store.close();
      store = await place.open();
      expect(await store.get(failed)).toEqual(failed);
      expect(failed).toMatchObject({ status: "failed", error: refusal, attempts: [], finishedAt: AT, leafIndex: 0 });
      expect(await store.input(failed)).toEqual(utf8(BELL));
      expect((await store.salt(failed))?.length).toBe(32);
      expect(await store.log.size()).toBe(1);
      expect((await store.events(ALICE, 0, 10)).map(({ kind }) => kind)).toEqual(["failed"]);
      expect(await store.claim({ ...LEASE, at: AT, limit: 1 })).toEqual([]);
    });

    it("answers a foreign id exactly as one that was never given", async () => {
      const { id } = await store.apply(submission(ALICE, AT));
      const never = newJobId(AT);
      const reads = ["get", "input", "result", "salt"] as const;
      for (const read of reads) {
        for (const ref of [
          { tenant: BOB, id },
          { tenant: ALICE, id: never },
        ]) {
          await expect(store[read](ref), `${read} ${ref.tenant}`).rejects.toMatchObject({
            code: "not-found",
            message: `there is no job ${ref.id}`,
          });
        }
      }
      for (const kind of ["cancel", "pause", "resume", "expire"] as const) {
        await expect(store.apply({ kind, tenant: BOB, id, at: AT })).rejects.toMatchObject({
          code: "not-found",
          message: `there is no job ${id}`,
        });
      }
      expect((await store.list(BOB, { limit: 9 })).jobs).toEqual([]);
      expect(await store.events(BOB, 0, 9)).toEqual([]);
      expect((await store.get({ tenant: ALICE, id })).status).toBe("queued");
    });

    it("gives one job for one idempotency key and body, also when both come in one turn", async () => {
      const idempotency = { key: "order-1", bodyHash: "a" };
      const jobs = await Promise.all([0, 1, 2].map(() => store.apply(submission(ALICE, AT, { idempotency }))));
      expect(new Set(jobs.map(({ id }) => id)).size).toBe(1);
      const other = submission(ALICE, AT, { idempotency: { key: "order-1", bodyHash: "b" } });
      await expect(store.apply(other)).rejects.toMatchObject({ code: "conflict" });
      const foreign = await store.apply(submission(BOB, AT, { idempotency }));
      expect(foreign.id).not.toBe(jobs[0]?.id);
      expect((await store.list(ALICE, { limit: 9 })).jobs.length).toBe(1);
      expect(await store.events(ALICE, 0, 9)).toHaveLength(1);
    });

    it("rolls a refused command back alone; its neighbours of the same turn stand", async () => {
      const [a, b] = [submission(ALICE, AT), submission(ALICE, AT + 1)];
      const results = await Promise.allSettled([
        store.apply(a),
        store.apply({ kind: "resume", tenant: ALICE, id: a.id, at: AT }),
        store.apply(a), // The same id again breaks a constraint of the database, after its row was begun.
        store.apply(b),
      ]);
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
      expect((await store.list(ALICE, { limit: 9 })).jobs.map(({ id }) => id).sort()).toEqual([a.id, b.id].sort());
      expect((await store.events(ALICE, 0, 9)).map(({ sequence, jobId }) => [sequence, jobId])).toEqual([
        [1, a.id],
        [2, b.id],
      ]);
    });

    it("takes a result once: the overtaken worker is refused", async () => {
      await store.apply(submission(ALICE, AT));
      const first = await claimOne();
      await store.apply({ kind: "reclaim", tenant: ALICE, id: first.id, at: AT, fence: first.fence, workerGone: true });
      const second = await claimOne();
      expect(second.fence).toBe(first.fence + 1);
      const [late, due] = await Promise.allSettled([succeed(first), succeed(second)]);
      expect(late).toMatchObject({ status: "rejected", reason: { code: "conflict" } });
      expect(due.status).toBe("fulfilled");
      await expect(succeed(second)).rejects.toMatchObject({ code: "conflict" });
      expect(await store.log.size()).toBe(1);
    });

    it("claims each job once, tenants by turns, each tenant's first come first", async () => {
      const ids = new Map<string, string>();
      for (const [k, tenant] of [ALICE, ALICE, ALICE, BOB].entries()) {
        ids.set((await store.apply(submission(tenant, AT + k))).id, `${tenant}${k}`);
      }
      const at = AT + 9;
      const claimed = (
        await Promise.all([store.claim({ ...LEASE, at, limit: 3 }), store.claim({ ...LEASE, at, limit: 3 })])
      ).flat();
      expect(claimed.map(({ id }) => ids.get(id))).toEqual(["alice0", "bob3", "alice1", "alice2"]);
      expect(await store.claim({ ...LEASE, at, limit: 3 })).toEqual([]);
    });

    it("goes on with the tenant after the last served", async () => {
      for (const tenant of [ALICE, BOB]) await store.apply(submission(tenant, AT));
      const [job] = await store.claim({ ...LEASE, at: AT, limit: 1, after: ALICE });
      expect(job?.tenant).toBe(BOB);
    });

    it("leaves a job alone until its next attempt is due", async () => {
      await store.apply(submission(ALICE, AT));
      const { id, fence } = await claimOne();
      const error = { code: "engine-failure", message: "x" } as const;
      await store.apply({ kind: "fail", tenant: ALICE, id, at: AT, fence, tries: [], error, retryAt: AT + 50 });
      expect(await store.claim({ ...LEASE, at: AT + 49, limit: 1 })).toEqual([]);
      expect((await claimOne(AT + 50)).attempts).toHaveLength(2);
    });

    it("finds what is overdue and what lapsed, and nothing that is final", async () => {
      const base = submission(ALICE, AT);
      const timed = { request: { ...base.request, constraints: { deadlineMs: 100 } } };
      const [queued, cancelled] = [submission(ALICE, AT, timed), submission(ALICE, AT, timed)];
      await Promise.all([store.apply(queued), store.apply(cancelled)]);
      await store.apply({ kind: "cancel", tenant: ALICE, id: cancelled.id, at: AT });
      expect(await store.overdue(AT + 99, 9)).toEqual([]);
      expect(await store.overdue(AT + 100, 9)).toEqual([{ tenant: ALICE, id: queued.id }]);
      expect(await store.lapsed(AT + 10_000, 9)).toEqual([]);
      const running = await claimOne();
      expect(await store.lapsed(AT + 999, 9)).toEqual([]);
      expect((await store.lapsed(AT + 1000, 9)).map(({ id }) => id)).toEqual([running.id]);
    });

    it("does not lease what is past its deadline, and expires it when told to", async () => {
      const base = submission(ALICE, AT);
      const { id } = await store.apply({ ...base, request: { ...base.request, constraints: { deadlineMs: 5 } } });
      expect(await store.claim({ ...LEASE, at: AT + 5, limit: 1 })).toEqual([]);
      expect(await store.apply({ kind: "expire", tenant: ALICE, id, at: AT + 5 })).toMatchObject({
        status: "expired",
        error: { code: "deadline-exceeded" },
        leafIndex: 0,
      });
    });

    it("offers a result under its content key to the same tenant only", async () => {
      await store.apply(submission(ALICE, AT));
      const done = await succeed(await claimOne(), AT, { contentKey: "key" });
      expect((await store.cached(ALICE, "key"))?.id).toBe(done.id);
      expect(await store.cached(BOB, "key")).toBeUndefined();
      expect(await store.cached(ALICE, "other")).toBeUndefined();
    });

    const removal = (job: Job): AuditEvent => ({
      ...{
        id: newEventId(AT),
        tenant: job.tenant,
        at: AT,
        action: "job.delete",
        subject: job.id,
        policyVersion: null,
      },
      ...{ actor: { kind: "local", id: "test", role: "local" }, requestId: null, detail: {} },
    });

    it("deletes a final job with its input and result; log, events and other jobs of the result stay", async () => {
      const [one, two] = [submission(ALICE, AT), submission(ALICE, AT + 1)];
      for (const each of [one, two]) await store.apply(each);
      const first = await succeed(await claimOne(AT + 9), AT, { contentKey: "key" });
      await expect(store.remove(two, removal(first))).rejects.toMatchObject({ code: "conflict" });
      const second = await succeed(await claimOne(AT + 9));
      await expect(store.remove({ ...first, tenant: BOB }, removal(first))).rejects.toMatchObject({
        code: "not-found",
      });

      await store.remove(first, removal(first));
      for (const read of ["get", "input", "result", "salt"] as const)
        await expect(store[read](first)).rejects.toMatchObject({ code: "not-found" });
      await expect(store.remove(first, removal(first))).rejects.toMatchObject({ code: "not-found" });
      expect(await store.cached(ALICE, "key")).toBeUndefined();
      expect(await store.result(second)).toEqual(fakeResult().container);
      expect(await store.events(ALICE, 0, 99)).toHaveLength(6);
      // Two outcomes, one deletion.
      expect(await store.log.size()).toBe(3);

      await store.remove(second, removal(second));
      await store.apply(submission(ALICE, AT));
      const third = await claimOne(AT + 9);
      const answered = {
        kind: "succeed",
        ...third,
        at: AT,
        tries: [],
        costMicroUsd: 0,
        result: fakeResult().result,
      } as const;
      // Its result was to be that of the deleted jobs, so it goes back to the queue and runs by itself.
      expect(await store.apply(answered)).toMatchObject({ status: "queued", attempts: [{ end: "handed-back" }] });
      expect(await store.result(await succeed(await claimOne(AT + 9)))).toEqual(fakeResult().container);
    });

    it("tells what each tenant uses: live jobs, and what ended on the day", async () => {
      const day = 86_400_000;
      const midnight = Math.ceil(AT / day) * day;
      for (const tenant of [ALICE, ALICE, ALICE, BOB]) await store.apply(submission(tenant, AT));
      const end = async (at: number): Promise<void> => {
        const [job] = await store.claim({ ...LEASE, at, limit: 1 });
        if (job === undefined) throw new Error("nothing to claim");
        await store.apply({
          ...{ kind: "succeed", tenant: job.tenant, id: job.id, at, fence: job.fence, tries: [], costMicroUsd: 5 },
          ...fakeResult(),
        });
      };
      await end(midnight - 1);
      await end(midnight);
      const of = async (at: number) => new Map((await store.usage(at)).map(({ tenant, ...use }) => [tenant, use]));
      const use = (jobsInFlight: number, ended: number) => ({
        jobsInFlight,
        computeMs: 2 * ended,
        costMicroUsd: 5 * ended,
      });
      expect(await of(midnight - 1)).toEqual(
        new Map([
          [ALICE, use(1, 1)],
          [BOB, use(1, 0)],
        ]),
      );
      expect(await of(midnight)).toEqual(
        new Map([
          [ALICE, use(1, 1)],
          [BOB, use(1, 0)],
        ]),
      );
    });

    it("lists newest first in pages, by state", async () => {
      const ids: string[] = [];
      for (let k = 0; k < 5; k++) ids.unshift((await store.apply(submission(ALICE, AT + k))).id);
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list(ALICE, { limit: 2, cursor });
        pages.push(page.jobs.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
      await claimOne(AT + 9);
      expect((await store.list(ALICE, { limit: 9, status: "running" })).jobs.map(({ id }) => id)).toEqual([ids[4]]);
      expect((await store.list(ALICE, { limit: 9, status: "queued", type: "circuit" })).jobs).toHaveLength(4);
    });

    it("writes one log entry for every outcome and every entry given to it, in one gapless order", async () => {
      const jobs = Array.from({ length: 4 }, (_, k) => submission(k % 2 ? ALICE : BOB, AT + k));
      await Promise.all(jobs.map((job) => store.apply(job)));
      const indices = await Promise.all([
        ...jobs.map(
          async ({ tenant, id }) => (await store.apply({ kind: "cancel", tenant, id, at: AT + 9 })).leafIndex,
        ),
        store.log.append(utf8("key rotated")),
      ]);
      expect(indices).toEqual([0, 1, 2, 3, 4]);
      const leaves = await store.log.leaves(0, 100);
      expect(leaves.slice(0, 4).map((leaf) => JSON.parse(fromUtf8(leaf)).id)).toEqual(jobs.map(({ id }) => id));
      expect(fromUtf8(leaves[4] ?? new Uint8Array())).toBe("key rotated");
      expect(await store.log.leaves(1, 3)).toEqual(leaves.slice(1, 3));
    });

    it("numbers events per tenant, without gaps, and goes on after any of them", async () => {
      for (let k = 0; k < 3; k++) await store.apply(submission(ALICE, AT + k));
      await store.apply(submission(BOB, AT));
      expect((await store.events(ALICE, 1, 9)).map(({ sequence }) => sequence)).toEqual([2, 3]);
      expect((await store.events(BOB, 0, 9)).map(({ sequence }) => sequence)).toEqual([1]);
    });

    it("gives the events of one job, to its tenant only", async () => {
      const [first, second] = [submission(ALICE, AT), submission(ALICE, AT + 1)];
      for (const command of [first, second]) await store.apply(command);
      await succeed(await claimOne(AT + 1));
      const kinds = async (after: number) =>
        (await store.jobEvents(first, after, 9)).map(({ sequence, jobId, kind }) => [sequence, jobId, kind]);
      expect(await kinds(0)).toEqual([
        [1, first.id, "queued"],
        [3, first.id, "running"],
        [4, first.id, "succeeded"],
      ]);
      expect(await kinds(3)).toEqual([[4, first.id, "succeeded"]]);
      expect(await store.jobEvents(first, 0, 1)).toHaveLength(1);
      expect(await store.jobEvents({ tenant: BOB, id: first.id }, 0, 9)).toEqual([]);
    });

    it("tells subscribers what was committed, and nothing that was refused", async () => {
      const seen: string[] = [];
      const unsubscribe = store.subscribe(({ status }, before) => seen.push(`${before} → ${status}`));
      const { id } = await store.apply(submission(ALICE, AT));
      await store.apply({ kind: "resume", tenant: ALICE, id, at: AT }).catch(() => undefined);
      await store.apply({ kind: "cancel", tenant: ALICE, id, at: AT });
      unsubscribe();
      await store.apply(submission(ALICE, AT));
      expect(seen).toEqual(["undefined → queued", "queued → cancelled"]);
    });

    it("counts what is not final by state, and knows since when the queue waits", async () => {
      expect([...(await store.liveJobs()).values()].filter((count) => count > 0)).toEqual([]);
      expect(await store.oldestQueued()).toBeUndefined();
      for (const tenant of [ALICE, BOB]) await store.apply(submission(tenant, AT));
      await store.apply(submission(BOB, AT + 1));
      const first = await claimOne();
      expect(new Map(await store.liveJobs())).toEqual(
        new Map([
          ["queued", 2],
          ["running", 1],
        ]),
      );
      expect(await store.oldestQueued()).toBe(AT);
      await succeed(first);
      await claimOne();
      await store.apply(submission(ALICE, AT + 5));
      expect(new Map(await store.liveJobs())).toEqual(
        new Map([
          ["queued", 2],
          ["running", 1],
        ]),
      );
      expect(await store.oldestQueued()).toBe(AT + 1);
    });

    it("refuses the result of a job that has none", async () => {
      const { id } = await store.apply(submission(ALICE, AT));
      await expect(store.result({ tenant: ALICE, id })).rejects.toMatchObject({ code: "conflict" });
      expect(await store.salt({ tenant: ALICE, id })).toBeUndefined();
    });
  });
}
