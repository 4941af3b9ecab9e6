import { AppError } from "../core/errors.ts";
import type { JobId } from "../core/ids.ts";
import type { Job } from "./job.ts";
import type { JobRef } from "./store.ts";

interface Waiter {
  settle(job: Job): void;
  reject(error: AppError): void;
}

/** Who waits for the end of which job. By id, so that a thousand waiting callers cost a change of some other job nothing. */
export class Waiting {
  readonly #waiters = new Map<JobId, Set<Waiter & JobRef>>();

  /** @returns ends the waiting */
  enlist({ tenant, id }: JobRef, { settle, reject }: Waiter): () => void {
    const waiter = { tenant, id, settle, reject };
    const others = this.#waiters.get(id) ?? new Set();
    others.add(waiter);
    this.#waiters.set(id, others);
    return () => {
      others.delete(waiter);
      if (others.size === 0) this.#waiters.delete(id);
    };
  }

  /** @param job as it ended */
  settle(job: Job): void {
    for (const waiter of this.#waiters.get(job.id) ?? []) if (waiter.tenant === job.tenant) waiter.settle(job);
  }

  /** Says that the store cannot take what becomes of jobs. @returns whether there was anybody to tell */
  tellAll(cause: AppError): boolean {
    const isHeard = this.#waiters.size > 0;
    for (const waiters of this.#waiters.values()) {
      for (const { id, reject } of waiters) {
        const message = `job ${id} is accepted, but its end could not be stored; make space and open the store again, and it goes on`;
        reject(new AppError(cause.code, message, { cause }));
      }
    }
    return isHeard;
  }
}
