import * as z from "zod";

/** Formats a project or a shop can be given in. */
export const SCHEDULE_FORMATS = ["rcp", "jsp", "fjs", "schedule-json"] as const;
export type ScheduleFormat = (typeof SCHEDULE_FORMATS)[number];

const Count = z.int().min(1);

/** Options of a schedule job, the same names as the flags of the command line; docs/schedules.md explains them. */
export const ScheduleOptions = z.strictObject({
  /** What is to be small; what the source says, or the makespan, by default. */
  objective: z.enum(["makespan", "total-weighted-tardiness"]).optional(),
  method: z.enum(["auto", "anneal", "tabu", "genetic", "priority-rule"]).optional(),
  /** Schedules that are made, all restarts together; a number that suits the problem by default. */
  iterations: Count.optional(),
  restarts: Count.optional(),
  /** Schedules of one restart. */
  restartIterations: Count.optional(),
  /** The search ends with the first schedule that is not above it. */
  targetValue: z.int().min(0).optional(),
  /** The search ends with the best schedule by then; how many it made is recorded as `iterations`. */
  timeLimitMs: z.number().positive().max(86_400_000).optional(),
});
export type ScheduleOptions = z.infer<typeof ScheduleOptions>;

const Time = z.int().min(0);

/** The JSON view of a result container of schema `schedule-result/1`. */
export const ScheduleResult = z.strictObject({
  tasks: z.array(z.strictObject({ id: z.string(), start: Time, end: Time, machine: z.string().optional() })),
  makespan: Time,
  objective: z.number().min(0).meta({ description: "Value of the objective" }),
  lowerBound: z.number().min(0).meta({ description: "No schedule has a smaller value" }),
  gap: z.number().min(0).max(1).meta({ description: "(objective − lowerBound) / objective; 0: proved optimal" }),
  criticalPath: z
    .array(z.string())
    .meta({ description: "Ids of tasks from the start of the schedule to its end, each holding up the next one" }),
  work: z.strictObject({ iterations: Time, restarts: Time }).meta({ description: "What was done" }),
});
export type ScheduleResult = z.infer<typeof ScheduleResult>;

/** What the engine says before it runs. */
export interface ScheduleEstimate {
  tasks: number;
  /** Schedules at most. */
  iterations: number;
  /** Tasks that are placed at most: what a calibration turns into milliseconds. */
  placements: number;
  bytes: number;
}

/** A problem as it was read. */
export interface ScheduleView {
  objective: "makespan" | "total-weighted-tardiness";
  tasks: { id: string; modes: number; after: number[] }[];
  machines: string[];
  resources: { name: string; capacity: number }[];
}
