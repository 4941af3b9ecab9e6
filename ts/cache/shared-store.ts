import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";

/** Where entries outlive the process and may be shared with others, such as Redis. Any method may fail, or never come back. */
export interface SharedStore {
  get(name: string): Promise<Uint8Array | undefined>;
  set(name: string, bytes: Uint8Array, ttlMs: number): Promise<void>;
  delete(name: string): Promise<void>;
  /** Adds to how often names were used. */
  countUses(uses: ReadonlyMap<string, number>): Promise<void>;
  /** What is kept under the names that were used most, the first the most. */
  mostUsed(limit: number): Promise<readonly StoredBytes[]>;
  close(): void;
}

interface StoredBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The same, and never in the way: it answers within the deadline, and nothing is the answer where the store is dead. */
export interface GuardedStore extends SharedStore {
  isUp(): boolean;
}

export interface GuardOptions {
  readonly clock: Clock;
  /** The longest that a call may take; `mostUsed`, for which nobody waits, twenty times that. */
  readonly deadlineMs?: number;
  /** After a failure nothing is asked for so long; then one call tries. */
  readonly pauseMs?: number;
  /** Told when the store goes down or comes back. */
  onState?(isUp: boolean, reason: string | undefined): void;
}

export function guardedStore(store: SharedStore, options: GuardOptions): GuardedStore {
  const { clock, deadlineMs = 100, pauseMs = 5000, onState } = options;
  /** Undefined while it is up. */
  let retryAt: number | undefined;

  async function attempt<T>(call: () => Promise<T>, longestMs = deadlineMs): Promise<T | undefined> {
    if (retryAt !== undefined) {
      if (clock() < retryAt) return undefined;
      retryAt = clock() + pauseMs; // this one tries, the others pass by
    }
    try {
      const result = await within(call(), longestMs);
      if (retryAt !== undefined) onState?.(true, undefined);
      retryAt = undefined;
      return result;
    } catch (error) {
      if (retryAt === undefined) onState?.(false, messageOf(error));
      retryAt = clock() + pauseMs;
      return undefined;
    }
  }

  return {
    get: (name) => attempt(() => store.get(name)),
    set: (name, bytes, ttlMs) => attempt(() => store.set(name, bytes, ttlMs)),
    delete: (name) => attempt(() => store.delete(name)),
    countUses: (uses) => attempt(() => store.countUses(uses)),
    mostUsed: async (limit) => (await attempt(() => store.mostUsed(limit), 20 * deadlineMs)) ?? [],
    isUp: () => retryAt === undefined,
    close: () => store.close(),
  };
}

async function within<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
