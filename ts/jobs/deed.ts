import type { AuditEvent } from "../audit/event.ts";

/** Who does something to a job, and the event that says so, which is stored together with it. */
export interface Deed {
  /** The person behind the key, for four-eyes approvals; absent on the command line. */
  readonly person?: string | undefined;
  readonly event?: AuditEvent | undefined;
}
