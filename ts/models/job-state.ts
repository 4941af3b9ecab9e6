// Apart from the schemas, so that the client of the browser carries no schema library.

/** The final states: how a job can end. */
export const OUTCOMES = ["succeeded", "failed", "cancelled", "expired", "dead-letter"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const JOB_STATES = ["planned", "awaiting-approval", "queued", "running", "paused", ...OUTCOMES] as const;
export type JobState = (typeof JOB_STATES)[number];

export const FINAL_STATES: ReadonlySet<JobState> = new Set(OUTCOMES);
