import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { openSecretKeyFile } from "../audit/secret-key-file.ts";

/** Seals the API keys of providers for the store: AES-256-GCM, bound to the place where the box lies. */
export interface SecretBox {
  seal(secret: string, place: string): Uint8Array;
  /** Undefined for what was sealed under another key or for another place, and for what is damaged. */
  open(box: Uint8Array, place: string): string | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The key lies beside the store, so a copy of the database alone gives no secret away. @throws {AppError} as `openSecretKeyFile` */
export async function openSecretBox(directory: string): Promise<SecretBox> {
  const key = await openSecretKeyFile(join(directory, "model-secrets-key"), "the model providers' secrets");
  return {
    seal(secret, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      return Buffer.concat([nonce, cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
    },
    open(box, place) {
      if (box.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const end = box.length - TAG_BYTES;
      const decipher = createDecipheriv("aes-256-gcm", key, box.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(place)).setAuthTag(box.subarray(end));
      try {
        return decipher.update(box.subarray(NONCE_BYTES, end), undefined, "utf8") + decipher.final("utf8");
      } catch {
        return undefined; // the tag does not fit: what this function is there to tell
      }
    },
  };
}
