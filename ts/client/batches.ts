import { utf8 } from "../core/bytes.ts";
import type { SubmitJob } from "../models/job.ts";

/** What one batch may hold: a little less than what the service reads in one body. */
export const BATCH_JOBS = 1000;
export const BATCH_BYTES: number = 8 * 2 ** 20 - 1024;

/**
 * Jobs as JSON, in batches that the service takes. Of a source that is slower than the network a batch holds what is there by now,
 * so that nobody waits for it to be full; unless `onlyFull` says that the same jobs have to make the same batches.
 */
export async function* batchesOf(
  source: Iterable<SubmitJob> | AsyncIterable<SubmitJob>,
  onlyFull: boolean,
): AsyncGenerator<string[]> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let batch: string[] = [];
  let bytes = 0;
  let isDone = false;
  try {
    while (!isDone) {
      const coming = Promise.resolve(iterator.next());
      if (!onlyFull && batch.length > 0 && (await isSlow(coming))) {
        yield batch;
        [batch, bytes] = [[], 0];
      }
      const { value, done = false } = await coming;
      isDone = done;
      if (done) break;
      const text = JSON.stringify(value);
      const size = utf8(text).length + 1;
      if (batch.length >= BATCH_JOBS || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
        yield batch;
        [batch, bytes] = [[], 0];
      }
      batch.push(text);
      bytes += size;
    }
    if (batch.length > 0) yield batch;
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

/** Whether it is not there after one turn of the event loop. */
function isSlow(coming: Promise<unknown>): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setTimeout(resolve, 0, true));
  const there = coming.then(
    () => false,
    () => false,
  );
  return Promise.race([there, turn]);
}
