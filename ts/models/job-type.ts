/** What can be submitted; each type has its formats, options, engine and result. */
export const JOB_TYPES = ["circuit", "anneal", "schedule", "infer", "hybrid"] as const;
export type JobType = (typeof JOB_TYPES)[number];
