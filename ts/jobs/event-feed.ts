import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { FINAL_STATES } from "../models/job.ts";
import type { Progress } from "../workers/engine-worker.ts";
import type { Job } from "./job.ts";
import type { JobEvent, Store } from "./store.ts";

/** How far a running job is. */
export interface JobProgress extends Readonly<Progress> {
  readonly jobId: JobId;
  readonly at: number;
}

/** One reader of a stream. Its methods return at once and do not throw. */
export interface Follower {
  /** In order, each event once. Followers of one tenant are given the same array, which they leave as it is. */
  take(events: readonly JobEvent[]): void;
  progress(progress: JobProgress): void;
  /** Settles when it wants the next page of what happened before it came. */
  ready(): Promise<void>;
  /** Nothing will follow. `final`: the job's last event was given; `failed`: the store could not be read. */
  end(reason: "final" | "failed"): void;
}

interface StreamRequest {
  readonly tenant: TenantId;
  /** Only the events of this job. */
  readonly jobId?: string | undefined;
  /** The sequence of the last event that the reader has; without it: the job's first event, or now. */
  readonly after?: number | undefined;
}

export interface EventStream {
  /** The sequence after which it begins: what a reader names that is cut off before its first event. */
  readonly start: number;
  /** The job is final, and the reader has all of its events. */
  readonly isOver: boolean;
  /** Gives the way to stop. */
  follow(follower: Follower): () => void;
}

export interface EventFeed {
  /** @throws {AppError} `not-found` for the job, `conflict` for an `after` that was not given yet */
  open(request: StreamRequest): Promise<EventStream>;
  /** Tells those who follow the job, now or never: at most ten times a second for each job. */
  progress(job: Job, progress: Progress): void;
  close(): void;
}

export interface FeedServices {
  readonly store: Pick<Store, "events" | "jobEvents" | "newestEvent" | "subscribe">;
  readonly clock: Clock;
  /** @throws {AppError} `not-found` */
  findJob(tenant: TenantId, id: string): Promise<Job>;
  reportError(error: unknown): void;
}

const PAGE = 500;
const PROGRESS_MS = 100;
const RETRY_MS = 1_000;

interface Reader {
  readonly follower: Follower;
  readonly jobId: JobId | undefined;
  /** Sequence of the last event given to it. */
  cursor: number;
  stopped: boolean;
}

/** The live end of one tenant's events, while somebody follows them. */
interface TenantFeed {
  readonly tenant: TenantId;
  /** Sequence of the last event that was sent to all. */
  head: number;
  /** Those who read older events still, and those who are up to date. */
  readonly catchingUp: Set<Reader>;
  readonly everything: Set<Reader>;
  readonly byJob: Map<JobId, Set<Reader>>;
  readonly lastProgress: Map<JobId, number>;
  reading: "idle" | "planned" | "reading" | "again";
}

/**
 * Live events of all tenants. Each tenant's are read once, when a commit has changed one of its jobs, and given to everybody
 * who follows them; who comes late or comes back reads what is older alone, then joins.
 */
export function createEventFeed({ store, clock, findJob, reportError }: FeedServices): EventFeed {
  const feeds = new Map<TenantId, TenantFeed>();
  const unsubscribe = store.subscribe(({ tenant }) => {
    const feed = feeds.get(tenant);
    if (feed !== undefined) plan(feed);
  });

  /**
   * What one commit changed is one reading, after those who asked for the change have their answer. A turn later still: in it
   * the runner leases what was queued, and both changes go out as one.
   */
  function plan(feed: TenantFeed): void {
    if (feed.reading === "reading") feed.reading = "again";
    if (feed.reading !== "idle") return;
    feed.reading = "planned";
    setImmediate(() => setImmediate(() => void readOn(feed)));
  }

  async function readOn(feed: TenantFeed): Promise<void> {
    if (feeds.get(feed.tenant) !== feed) return;
    feed.reading = "reading";
    try {
      const events = await store.events(feed.tenant, feed.head, PAGE);
      send(feed, events);
      if (events.length === PAGE) feed.reading = "again";
    } catch (error) {
      reportError(error);
      setTimeout(() => plan(feed), RETRY_MS).unref();
    }
    const again = (feed.reading as TenantFeed["reading"]) === "again";
    feed.reading = "idle";
    if (again) plan(feed);
  }

  function send(feed: TenantFeed, events: readonly JobEvent[]): void {
    const last = events.at(-1);
    if (last === undefined) return;
    feed.head = last.sequence;
    for (const reader of feed.everything) give(feed, reader, events);
    for (const { jobId } of events) {
      feed.lastProgress.delete(jobId);
      const readers = feed.byJob.get(jobId);
      if (readers === undefined) continue;
      const ofJob = events.filter((event) => event.jobId === jobId);
      for (const reader of readers) give(feed, reader, ofJob);
    }
  }

  /** What it has already is left out. */
  function give(feed: TenantFeed, reader: Reader, events: readonly JobEvent[]): void {
    const isNew = (events[0]?.sequence ?? 0) > reader.cursor;
    const fresh = isNew ? events : events.filter(({ sequence }) => sequence > reader.cursor);
    const last = fresh.at(-1);
    if (last === undefined || reader.stopped) return;
    reader.cursor = last.sequence;
    reader.follower.take(fresh);
    if (reader.jobId !== undefined && FINAL_STATES.has(last.kind)) end(feed, reader, "final");
  }

  function end(feed: TenantFeed, reader: Reader, reason: "final" | "failed"): void {
    if (reader.stopped) return;
    leave(feed, reader);
    reader.follower.end(reason);
  }

  async function catchUp(feed: TenantFeed, reader: Reader): Promise<void> {
    const { tenant } = feed;
    const { jobId, follower } = reader;
    for (;;) {
      // All up to here is on disk, so it is in the page, or was in an earlier one.
      const seen = feed.head;
      const page =
        jobId === undefined
          ? await store.events(tenant, reader.cursor, PAGE)
          : await store.jobEvents({ tenant, id: jobId }, reader.cursor, PAGE);
      if (reader.stopped) return;
      give(feed, reader, page);
      if (page.length === PAGE) await follower.ready();
      else if (feed.head <= Math.max(seen, reader.cursor)) break; // Nothing went out to all while this one was reading.
    }
    if (!reader.stopped) join(feed, reader);
  }

  function join(feed: TenantFeed, reader: Reader): void {
    feed.catchingUp.delete(reader);
    if (reader.jobId === undefined) feed.everything.add(reader);
    else feed.byJob.set(reader.jobId, (feed.byJob.get(reader.jobId) ?? new Set()).add(reader));
  }

  function leave(feed: TenantFeed, reader: Reader): void {
    reader.stopped = true;
    feed.catchingUp.delete(reader);
    feed.everything.delete(reader);
    const { jobId } = reader;
    const ofJob = jobId && feed.byJob.get(jobId);
    if (jobId !== undefined && ofJob?.delete(reader) && ofJob.size === 0) feed.byJob.delete(jobId);
    if (feed.catchingUp.size + feed.everything.size + feed.byJob.size === 0) feeds.delete(feed.tenant);
  }

  /** @param newest sequence that the tenant has reached, or a little less: what a reader has already is not given again */
  function feedOf(tenant: TenantId, newest: number): TenantFeed {
    const known = feeds.get(tenant);
    if (known !== undefined) return known;
    const feed: TenantFeed = {
      ...{ tenant, head: newest, reading: "idle", lastProgress: new Map() },
      ...{ catchingUp: new Set(), everything: new Set(), byJob: new Map() },
    };
    feeds.set(tenant, feed);
    return feed;
  }

  return {
    async open({ tenant, jobId, after }) {
      const job = jobId === undefined ? undefined : await findJob(tenant, jobId);
      const newest = await store.newestEvent(tenant);
      if (after !== undefined && after > newest) {
        throw new AppError(
          "conflict",
          `after ${after}: the newest event has the id ${newest}; leave it out to begin without one`,
        );
      }
      const start = after ?? (job === undefined ? newest : 0);
      const isFinal = job !== undefined && FINAL_STATES.has(job.status);
      return {
        start,
        isOver: isFinal && start > 0 && (await store.jobEvents(job, start, 1)).length === 0,
        follow(follower) {
          const feed = feedOf(tenant, newest);
          const reader: Reader = { follower, jobId: job?.id, cursor: start, stopped: false };
          feed.catchingUp.add(reader);
          catchUp(feed, reader).catch((error: unknown) => {
            reportError(error);
            end(feed, reader, "failed");
          });
          return () => leave(feed, reader);
        },
      };
    },
    progress(job, progress) {
      const feed = feeds.get(job.tenant);
      const at = clock();
      if (feed === undefined || at - (feed.lastProgress.get(job.id) ?? 0) < PROGRESS_MS) return;
      feed.lastProgress.set(job.id, at);
      const told = { jobId: job.id, at, ...progress };
      for (const { follower } of feed.everything) follower.progress(told);
      for (const { follower } of feed.byJob.get(job.id) ?? []) follower.progress(told);
    },
    close() {
      unsubscribe();
      feeds.clear();
    },
  };
}
