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

function ulid(nowMs: number, random: Uint8Array = crypto.getRandomValues(new Uint8Array(16))): string {
  let time = "";
  for (let rest = nowMs, digit = 0; digit < 10; digit++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  let tail = "";
  for (let digit = 0; digit < 16; digit++) tail += ALPHABET.charAt((random[digit] ?? 0) & 31);
  return `${time}${tail}`;
}

export function isJobId(value: string): value is JobId {
  return /^job_[0-9A-HJKMNP-TV-Z]{26}$/.test(value);
}

export function isEventId(value: string): value is EventId {
  return /^evt_[0-9A-HJKMNP-TV-Z]{26}$/.test(value);
}
