import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TenantId } from "../../ts/core/ids.ts";
import type { Quotas } from "../../ts/models/tenant.ts";
import { type Consumption, QuotaBook } from "../../ts/tenancy/quota.ts";

const [ACME, OTHER] = ["acme", "other"] as [TenantId, TenantId];
const MINUTE = 60_000;
const DAY = 86_400_000;
/** A midnight in UTC. */
const MIDNIGHT = 20_000 * DAY;
const WIDE: Quotas = { jobsInFlight: 1e6, jobsPerMinute: 1e6, computeSecondsPerDay: 1e6, costMicroUsdPerDay: 1e6 };

function openBook(quotas: Partial<Quotas>, now = MIDNIGHT) {
  const time = { now };
  const limits = { ...WIDE, ...quotas };
  return {
    time,
    limits,
    book: new QuotaBook(
      () => limits,
      () => time.now,
    ),
  };
}

const use = (computeMs: number, costMicroUsd = 0): Consumption => ({ computeMs, costMicroUsd });

describe("each quota", () => {
  it("names itself, its limit, what is used and when to try again", () => {
    const { book } = openBook({ jobsInFlight: 2 });
    book.admit(ACME);
    book.admit(ACME);
    expect(() => book.admit(ACME)).toThrow(
      expect.objectContaining({
        code: "quota-exceeded",
        message: expect.stringMatching(/^quota jobsInFlight: 2 of 2; /),
        details: { quota: "jobsInFlight", limit: 2, used: 2, retryAfterMs: 1000 },
      }),
    );
    book.admit(OTHER);
    book.release(ACME);
    book.admit(ACME);
  });

  it("of jobs a minute slides over the minute", () => {
    const { book, time } = openBook({ jobsPerMinute: 60 }, MIDNIGHT);
    for (let k = 0; k < 60; k++) book.admit(ACME);
    expect(() => book.admit(ACME)).toThrow(/jobsPerMinute: 60 of 60/);
    // Half of the next minute gone: half of the 60 have left the window.
    time.now = MIDNIGHT + 1.5 * MINUTE;
    for (let k = 0; k < 30; k++) book.admit(ACME);
    expect(() => book.admit(ACME)).toThrow(/jobsPerMinute: 60 of 60/);
    time.now = MIDNIGHT + 10 * MINUTE;
    for (let k = 0; k < 60; k++) book.admit(ACME);
    expect(book.view(ACME).used.jobsLastMinute).toBe(60);
  });

  it("of a day is renewed at midnight UTC, and says when that is", () => {
    const { book, time } = openBook({ computeSecondsPerDay: 10 }, MIDNIGHT + DAY - 5000);
    const settle = book.reserve(ACME, use(10_000));
    expect(() => book.reserve(ACME, use(1))).toThrow(
      expect.objectContaining({ details: { quota: "computeSecondsPerDay", limit: 10, used: 11, retryAfterMs: 5000 } }),
    );
    expect(() => book.admit(ACME)).toThrow(/computeSecondsPerDay: 10 of 10/);
    time.now = MIDNIGHT + DAY;
    book.admit(ACME);
    // What was reserved yesterday and is used today counts today, once.
    settle(use(4000));
    expect(book.view(ACME)).toMatchObject({ used: { computeSecondsToday: 4 }, day: "2024-10-05" });
    book.reserve(ACME, use(6000));
    expect(() => book.reserve(ACME, use(1))).toThrow(/computeSecondsPerDay/);
  });

  it("of money lets what is free run when it is spent", () => {
    const { book } = openBook({ costMicroUsdPerDay: 100 });
    book.reserve(ACME, use(0, 100));
    expect(() => book.reserve(ACME, use(0, 1))).toThrow(/costMicroUsdPerDay: 101 of 100/);
    book.reserve(ACME, use(5, 0));
    book.admit(ACME);
  });

  it("of nothing lets nothing in", () => {
    for (const quota of ["jobsInFlight", "jobsPerMinute", "computeSecondsPerDay"] as const)
      expect(() => openBook({ [quota]: 0 }).book.admit(ACME)).toThrow(new RegExp(quota));
  });

  it("is lowered for the next job, not for those that are there", () => {
    const { book, limits } = openBook({ jobsInFlight: 5 });
    for (let k = 0; k < 5; k++) book.admit(ACME);
    limits.jobsInFlight = 1;
    for (let k = 0; k < 4; k++) {
      expect(() => book.admit(ACME)).toThrow(/jobsInFlight/);
      book.release(ACME);
    }
    book.release(ACME);
    book.admit(ACME);
  });

  it("goes on after a restart from what is stored", () => {
    const { book } = openBook({ jobsInFlight: 3, computeSecondsPerDay: 2 });
    book.restore([{ tenant: ACME, jobsInFlight: 2, computeMs: 1500, costMicroUsd: 7 }]);
    expect(book.view(ACME).used).toEqual({
      ...{ jobsInFlight: 2, jobsLastMinute: 0, computeSecondsToday: 1.5, costMicroUsdToday: 7 },
    });
    book.admit(ACME);
    expect(() => book.admit(ACME)).toThrow(/jobsInFlight/);
    expect(() => book.reserve(ACME, use(501))).toThrow(/computeSecondsPerDay/);
  });
});

type Step =
  | { kind: "admit"; tenant: TenantId }
  | { kind: "release"; tenant: TenantId }
  | { kind: "reserve"; tenant: TenantId; predicted: Consumption }
  | { kind: "settle"; which: number; part: number }
  | { kind: "wait"; ms: number };

const tenant = fc.constantFrom(ACME, OTHER);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("release" as const), tenant }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("admit" as const), tenant }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant("reserve" as const), tenant },
      predicted: fc.record({ computeMs: fc.nat(900), costMicroUsd: fc.nat(40) }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      which: fc.nat(50),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 700, 20_000, MINUTE, DAY / 2) }),
  },
);

describe("under any interleaving", () => {
  it("no tenant passes a limit, and what is refused could not have been let in", () => {
    const limits: Quotas = { jobsInFlight: 4, jobsPerMinute: 7, computeSecondsPerDay: 2, costMicroUsdPerDay: 100 };
    let [letIn, refused] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const { book, time } = openBook(limits);
        // The definition: everything that happened, by tenant.
        const admitted = new Map<TenantId, number[]>([ACME, OTHER].map((id) => [id, []]));
        const flying = new Map<TenantId, number>([ACME, OTHER].map((id) => [id, 0]));
        const entries: {
          tenant: TenantId;
          day: number;
          use: Consumption;
          settle?: ((used: Consumption) => void) | undefined;
        }[] = [];
        const dayOf = (at: number): number => Math.floor(at / DAY);
        const spent = (id: TenantId, of: keyof Consumption): number =>
          entries
            .filter((each) => each.tenant === id && each.day === dayOf(time.now))
            .reduce((sum, each) => sum + each.use[of], 0);
        for (const each of steps) {
          if (each.kind === "wait") time.now += each.ms;
          else if (each.kind === "release") {
            if ((flying.get(each.tenant) ?? 0) === 0) continue;
            book.release(each.tenant);
            flying.set(each.tenant, (flying.get(each.tenant) ?? 0) - 1);
          } else if (each.kind === "settle") {
            const entry = entries.filter(({ settle }) => settle !== undefined)[each.which];
            if (entry === undefined) continue;
            // Never more than was predicted: the rest of this law is what reserving is for.
            const used = use(entry.use.computeMs * each.part, Math.floor(entry.use.costMicroUsd * each.part));
            entry.settle?.(used);
            Object.assign(entry, { settle: undefined, use: used, day: dayOf(time.now) });
          } else {
            const id = each.tenant;
            const mine = admitted.get(id) ?? [];
            try {
              if (each.kind === "admit") {
                book.admit(id);
                mine.push(time.now);
                flying.set(id, (flying.get(id) ?? 0) + 1);
              } else {
                const settle = book.reserve(id, each.predicted);
                entries.push({ tenant: id, day: dayOf(time.now), use: each.predicted, settle });
              }
              letIn++;
            } catch (error) {
              refused++;
              const { quota } = (error as { details: { quota: string } }).details;
              const more = each.kind === "reserve" ? each.predicted : use(0);
              // At least its limit would be met or passed; the minute is estimated from two counters, so it is held loosely.
              if (quota === "jobsInFlight") expect(flying.get(id)).toBe(limits.jobsInFlight);
              if (quota === "computeSecondsPerDay")
                expect(spent(id, "computeMs") + more.computeMs).toBeGreaterThanOrEqual(1999.999);
              if (quota === "costMicroUsdPerDay")
                expect(spent(id, "costMicroUsd") + more.costMicroUsd).toBeGreaterThan(100);
            }
            expect(flying.get(id)).toBeLessThanOrEqual(limits.jobsInFlight);
            const thisMinute = mine.filter((at) => Math.floor(at / MINUTE) === Math.floor(time.now / MINUTE));
            expect(thisMinute.length).toBeLessThanOrEqual(limits.jobsPerMinute);
          }
          for (const id of [ACME, OTHER]) {
            const { used } = book.view(id);
            expect(used.jobsInFlight).toBe(flying.get(id));
            expect(used.costMicroUsdToday).toBe(spent(id, "costMicroUsd"));
            expect(used.computeSecondsToday).toBeCloseTo(spent(id, "computeMs") / 1000, 2);
            expect(used.costMicroUsdToday).toBeGreaterThanOrEqual(0);
          }
        }
        // Settling into a new day is the one way past a day's limit: the work had been let in the day before.
        const crossed = steps.some((each) => each.kind === "wait" && each.ms > MINUTE);
        for (const id of [ACME, OTHER]) {
          if (crossed) continue;
          expect(spent(id, "computeMs")).toBeLessThanOrEqual(2000.001);
          expect(spent(id, "costMicroUsd")).toBeLessThanOrEqual(100);
        }
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(Math.min(letIn, refused)).toBeGreaterThan(300);
  });
});
