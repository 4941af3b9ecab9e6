import { randomBytes } from "node:crypto";
import { utf8 } from "../core/bytes.ts";
import { sha256 } from "../core/sha256.ts";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TOKEN = /^kf_([0-9a-hjkmnp-tv-z]{16})_([A-Za-z0-9_-]{43})$/;

/** An API key as its holder sends it: `kf_`, the 80 bits that name it, `_`, 256 secret bits. */
export interface Token {
  readonly keyId: string;
  readonly text: string;
}

export function newToken(random: (size: number) => Uint8Array = randomBytes): Token {
  let name = "";
  for (const byte of random(16)) name += ALPHABET.charAt(byte & 31);
  const secret = Buffer.from(random(32)).toString("base64url");
  return { keyId: `key_${name}`, text: `kf_${name}_${secret}` };
}

/** The token of the one key that has no other name. */
export function newAdminToken(): string {
  return `kf_admin_${randomBytes(32).toString("base64url")}`;
}

/** The id that a token names, or undefined when it has another form. */
export function keyIdOf(token: string): string | undefined {
  const name = TOKEN.exec(token)?.[1];
  return name === undefined ? undefined : `key_${name}`;
}

/** What is kept of a token. Its 256 random bits need no slow hash: there is nothing to guess from. */
export function tokenHash(token: string): Uint8Array {
  return sha256(utf8(token));
}
