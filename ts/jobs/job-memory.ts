import type { JobId } from "../core/ids.ts";
import type { Job } from "./job.ts";
import type { JobRef } from "./store.ts";

/** A job with the number of its row. */
export interface StoredJob {
  readonly row: number;
  readonly job: Job;
}

/** What is known of a job without asking the database. */
interface Known extends StoredJob {
  job: Job;
  readonly input: Uint8Array | undefined;
  container: Uint8Array | undefined;
}

/** Inputs and results above this stay in the database alone. */
const MOST_BYTES = 16 * 1024;
/** Jobs that have not ended while there is room for new ones: a long queue is not kept twice. */
const MOST_LIVE = 64;
/** Jobs that have ended, while they are answered. */
const MOST_ENDED = 64;

/**
 * The last committed record of jobs that are on their way, with small inputs and results: a quick job is read seven times between its
 * acceptance and its answer. Right as long as this process alone writes them (`Store.soleProcess`), and all of it is forgotten when a
 * transaction is rolled back.
 */
export class JobMemory {
  readonly #live = new Map<JobId, Known>();
  readonly #ended = new Map<JobId, Known>();

  find({ tenant, id }: JobRef): Known | undefined {
    const known = this.#live.get(id) ?? this.#ended.get(id);
    return known?.job.tenant === tenant ? known : undefined;
  }

  /** A job that is new; what waits for people is not on its way. */
  add(stored: StoredJob, input: Uint8Array): void {
    if (stored.job.status === "queued" && this.#live.size < MOST_LIVE) this.#set(stored, small(input));
  }

  /** A job from the queue that is about to run, of which there are never many. */
  take(stored: StoredJob): void {
    if (!this.#live.has(stored.job.id)) this.#set(stored, undefined);
  }

  #set({ row, job }: StoredJob, input: Uint8Array | undefined): void {
    this.#live.set(job.id, { row, job, input, container: undefined });
  }

  /** A known job as it is now. @param isFinal nothing will change it any more */
  change(job: Job, isFinal: boolean): void {
    const known = this.#live.get(job.id);
    if (known === undefined) return;
    known.job = job;
    if (job.status === "queued" || job.status === "running") return;
    this.#live.delete(job.id);
    if (!isFinal) return;
    this.#ended.set(job.id, known);
    if (this.#ended.size <= MOST_ENDED) return;
    for (const oldest of this.#ended.keys()) {
      this.#ended.delete(oldest);
      break;
    }
  }

  /** The result that a known job is ending with. */
  addResult(id: JobId, container: Uint8Array): void {
    const known = this.#live.get(id);
    if (known !== undefined) known.container = small(container);
  }

  /**
   * The job whose turn it is, as the store's query finds it: of the tenants behind `after` if they have one, else of all.
   *
   * @param queued how many there are in the store; where they are not all here, `undefined`
   * @returns null when none may run now
   */
  firstQueued(queued: number, after: string, at: number): StoredJob | null | undefined {
    let seen = 0;
    let first: Known | null = null;
    for (const known of this.#live.values()) {
      const { status, readyAt, deadlineAt } = known.job;
      if (status !== "queued") continue;
      seen++;
      if (readyAt > at || (deadlineAt !== undefined && deadlineAt <= at)) continue;
      if (first === null || isBefore(known.job, first.job, after)) first = known;
    }
    return seen === queued ? first : undefined;
  }

  forget(id: JobId): void {
    this.#live.delete(id);
    this.#ended.delete(id);
  }

  clear(): void {
    this.#live.clear();
    this.#ended.clear();
  }
}

function isBefore(a: Job, b: Job, after: string): boolean {
  if (a.tenant > after !== b.tenant > after) return a.tenant > after;
  if (a.tenant !== b.tenant) return a.tenant < b.tenant;
  return a.readyAt !== b.readyAt ? a.readyAt < b.readyAt : a.id < b.id;
}

/** A copy where the bytes lie in a larger buffer, which would be kept with them. */
function small(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
}
