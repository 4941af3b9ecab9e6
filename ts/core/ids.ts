import { freshBytes } from "./random.ts";

/** A job's id: `job_` and 26 characters of a ULID (time-ordered, 80 random bits). */
export type JobId = `job_${string}`;

/** An audit event's id, formed like a job's. */
export type EventId = `evt_${string}`;

/** Marks values that were checked to belong to one tenant; only `tenancy` and the store make it. */
export type TenantId = string & { readonly __brand: "TenantId" };

/** The tenant of the command line and of a service without tenants. */
export const LOCAL_TENANT = "local" as TenantId;

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base 32

export function newJobId(nowMs: number, random?: Uint8Array): JobId {
  return `job_${ulid(nowMs, random)}`;
}

export function newEventId(nowMs: number, random?: Uint8Array): EventId {
  return `evt_${ulid(nowMs, random)}`;
}

/** Not an event's id, but where those of a time begin in their order. @param ms since the epoch, 0 or later */
export function firstEventIdAt(ms: number): string {
  return `evt_${ulidTime(Math.max(0, ms))}`;
}

const DIGITS = 16;
/** The last id's time and digits, for the next one of the same millisecond. */
let last = { ms: -1, time: "", digits: new Uint8Array(DIGITS) };

/** Ids of one process and millisecond ascend: what comes first stands first, and index pages fill one after the other. */
function ulid(nowMs: number, random?: Uint8Array): string {
  if (random === undefined && nowMs === last.ms) return last.time + text(increment(last.digits));
  const digits = (random ?? freshBytes(DIGITS)).slice(0, DIGITS).map((byte) => byte & 31);
  const time = ulidTime(nowMs);
  if (random === undefined) last = { ms: nowMs, time, digits };
  return time + text(digits);
}

/** Adds one to a number in base 32; 80 random bits do not run over. */
function increment(digits: Uint8Array): Uint8Array {
  for (let at = digits.length - 1; at >= 0; at--) {
    const digit = ((digits[at] ?? 0) + 1) & 31;
    digits[at] = digit;
    if (digit !== 0) break;
  }
  return digits;
}

/** In one piece: by sixteen additions two ids of a create left 1 KB of intermediate strings. */
function text(digits: Uint8Array): string {
  for (let k = 0; k < DIGITS; k++) codes[k] = ALPHABET.charCodeAt(digits[k] ?? 0);
  return String.fromCharCode.apply(null, codes);
}

const codes: number[] = new Array<number>(DIGITS).fill(0);

function ulidTime(ms: number): string {
  let time = "";
  for (let rest = ms, digit = 0; digit < 10; digit++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return time;
}

export function isJobId(value: string): value is JobId {
  return /^job_[0-9A-HJKMNP-TV-Z]{26}$/.test(value);
}

export function isEventId(value: string): value is EventId {
  return /^evt_[0-9A-HJKMNP-TV-Z]{26}$/.test(value);
}
