import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { SharedStore } from "./shared-store.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const NOTHING = new Uint8Array(0);

/**
 * Entries leave this process sealed: AES-256-GCM bound to their name, and names as HMAC-SHA-256, so that whoever reads the store learns
 * neither, and whoever writes to it is found out.
 *
 * @param secret 32 random bytes of the installation: with others, nothing of it is found
 * @returns a store that gives no bytes at all for what was not sealed here, which is no entry
 */
export function sealedStore(store: SharedStore, secret: Uint8Array): SharedStore {
  const [sealing, naming] = [derivedKey(secret, "entries"), derivedKey(secret, "names")];
  const nameOf = (key: string): string => createHmac("sha256", naming).update(key).digest("hex");

  function seal(bytes: Uint8Array, name: string): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", sealing, nonce).setAAD(Buffer.from(name));
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  function open(box: Uint8Array, name: string): Uint8Array {
    const end = box.length - TAG_BYTES;
    if (end < NONCE_BYTES) return NOTHING;
    const decipher = createDecipheriv("aes-256-gcm", sealing, box.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(name)).setAuthTag(box.subarray(end));
    try {
      return Buffer.concat([decipher.update(box.subarray(NONCE_BYTES, end)), decipher.final()]);
    } catch {
      return NOTHING; // the tag does not fit: the caller counts it as damaged
    }
  }

  return {
    async get(key) {
      const box = await store.get(nameOf(key));
      return box && open(box, nameOf(key));
    },
    set: (key, bytes, ttlMs) => store.set(nameOf(key), seal(bytes, nameOf(key)), ttlMs),
    delete: (key) => store.delete(nameOf(key)),
    countUses: (uses) => store.countUses(new Map([...uses].map(([key, count]) => [nameOf(key), count]))),
    mostUsed: async (limit) =>
      (await store.mostUsed(limit)).map(({ name, bytes }) => ({ name, bytes: open(bytes, name) })),
    close: () => store.close(),
  };
}

/** Where the entries of an installation lie in a store that it shares with others. */
export function namespaceOf(secret: Uint8Array): string {
  return `ketflow:${derivedKey(secret, "namespace").toString("hex").slice(0, 16)}:`;
}

function derivedKey(secret: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", `ketflow shared cache: ${use}`, 32));
}
