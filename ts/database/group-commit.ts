import { AppError } from "../core/errors.ts";
import type { BufferedConnection } from "./buffered-connection.ts";
import { refusalOf, toAppError } from "./failure.ts";
import { SqliteFailure } from "./sqlite-connection.ts";

export interface GroupCommit {
  /** Runs `work` in the transaction of this turn; settles after its COMMIT. May run it twice, so it only touches the database. */
  run<T>(work: () => T): Promise<T>;
  /** A query between transactions, which so sees what is on disk; its failures are those of {@link toAppError}. */
  read<T>(query: () => T): Promise<T>;
  /** Writes what is pending and refuses everything later. */
  close(): Promise<void>;
}

/** Told after each commit how many writes shared it, and how long it took from begin to the disk's confirmation. */
export type OnCommit = (writes: number, seconds: number) => void;

interface Item {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A group waits for those who were just answered no longer than this. */
const MOST_GATHER_MS = 5;

/** So many writes that came during a commit are a group of their own: the disk has the next one before the first are answered. */
const ENOUGH = 16;

/**
 * One transaction, so one sync of the disk, for all writes of one turn of the event loop, or of all turns that pass while the one
 * before is synced: that is done beside the event loop where the driver can (`SqliteConnection.commit`). A write that is refused
 * rolls back alone: most are refused before they have written anything, and where one is not, the group is run again with a savepoint for
 * each. (A savepoint for every write at once costs a fifth of what accepting a job does.)
 */
export function createGroupCommit(connection: BufferedConnection, onCommit?: OnCommit): GroupCommit {
  const savepoint = connection.prepare("savepoint one_write");
  const release = connection.prepare("release one_write");
  const rollbackTo = connection.prepare("rollback to one_write");
  const begin = connection.prepare("begin immediate");
  const rollbackAll = connection.prepare("rollback");
  let pending: Item[] = [];
  /** Queries that came while a transaction was open. */
  let reads: (() => void)[] = [];
  let committing: Promise<void> | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Writers that are known, and until when a group waits for all of them. */
  let [expected, gatherUntil] = [0, 0];
  let refusal: AppError | undefined;

  function rollback(): void {
    connection.forgetRows();
    // SQLite has often rolled back by itself when the disk is full.
    if (connection.inTransaction) rollbackAll.run();
  }

  /** @returns undefined when the item was refused after it had written something */
  function runPlainly(item: Item): (() => void) | undefined {
    const { writes } = connection;
    try {
      const value = item.work();
      return () => item.resolve(value);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      return connection.writes === writes ? () => item.reject(refusalOf(error)) : undefined;
    }
  }

  function runOne(item: Item): () => void {
    savepoint.run();
    try {
      const value = item.work();
      release.run();
      return () => item.resolve(value);
    } catch (error) {
      if (isStorageFailure(error)) throw error;
      connection.forgetRows();
      rollbackTo.run();
      release.run();
      return () => item.reject(refusalOf(error));
    }
  }

  function runAll(group: readonly Item[]): (() => void)[] {
    const settlements: (() => void)[] = [];
    begin.run();
    for (const item of group) {
      const settle = runPlainly(item);
      if (settle === undefined) {
        rollback();
        begin.run();
        return group.map(runOne);
      }
      settlements.push(settle);
    }
    return settlements;
  }

  /** @returns what tells each of the group how it went; they have not been told yet */
  async function runGroup(group: readonly Item[]): Promise<(() => void)[]> {
    let settlements: (() => void)[];
    const startedAt = performance.now();
    try {
      settlements = runAll(group);
      await connection.commit();
    } catch (error) {
      rollback();
      const failure = toAppError(error);
      if (error instanceof SqliteFailure && (error.kind === "sync" || error.kind === "corrupt")) refusal = failure;
      // One by one, so that a write too large for the space left fails without its neighbours.
      if (group.length === 1 || refusal !== undefined) return group.map((item) => () => item.reject(failure));
      const each: (() => void)[] = [];
      for (const item of group) each.push(...(await runGroup([item])));
      return each;
    }
    onCommit?.(group.length, (performance.now() - startedAt) / 1000);
    return settlements;
  }

  /**
   * Who was just answered often asks again. On a slow disk a group waits for them, half as long as the last commit took at most:
   * else they would wait for its commit before theirs begins, and each commit would serve half of the writers.
   */
  function schedule(): void {
    const waitMs = pending.length < expected ? gatherUntil - performance.now() : 0;
    if (waitMs >= 1) timer ??= setTimeout(flush, waitMs);
    else immediate ??= setImmediate(flush);
  }

  function flush(): void {
    clearImmediate(immediate);
    clearTimeout(timer);
    immediate = timer = undefined;
    const group = pending;
    if (committing !== undefined || group.length === 0) return;
    pending = [];
    if (refusal !== undefined) {
      for (const item of group) item.reject(refusal);
      return;
    }
    const startedAt = performance.now();
    committing = runGroup(group).then((settlements) => {
      committing = undefined;
      const now = performance.now();
      expected = group.length + pending.length;
      gatherUntil = now + Math.min((now - startedAt) / 2, MOST_GATHER_MS);
      const waiting = reads;
      reads = [];
      for (const read of waiting) read();
      // Answering takes as long as the disk does: done by turns, a sixth more creates a second at 100 connections.
      if (pending.length >= ENOUGH) flush();
      for (const settle of settlements) settle();
      if (committing === undefined && pending.length > 0) schedule();
    });
  }

  return {
    run<T>(work: () => T): Promise<T> {
      if (refusal !== undefined) return Promise.reject(refusal);
      return new Promise<T>((resolve, reject) => {
        pending.push({ work, resolve: (value) => resolve(value as T), reject });
        if (committing === undefined) schedule();
      });
    },
    read(query) {
      return new Promise((resolve, reject) => {
        const answer = (): void => {
          try {
            resolve(query());
          } catch (error) {
            reject(toAppError(error));
          }
        };
        // The rows of a transaction that is open are not on disk yet.
        if (committing === undefined) answer();
        else reads.push(answer);
      });
    },
    async close() {
      for (flush(); committing !== undefined; flush()) await committing;
      refusal ??= new AppError(
        "store-unavailable",
        "the store is closed: the process is stopping; send the request again",
      );
    },
  };
}

function isStorageFailure(error: unknown): error is SqliteFailure {
  return error instanceof SqliteFailure && error.kind !== "statement";
}
