import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Quotas, UsageView } from "../models/tenant.ts";

/** What a run takes of the day: engine time and price. */
export interface Consumption {
  readonly computeMs: number;
  readonly costMicroUsd: number;
}

/** What is already used when a process starts. */
export interface TenantUsage extends Consumption {
  readonly tenant: TenantId;
  readonly jobsInFlight: number;
}

interface Book {
  jobsInFlight: number;
  /** Number of the day, since 1970 in UTC, that `computeMs` and `costMicroUsd` belong to. */
  day: number;
  computeMs: number;
  costMicroUsd: number;
  /** Number of the minute that `thisMinute` counts. */
  minute: number;
  thisMinute: number;
  lastMinute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Counts what tenants use against their quotas: reserved before the work, settled after it, so that many jobs at once cannot
 * pass a limit together. One process holds the store, so the counts live in its memory and are restored when it starts.
 */
export class QuotaBook {
  readonly #quotasOf: (tenant: TenantId) => Quotas;
  readonly #clock: Clock;
  readonly #onRefused: ((quota: keyof Quotas) => void) | undefined;
  readonly #books = new Map<TenantId, Book>();

  constructor(quotasOf: (tenant: TenantId) => Quotas, clock: Clock, onRefused?: (quota: keyof Quotas) => void) {
    this.#quotasOf = quotasOf;
    this.#clock = clock;
    this.#onRefused = onRefused;
  }

  restore(usage: readonly TenantUsage[]): void {
    for (const { tenant, jobsInFlight, computeMs, costMicroUsd } of usage) {
      Object.assign(this.#book(tenant), { jobsInFlight, computeMs, costMicroUsd });
    }
  }

  /**
   * Counts a job as in flight before it is stored.
   *
   * @throws {AppError} `quota-exceeded` with the quota, its limit and when to try again
   */
  admit(tenant: TenantId): void {
    const quotas = this.#quotasOf(tenant);
    const book = this.#book(tenant);
    const now = this.#clock();
    if (book.jobsInFlight >= quotas.jobsInFlight) {
      throw this.#exceeded(
        "jobsInFlight",
        quotas.jobsInFlight,
        book.jobsInFlight,
        1000,
        "wait for jobs to end, or cancel some",
      );
    }
    const inLastMinute = jobsLastMinute(book, now);
    if (inLastMinute >= quotas.jobsPerMinute) {
      const wait = MINUTE_MS - (now % MINUTE_MS);
      throw this.#exceeded(
        "jobsPerMinute",
        quotas.jobsPerMinute,
        Math.floor(inLastMinute),
        wait,
        "send them more slowly",
      );
    }
    this.#refuseSpent(quotas, book, now, { computeMs: 0, costMicroUsd: 0 });
    book.jobsInFlight++;
    book.thisMinute++;
  }

  /** The admitted job was not stored, or has ended. */
  release(tenant: TenantId): void {
    const book = this.#book(tenant);
    book.jobsInFlight = Math.max(0, book.jobsInFlight - 1);
  }

  /**
   * Takes what a run is predicted to use.
   *
   * @returns settles it with what was used, once
   * @throws {AppError} `quota-exceeded` when the day's rest is smaller
   */
  reserve(tenant: TenantId, predicted: Consumption): (used: Consumption) => void {
    this.#refuseSpent(this.#quotasOf(tenant), this.#book(tenant), this.#clock(), predicted);
    return this.#take(tenant, predicted);
  }

  #take(tenant: TenantId, predicted: Consumption): (used: Consumption) => void {
    const book = this.#book(tenant);
    const { day } = book;
    book.computeMs += predicted.computeMs;
    book.costMicroUsd += predicted.costMicroUsd;
    return (used) => {
      const present = this.#book(tenant);
      // What was reserved yesterday left the book with yesterday; what was used counts today.
      const reserved = present.day === day ? predicted : { computeMs: 0, costMicroUsd: 0 };
      present.computeMs += used.computeMs - reserved.computeMs;
      present.costMicroUsd += used.costMicroUsd - reserved.costMicroUsd;
    };
  }

  /** Counts what was charged today before this process began, beside what `restore` knows. */
  charged(tenant: TenantId, costMicroUsd: number): void {
    this.#book(tenant).costMicroUsd += costMicroUsd;
  }

  /**
   * As {@link reserve} for what costs money and no engine time.
   *
   * @returns settles it with what was charged, once
   */
  spend(tenant: TenantId, costMicroUsd: number): (charged: number) => void {
    this.#refuseCost(this.#quotasOf(tenant), this.#book(tenant), this.#clock(), costMicroUsd);
    const settle = this.#take(tenant, { computeMs: 0, costMicroUsd });
    return (charged) => settle({ computeMs: 0, costMicroUsd: charged });
  }

  jobsInFlight(tenant: TenantId): number {
    return this.#book(tenant).jobsInFlight;
  }

  view(tenant: TenantId): UsageView {
    const book = this.#book(tenant);
    const now = this.#clock();
    return {
      quotas: this.#quotasOf(tenant),
      used: {
        jobsInFlight: book.jobsInFlight,
        jobsLastMinute: Math.floor(jobsLastMinute(book, now)),
        computeSecondsToday: Math.round(book.computeMs) / 1000,
        costMicroUsdToday: book.costMicroUsd,
      },
      day: new Date(now).toISOString().slice(0, 10),
    };
  }

  #refuseSpent(quotas: Quotas, book: Book, now: number, more: Consumption): void {
    const untilTomorrowMs = DAY_MS - (now % DAY_MS);
    const computeMs = book.computeMs + more.computeMs;
    if (
      computeMs > quotas.computeSecondsPerDay * 1000 ||
      (more.computeMs === 0 && computeMs === quotas.computeSecondsPerDay * 1000)
    ) {
      throw this.#exceeded(
        "computeSecondsPerDay",
        quotas.computeSecondsPerDay,
        Math.ceil(computeMs / 1000),
        untilTomorrowMs,
      );
    }
    this.#refuseCost(quotas, book, now, more.costMicroUsd);
  }

  #refuseCost(quotas: Quotas, book: Book, now: number, more: number): void {
    const cost = book.costMicroUsd + more;
    if (cost > quotas.costMicroUsdPerDay) {
      throw this.#exceeded("costMicroUsdPerDay", quotas.costMicroUsdPerDay, cost, DAY_MS - (now % DAY_MS));
    }
  }

  #exceeded(
    quota: keyof Quotas,
    limit: number,
    used: number,
    retryAfterMs: number,
    remedy = "it is renewed at midnight UTC; an administrator can raise it",
  ): AppError {
    this.#onRefused?.(quota);
    return new AppError("quota-exceeded", `quota ${quota}: ${used} of ${limit}; ${remedy}`, {
      details: { quota, limit, used, retryAfterMs: Math.ceil(retryAfterMs) },
    });
  }

  /** Today's book of a tenant. */
  #book(tenant: TenantId): Book {
    const now = this.#clock();
    const day = Math.floor(now / DAY_MS);
    const minute = Math.floor(now / MINUTE_MS);
    let book = this.#books.get(tenant);
    if (book === undefined) {
      book = { jobsInFlight: 0, day, computeMs: 0, costMicroUsd: 0, minute, thisMinute: 0, lastMinute: 0 };
      this.#books.set(tenant, book);
    }
    if (book.day !== day) Object.assign(book, { day, computeMs: 0, costMicroUsd: 0 });
    if (book.minute !== minute) {
      const lastMinute = book.minute === minute - 1 ? book.thisMinute : 0;
      Object.assign(book, { minute, lastMinute, thisMinute: 0 });
    }
    return book;
  }
}

/** A sliding minute from two counters: the last minute counts by the part of it that still lies within the window. */
function jobsLastMinute(book: Book, now: number): number {
  return book.thisMinute + book.lastMinute * (1 - (now % MINUTE_MS) / MINUTE_MS);
}
