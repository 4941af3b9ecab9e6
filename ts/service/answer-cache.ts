import { join } from "node:path";
import { openRedisStore } from "../adapters/redis/redis-store.ts";
import { openSecretKeyFile } from "../audit/secret-key-file.ts";
import { type ContentCache, createContentCache } from "../cache/content-cache.ts";
import { namespaceOf, sealedStore } from "../cache/sealed-store.ts";
import { type GuardedStore, guardedStore } from "../cache/shared-store.ts";
import { systemClock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { CacheMeters } from "../telemetry/meters.ts";

export interface AnswerCacheOptions {
  /** Of answers of language models that are kept in memory; 64 MiB by default, 0: none. */
  answerMemoryBytes?: number | undefined;
  /** A Redis behind that memory, such as `redis://user:password@host:6379`; needs `@redis/client`. */
  redisUrl?: string | undefined;
}

const DEFAULT_MEMORY_BYTES = 64 * 2 ** 20;
/** What a start fetches from Redis. */
const WARM_ENTRIES = 1000;

/** Answers of earlier calls. With a Redis, the most used ones come back after a restart. */
export async function openAnswerCache(
  { answerMemoryBytes = DEFAULT_MEMORY_BYTES, redisUrl }: AnswerCacheOptions,
  dataDir: string,
  meters: CacheMeters,
  log: Log,
): Promise<ContentCache> {
  const shared = redisUrl === undefined ? undefined : await openShared(redisUrl, dataDir, log);
  const cache = createContentCache({
    ...{ clock: systemClock, memoryBytes: answerMemoryBytes, shared },
    ...{ onLookup: meters.onLookup, onDrop: meters.onDrop },
  });
  meters.observe(() => cache.state());
  return cache;
}

async function openShared(redisUrl: string, dataDir: string, log: Log): Promise<GuardedStore> {
  const secret = await openSecretKeyFile(join(dataDir, "keys", "answer-cache-key"), "the answers in Redis");
  const store = await openRedisStore(redisUrl, namespaceOf(secret));
  return guardedStore(sealedStore(store, secret), {
    clock: systemClock,
    onState(isUp, reason) {
      if (isUp) log.info("redis.up");
      else log.warn("redis.down", { reason });
    },
  });
}

/** Fills the memory behind the start of the service. */
export function warm(cache: ContentCache, log: Log): void {
  void cache.warm(WARM_ENTRIES).then((entries) => {
    if (entries > 0) log.info("answers.warmed", { count: entries });
  });
}
