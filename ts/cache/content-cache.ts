import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";
import { decodeEntry, type Entry, encodeEntry } from "./entry.ts";
import type { GuardedStore } from "./shared-store.ts";

/** How a look into the cache ended. */
export type CacheLookup = "memory" | "shared" | "miss";
/** Why an entry went before its time. `damaged`: its hash does not agree with it. `crowded`: others were used later. */
export type CacheDrop = "damaged" | "crowded";

export interface ContentCacheOptions {
  readonly clock: Clock;
  /** Of all entries together, keys and all. */
  readonly memoryBytes: number;
  /** Larger content is not kept. */
  readonly entryBytes?: number;
  readonly shared?: GuardedStore | undefined;
  onLookup?(result: CacheLookup): void;
  onDrop?(reason: CacheDrop): void;
}

interface Found extends Entry {
  readonly isStale: boolean;
}

/** Content by a key that says all that it depends on. */
export interface ContentCache {
  /** What is kept, whole and not too old. */
  find(key: string): Promise<Found | undefined>;
  /** @param staleMs how long it may be given when `freshMs` are over. @returns whether it is kept */
  keep(key: string, content: Uint8Array, freshMs: number, staleMs: number): Promise<boolean>;
  /** Forgets what this process keeps under keys that begin so. @returns how many entries */
  forget(prefix: string): number;
  /** Fetches what was used most from the shared store. @returns how many entries */
  warm(limit: number): Promise<number>;
  state(): { readonly entries: number; readonly bytes: number; readonly isSharedUp: boolean | undefined };
  close(): Promise<void>;
}

const DEFAULT_ENTRY_BYTES = 4 * 2 ** 20;
/** How often the shared store learns what was used. */
const COUNT_EVERY_MS = 1000;

/**
 * Entries in memory, least recently used first to go, and, where there is one, in a shared store behind it. Every entry is checked
 * against its SHA-256 and its key before it is given; what does not agree is dropped everywhere, so that the next call makes it anew.
 */
export function createContentCache(options: ContentCacheOptions): ContentCache {
  const { clock, memoryBytes, entryBytes = DEFAULT_ENTRY_BYTES, shared, onLookup, onDrop } = options;
  const memory = new LRUCache<string, Uint8Array>({
    maxSize: Math.max(1, memoryBytes),
    sizeCalculation: (bytes, key) => bytes.length + 2 * key.length,
    dispose: (_, __, reason) => {
      if (reason === "evict") onDrop?.("crowded");
    },
  });
  const uses = new Map<string, number>();
  const counting = shared && setInterval(() => void flushUses(), COUNT_EVERY_MS).unref();

  async function flushUses(): Promise<void> {
    if (uses.size === 0) return;
    const counted = new Map(uses);
    uses.clear();
    await shared?.countUses(counted);
  }

  /** @param key undefined where the entry itself says which it is */
  function sound(bytes: Uint8Array, key?: string): Entry | undefined {
    const entry = decodeEntry(bytes);
    if (entry !== undefined && (key === undefined || entry.key === key)) return entry;
    onDrop?.("damaged");
    return undefined;
  }

  async function look(key: string): Promise<{ entry: Entry; from: CacheLookup } | undefined> {
    const own = memory.get(key);
    const entry = own && sound(own, key);
    if (entry !== undefined) return { entry, from: "memory" };
    if (own !== undefined) memory.delete(key);
    const bytes = await shared?.get(key);
    const other = bytes && sound(bytes, key);
    if (bytes === undefined) return undefined;
    if (other === undefined) {
      await shared?.delete(key);
      return undefined;
    }
    memory.set(key, bytes);
    return { entry: other, from: "shared" };
  }

  return {
    async find(key) {
      const found = await look(key);
      const now = clock();
      if (found === undefined || found.entry.staleUntil <= now) {
        if (found !== undefined) memory.delete(key);
        onLookup?.("miss");
        return undefined;
      }
      onLookup?.(found.from);
      if (shared !== undefined) uses.set(key, (uses.get(key) ?? 0) + 1);
      return { ...found.entry, isStale: found.entry.freshUntil <= now };
    },
    async keep(key, content, freshMs, staleMs) {
      if (content.length > entryBytes) return false;
      const storedAt = clock();
      const freshUntil = storedAt + freshMs;
      const entry = { key, content, storedAt, freshUntil, staleUntil: freshUntil + staleMs };
      const bytes = await encodeEntry(entry);
      memory.set(key, bytes);
      void shared?.set(key, bytes, freshMs + staleMs);
      return true;
    },
    forget(prefix) {
      const gone = [...memory.keys()].filter((key) => key.startsWith(prefix));
      for (const key of gone) memory.delete(key);
      return gone.length;
    },
    async warm(limit) {
      let warmed = 0;
      for (const { bytes } of (await shared?.mostUsed(limit)) ?? []) {
        const entry = sound(bytes);
        if (entry === undefined || entry.staleUntil <= clock() || memory.has(entry.key)) continue;
        memory.set(entry.key, bytes);
        warmed++;
      }
      return warmed;
    },
    state: () => ({ entries: memory.size, bytes: memory.calculatedSize, isSharedUp: shared?.isUp() }),
    async close() {
      clearInterval(counting);
      await flushUses();
      shared?.close();
    },
  };
}
