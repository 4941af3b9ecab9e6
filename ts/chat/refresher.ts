import { AppError } from "../core/errors.ts";

/** Work that is done behind the answers: of each key once at a time. */
export interface Refresher {
  refresh(key: string, work: (signal: AbortSignal) => Promise<void>): void;
  /** Gives it up, and waits until it is recorded. */
  close(): Promise<void>;
}

export function createRefresher(reportError: (error: unknown) => void): Refresher {
  const under = new Map<string, Promise<void>>();
  const closing = new AbortController();
  return {
    refresh(key, work) {
      if (under.has(key) || closing.signal.aborted) return;
      const done = work(closing.signal)
        .catch((error: unknown) => {
          // What the provider, the policy or the quota refused is told by the event of the call, or by the next one.
          if (!(error instanceof AppError)) reportError(error);
        })
        .finally(() => under.delete(key));
      under.set(key, done);
    },
    async close() {
      closing.abort();
      await Promise.all(under.values());
    },
  };
}
