import { setTimeout } from "node:timers/promises";
import type { SharedStore } from "../../cache/shared-store.ts";
import { AppError, messageOf } from "../../core/errors.ts";

/** Names that are counted; the least used are forgotten first. */
const COUNTED_NAMES = 10_000;
const CONNECT_MS = 2000;
/** How long a start waits for the connection; later ones are waited for by nobody. */
const FIRST_CONNECT_MS = 500;
const LONGEST_RECONNECT_MS = 2000;

/**
 * Entries in Redis (5 or newer), or a server that speaks its protocol. Comes back within half a second, connected or not: while there
 * is no connection, calls fail without waiting, and it is tried again and again.
 *
 * @param namespace begins every name there
 * @param url such as `redis://user:password@host:6379/0`, or `rediss:` for TLS
 * @throws {AppError} `unsupported` where the package is not installed, `invalid-input` for what is no such URL; neither quotes it
 */
export async function openRedisStore(url: string, namespace: string): Promise<SharedStore> {
  const { createClient, RESP_TYPES } = await loadPackage();
  let client: ReturnType<typeof createClient>;
  try {
    client = createClient({
      url,
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_MS,
        reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, LONGEST_RECONNECT_MS),
      },
    });
  } catch (cause) {
    throw new AppError("invalid-input", "redisUrl: is no URL such as redis://user:password@host:6379", { cause });
  }
  // Whoever guards the store sees the calls fail; without a listener the process would end.
  client.on("error", () => undefined);
  await Promise.race([
    client.connect().catch(() => undefined),
    setTimeout(FIRST_CONNECT_MS, undefined, { ref: false }),
  ]);
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const uses = `${namespace}uses`;
  return {
    get: async (name) => (await raw.get(namespace + name)) ?? undefined,
    async set(name, bytes, ttlMs) {
      const expiration = { type: "PX", value: Math.max(1, Math.round(ttlMs)) } as const;
      await client.set(namespace + name, Buffer.from(bytes), { expiration });
    },
    async delete(name) {
      await client.del(namespace + name);
    },
    async countUses(counts) {
      const multi = client.multi();
      for (const [name, count] of counts) multi.zIncrBy(uses, count, name);
      multi.zRemRangeByRank(uses, 0, -COUNTED_NAMES - 1);
      await multi.exec();
    },
    async mostUsed(limit) {
      const names = await client.zRange(uses, 0, limit - 1, { REV: true });
      if (names.length === 0) return [];
      const found = await raw.mGet(names.map((name) => namespace + name));
      return names.flatMap((name, k) => {
        const bytes = found[k];
        return bytes == null ? [] : [{ name, bytes }];
      });
    },
    close: () => client.destroy(),
  };
}

async function loadPackage(): Promise<typeof import("@redis/client")> {
  try {
    return await import("@redis/client");
  } catch (cause) {
    const message = `a Redis needs a package that is not installed here; run: npm install @redis/client@6 (${messageOf(cause)})`;
    throw new AppError("unsupported", message, { cause });
  }
}
