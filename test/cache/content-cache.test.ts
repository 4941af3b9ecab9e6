import { afterEach, describe, expect, it } from "vitest";
import { type ContentCache, createContentCache } from "../../ts/cache/content-cache.ts";
import { decodeEntry, encodeEntry } from "../../ts/cache/entry.ts";
import { sealedStore } from "../../ts/cache/sealed-store.ts";
import { guardedStore, type SharedStore } from "../../ts/cache/shared-store.ts";
import { utf8 } from "../../ts/core/bytes.ts";

/** Entries in a map that tests can look into and break. */
function mapStore(): SharedStore & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  const uses = new Map<string, number>();
  return {
    kept,
    get: async (name) => kept.get(name),
    async set(name, bytes) {
      kept.set(name, bytes);
    },
    async delete(name) {
      kept.delete(name);
    },
    async countUses(counts) {
      for (const [name, count] of counts) uses.set(name, (uses.get(name) ?? 0) + count);
    },
    async mostUsed(limit) {
      const names = [...uses].sort((a, b) => b[1] - a[1]).map(([name]) => name);
      return names.slice(0, limit).flatMap((name) => {
        const bytes = kept.get(name);
        return bytes === undefined ? [] : [{ name, bytes }];
      });
    },
    close: () => undefined,
  };
}

const open: ContentCache[] = [];
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
});

function cacheOf(change: { memoryBytes?: number; store?: SharedStore; deadlineMs?: number } = {}) {
  const { memoryBytes = 1e6, store, deadlineMs = 50 } = change;
  const world = { now: 1000, seen: [] as string[] };
  const clock = (): number => world.now;
  const shared =
    store && guardedStore(store, { clock, deadlineMs, onState: (isUp) => world.seen.push(isUp ? "up" : "down") });
  const cache = createContentCache({
    ...{ clock, memoryBytes, shared },
    onLookup: (result) => world.seen.push(result),
    onDrop: (reason) => world.seen.push(reason),
  });
  open.push(cache);
  return { cache, world };
}

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);
const LONG = "the same words again and ".repeat(1000);

describe("entries", () => {
  const entry = { key: "acme:1", content: utf8(LONG), storedAt: 1, freshUntil: 2.5, staleUntil: 3 };

  it("come back as they were, and repeated words take a tenth of their place", async () => {
    const bytes = await encodeEntry(entry);
    expect(decodeEntry(bytes)).toMatchObject({ ...entry, content: expect.anything() });
    expect(text(decodeEntry(bytes)?.content)).toBe(LONG);
    expect(bytes.length).toBeLessThan(LONG.length / 10);
    const short = await encodeEntry({ ...entry, content: utf8("yes") });
    expect(text(decodeEntry(short)?.content)).toBe("yes");
  });

  it("are nothing when any bit of them is another", async () => {
    const bytes = await encodeEntry({ ...entry, content: utf8("yes") });
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeEntry(changed), `bit ${bit}`).toBeUndefined();
    }
    expect(decodeEntry(bytes.subarray(0, 20))).toBeUndefined();
  });
});

describe("in memory", () => {
  it("content is fresh, then stale, then gone", async () => {
    const { cache, world } = cacheOf();
    await cache.keep("a", utf8("1"), 100, 50);
    expect(await cache.find("a")).toMatchObject({ isStale: false, storedAt: 1000 });
    world.now = 1100;
    expect(await cache.find("a")).toMatchObject({ isStale: true });
    world.now = 1150;
    expect(await cache.find("a")).toBeUndefined();
    expect(cache.state().entries).toBe(0);
    expect(world.seen).toEqual(["memory", "memory", "miss"]);
  });

  it("holds no more bytes than it may, and the least recently used go first", async () => {
    const { cache, world } = cacheOf({ memoryBytes: 3000 });
    const noise = (seed: number) => Uint8Array.from({ length: 900 }, (_, k) => (seed * 7919 + k * k * 31) >>> 3);
    for (const key of ["a", "b", "c"]) {
      await cache.keep(key, noise(key.charCodeAt(0)), 1e6, 0);
      await cache.find("a");
    }
    await cache.keep("d", noise(1), 1e6, 0);
    expect(cache.state().bytes).toBeLessThanOrEqual(3000);
    expect(Uint8Array.from((await cache.find("a"))?.content ?? [])).toEqual(noise("a".charCodeAt(0)));
    expect(await cache.find("b")).toBeUndefined();
    expect(world.seen).toContain("crowded");
    expect(await cache.keep("huge", new Uint8Array(5 * 2 ** 20), 1e6, 0)).toBe(false);
  });

  it("forgets a tenant's entries alone", async () => {
    const { cache } = cacheOf();
    for (const key of ["acme:1", "acme:2", "acme2:1"]) await cache.keep(key, utf8(key), 1e6, 0);
    expect(cache.forget("acme:")).toBe(2);
    expect(await cache.find("acme:1")).toBeUndefined();
    expect(Uint8Array.from((await cache.find("acme2:1"))?.content ?? [])).toEqual(Uint8Array.from(utf8("acme2:1")));
  });
});

describe("with a shared store", () => {
  const secret = new Uint8Array(32).fill(7);

  it("an entry comes back into the memory of another process, and the most used come first", async () => {
    const store = mapStore();
    const first = cacheOf({ store: sealedStore(store, secret) });
    for (const key of ["a", "b", "c"]) await first.cache.keep(key, utf8(`of ${key}`), 1e6, 0);
    for (const key of ["b", "b", "b", "c", "c", "a"]) await first.cache.find(key);
    await first.cache.close();
    const second = cacheOf({ store: sealedStore(store, secret) });
    expect(await second.cache.warm(2)).toBe(2);
    expect(text((await second.cache.find("b"))?.content)).toBe("of b");
    expect(text((await second.cache.find("a"))?.content)).toBe("of a");
    expect(second.world.seen).toEqual(["memory", "shared"]);
  });

  it("shows neither keys nor content, and another installation finds nothing", async () => {
    const store = mapStore();
    const { cache } = cacheOf({ store: sealedStore(store, secret) });
    await cache.keep("acme:secret-key", utf8("secret words"), 1e6, 0);
    const [[name = "", bytes = new Uint8Array()] = []] = store.kept;
    expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect(Buffer.from(bytes).toString("latin1")).not.toMatch(/secret|acme/);
    const other = cacheOf({ store: sealedStore(store, new Uint8Array(32).fill(8)) });
    expect(await other.cache.find("acme:secret-key")).toBeUndefined();
  });

  it.each<[string, (store: ReturnType<typeof mapStore>, name: string, bytes: Uint8Array) => void]>([
    [
      "another byte",
      (store, name, bytes) =>
        store.kept.set(
          name,
          bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
        ),
    ],
    ["nothing in it", (store, name) => store.kept.set(name, new Uint8Array(0))],
    [
      "the entry of another key",
      (store, name) => {
        const other = [...store.kept.keys()].find((each) => each !== name) ?? "";
        store.kept.set(name, store.kept.get(other) ?? new Uint8Array());
      },
    ],
  ])("a poisoned entry, %s, is dropped, counted and made anew", async (_, poison) => {
    const store = mapStore();
    const first = cacheOf({ store: sealedStore(store, secret) });
    await first.cache.keep("a", utf8("good"), 1e6, 0);
    const [name = "", bytes = new Uint8Array()] = [...store.kept][0] ?? [];
    await first.cache.keep("b", utf8("other"), 1e6, 0);
    poison(store, name, bytes);
    const { cache, world } = cacheOf({ store: sealedStore(store, secret) });
    expect(await cache.find("a")).toBeUndefined();
    expect(world.seen).toEqual(["damaged", "miss"]);
    expect(store.kept.has(name)).toBe(false);
    await cache.keep("a", utf8("good"), 1e6, 0);
    expect(text((await cache.find("a"))?.content)).toBe("good");
  });

  it("an entry that was put under another key in an open store is refused", async () => {
    const store = mapStore();
    const { cache, world } = cacheOf({ store });
    store.kept.set(
      "b",
      await encodeEntry({ key: "a", content: utf8("of a"), storedAt: 0, freshUntil: 1e6, staleUntil: 1e6 }),
    );
    expect(await cache.find("b")).toBeUndefined();
    expect(world.seen).toEqual(["damaged", "miss"]);
  });

  it("a store that never answers costs one deadline, then nothing until its pause is over", async () => {
    const store = mapStore();
    let asked = 0;
    let isDead = true;
    const { get } = store;
    store.get = (name) => {
      asked++;
      return isDead ? new Promise(() => undefined) : get(name);
    };
    const { cache, world } = cacheOf({ store, deadlineMs: 20 });
    const startedAt = performance.now();
    expect(await cache.find("a")).toBeUndefined();
    for (let k = 0; k < 50; k++) await cache.find("a");
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(asked).toBe(1);
    expect(cache.state().isSharedUp).toBe(false);
    world.now += 5000;
    isDead = false;
    await cache.find("a");
    expect(asked).toBe(2);
    expect(cache.state().isSharedUp).toBe(true);
    expect(world.seen.filter((each) => /up|down/.test(each))).toEqual(["down", "up"]);
  });
});
