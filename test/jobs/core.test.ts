import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../ts/core/errors.ts";
import { ALLOWED, type Command, countedAttempts, type Effect, transition } from "../../ts/jobs/core.ts";
import type { Job, JobPlan } from "../../ts/jobs/job.ts";
import { FINAL_STATES, JOB_STATES } from "../../ts/models/job.ts";
import { ALICE, fakeResult, fakeRoute, submission } from "./fixtures.ts";

const START = 1_000_000;
const plan = (approvals: number): JobPlan => ({
  ...{ route: fakeRoute(["qpu"]), costMicroUsd: 5, predictedMs: 9, approvals, planHash: `plan-${approvals}` },
});

const KINDS = Object.keys(ALLOWED) as (keyof typeof ALLOWED)[];

/** The step that the sequence takes next, its time and whether it carries the present fencing token. */
const step = fc.record({
  /** Mostly a move that the state allows, or else a sequence would stay near its beginning. */
  allowed: fc.constantFrom(true, true, true, false),
  choice: fc.nat({ max: 1000 }),
  waitMs: fc.constantFrom(0, 0, 10, 40, 400),
  staleBy: fc.constantFrom(0, 0, 0, 1, 2),
  yes: fc.boolean(),
  approver: fc.constantFrom("ada", "bob"),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function toCommand(job: Job, { allowed, choice, staleBy, yes, approver }: Step, at: number): Command {
  const open = allowed ? KINDS.filter((kind) => ALLOWED[kind].includes(job.status)) : KINDS;
  const kind = open[choice % open.length] ?? "cancel";
  const fenced = { tenant: ALICE, id: job.id, at, fence: job.fence - staleBy };
  switch (kind) {
    case "plan":
      return { kind, ...fenced, plan: plan(yes ? 1 : 0) };
    case "execute":
      return { kind, ...fenced, planHash: yes ? (job.plan?.planHash ?? "") : "other" };
    case "approve":
      return { kind, ...fenced, approver };
    case "lease":
      return { kind, tenant: ALICE, id: job.id, at, worker: "w", leaseMs: 100 };
    case "heartbeat":
      return { kind, ...fenced, leaseMs: 100 };
    case "succeed":
      return { kind, ...fenced, ...fakeResult(), tries: [], costMicroUsd: 1 };
    case "fail":
      return {
        ...{ kind, ...fenced, tries: [], error: { code: "engine-failure", message: "x" } },
        retryAt: yes ? at + 10 : undefined,
      };
    case "reclaim":
      return { kind, ...fenced, workerGone: yes };
    case "overrun":
      return { kind, ...fenced, tries: [], budgetMs: 5 };
    case "hand-back":
      return { kind, ...fenced };
    default:
      return { kind, tenant: ALICE, id: job.id, at };
  }
}

/** Runs the steps; `look` sees every attempt at a move, refused ones with `after` undefined. */
function walk(
  first: Job,
  steps: readonly Step[],
  look: (before: Job, command: Command, after: Job | undefined, effects: readonly Effect[]) => void,
): Job {
  let [job, at] = [first, START];
  for (const each of steps) {
    at += each.waitMs;
    const command = toCommand(job, each, at);
    const before = structuredClone(job);
    try {
      const next = transition(job, command);
      expect(job).toEqual(before); // Pure: what goes in stays as it was.
      look(job, command, next.job, next.effects);
      job = next.job;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe("conflict");
      look(job, command, undefined, []);
    }
  }
  return job;
}

const start = fc
  .record({
    planned: fc.boolean(),
    approvals: fc.constantFrom(0, 1, 2),
    deadline: fc.boolean(),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ planned, approvals, deadline, maxAttempts }) => {
    const base = submission(ALICE, START);
    const constraints = deadline ? { deadlineMs: 500 } : undefined;
    const request = { ...base.request, constraints };
    return transition(undefined, { ...base, request, maxAttempts, plan: planned ? plan(approvals) : undefined }).job;
  });

describe("laws of the state machine, over random sequences of commands", () => {
  const check = (law: (first: Job, steps: readonly Step[]) => void, fixed: { seed?: number } = {}): void =>
    fc.assert(fc.property(start, fc.array(step, { maxLength: 40 }), law), { numRuns: 1000, ...fixed });

  it("a final state admits nothing and is announced once", () =>
    check((first, steps) => {
      let outcomes = 0;
      const last = walk(first, steps, (before, _, after, effects) => {
        if (FINAL_STATES.has(before.status)) expect(after).toBeUndefined();
        outcomes += effects.filter(({ effect }) => effect === "outcome").length;
      });
      expect(outcomes).toBe(FINAL_STATES.has(last.status) ? 1 : 0);
    }));

  it("fencing tokens grow by one with a lease and never else", () =>
    check((first, steps) => {
      walk(first, steps, (before, command, after) => {
        if (after === undefined) return;
        expect(after.fence - before.fence).toBe(command.kind === "lease" && after.status === "running" ? 1 : 0);
      });
    }));

  it("a stale report changes nothing; a result is taken once", () =>
    check((first, steps) => {
      let taken = 0;
      const last = walk(first, steps, (before, command, after, effects) => {
        if (["succeed", "fail", "heartbeat", "hand-back", "reclaim"].includes(command.kind)) {
          const { fence } = command as Command & { fence: number };
          if (fence !== before.fence) expect(after).toBeUndefined();
        }
        taken += effects.filter(({ effect }) => effect === "result").length;
      });
      expect(taken).toBe(last.status === "succeeded" ? 1 : 0);
      expect(last.result !== undefined).toBe(last.status === "succeeded");
    }));

  it("attempts are bounded, and there is a lease exactly while it runs", () =>
    check((first, steps) => {
      walk(first, steps, (_before, _command, after) => {
        if (after === undefined) return;
        expect(countedAttempts(after)).toBeLessThanOrEqual(after.maxAttempts);
        expect(after.lease !== undefined).toBe(after.status === "running");
        expect(after.attempts.filter((attempt) => attempt.end === undefined).length).toBe(
          after.status === "running" ? 1 : 0,
        );
      });
    }));

  it("nothing succeeds or runs past its deadline; what is dead-lettered used up its attempts", () =>
    check((first, steps) => {
      walk(first, steps, (_before, command, after) => {
        if (after === undefined) return;
        const late = after.deadlineAt !== undefined && command.at >= after.deadlineAt;
        if (late && ["lease", "succeed", "fail"].includes(command.kind)) expect(after.status).toBe("expired");
        if (after.status === "dead-letter") expect(countedAttempts(after)).toBe(after.maxAttempts);
        if (after.status === "succeeded") expect(after.error).toBeUndefined();
      });
    }));

  it("a planned job with n approvals runs only after n different people approved", () =>
    check((first, steps) => {
      walk(first, steps, (_before, _command, after) => {
        if (after?.status !== "running" || after.plan === undefined) return;
        expect(new Set(after.approvedBy).size).toBe(after.approvedBy.length);
        expect(after.approvedBy.length).toBeGreaterThanOrEqual(after.plan.approvals);
      });
    }));

  it("every state is reached", () => {
    const seen = new Set<string>();
    check(
      (first, steps) => {
        seen.add(first.status);
        walk(first, steps, (_before, _command, after) => after && seen.add(after.status));
      },
      { seed: 1 },
    );
    expect([...seen].sort()).toEqual([...JOB_STATES].sort());
  });
});

describe("what is refused, in words", () => {
  const queued = transition(undefined, submission(ALICE, START)).job;
  const on = (job: Job) => ({ tenant: ALICE, id: job.id, at: START });
  const cancelled = transition(queued, { kind: "cancel", ...on(queued) }).job;
  const running = transition(queued, { kind: "lease", ...on(queued), worker: "w", leaseMs: 10 }).job;

  it.each<[string, Job, Command, RegExp]>([
    [
      "a move from a final state",
      cancelled,
      { kind: "resume", ...on(cancelled) },
      /is cancelled: resume is not possible; the state is final/,
    ],
    [
      "a move of another state",
      queued,
      { kind: "resume", ...on(queued) },
      /is queued: .*; allowed now: lease, cancel, expire, pause$/,
    ],
    [
      "an overtaken lease",
      running,
      { kind: "hand-back", ...on(running), fence: 0 },
      /fencing token 0 .* is over \(now 1\)/,
    ],
    [
      "taking from a live worker",
      running,
      { kind: "reclaim", ...on(running), fence: 1, workerGone: false },
      /leased to w, which is alive/,
    ],
    ["expiring without a deadline", queued, { kind: "expire", ...on(queued) }, /not past its deadline/],
  ])("%s", (_, job, command, message) => {
    expect(() => transition(job, command)).toThrow(message);
  });

  it("a second body under the same idempotency key, and not the same one", () => {
    const idempotency = { key: "k", bodyHash: "a" };
    const { job } = transition(undefined, submission(ALICE, START, { idempotency }));
    expect(transition(job, submission(ALICE, START + 9, { idempotency }))).toEqual({ job, effects: [] });
    const other = submission(ALICE, START, { idempotency: { key: "k", bodyHash: "b" } });
    expect(() => transition(job, other)).toThrow(/idempotency key 'k' belongs to job job_/);
  });

  it("anything about a job that does not exist", () => {
    expect(() => transition(undefined, { kind: "cancel", ...on(queued) })).toThrow(
      expect.objectContaining({ code: "not-found" }),
    );
  });
});
