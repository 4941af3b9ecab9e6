import { toHex, utf8 } from "./bytes.ts";
import { sha256 } from "./sha256.ts";

/** What JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * JSON in the canonical form of RFC 8785: keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript
 * writes them. Members whose value is `undefined` are left out.
 *
 * @throws {TypeError} on NaN, infinities and lone surrogates, which have no JSON form that two parties would agree on
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("a string with a lone surrogate has no canonical JSON form");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON form`);
    return String(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  // Piece by piece: by lists of entries and of texts it takes a half longer, and every job's leaf and route are written so.
  let text = "";
  let separator = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      text += separator + canonicalJson(item);
      separator = ",";
    }
    return `[${text}]`;
  }
  const members = value as { readonly [key: string]: Json | undefined };
  for (const key of sorted(Object.keys(members))) {
    const member = members[key];
    if (member === undefined) continue;
    text += separator + nameOf(key) + canonicalJson(member);
    separator = ",";
  }
  return `{${text}}`;
}

/** By UTF-16 code units, which is how `sort` goes without a comparison of its own. Some are sorted already. */
function sorted(keys: string[]): string[] {
  for (let k = 1; k < keys.length; k++) {
    if ((keys[k - 1] ?? "") > (keys[k] ?? "")) return keys.sort();
  }
  return keys;
}

const MOST_NAMES = 512;
/** Names of members as they are written, with their colon: those of routes and manifests come again with every job. */
const names = new Map<string, string>();

function nameOf(key: string): string {
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = `${canonicalJson(key)}:`;
  // A user's names can be anything; they are not kept beyond a few short ones.
  if (names.size < MOST_NAMES && key.length <= 32) names.set(key, name);
  return name;
}

/** SHA-256 of the canonical JSON, hexadecimal: the same for values that are equal as JSON. */
export function canonicalHash(value: Json): string {
  return toHex(sha256(utf8(canonicalJson(value))));
}
