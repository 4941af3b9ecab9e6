import * as z from "zod";

/** Formats a project or a shop can be given in. */
export const SCHEDULE_FORMATS = ["rcp", "jsp", "fjs", "schedule-json"] as const;
export type ScheduleFormat = (typeof SCHEDULE_FORMATS)[number];

const SCHEDULE_OBJECTIVES = ["makespan", "total-weighted-tardiness", "cost", "levelling"] as const;

const Count = z.int().min(1);

const Weight = z.int().min(0).max(1_000_000_000).optional();

/** How much a unit of each component of a schedule counts; 0 where it is left out. At least one counts. */
const ScheduleWeights = z.strictObject({
  makespan: Weight,
  tardiness: Weight,
  cost: Weight,
  levelling: Weight,
  affinity: Weight,
  disruption: Weight,
});

/** Options of a schedule job, the same names as the flags of the command line; docs/schedules.md explains them. */
export const ScheduleOptions = z.strictObject({
  /** What is to be small; what the source says, or the makespan, by default. */
  objective: z.union([z.enum(SCHEDULE_OBJECTIVES), ScheduleWeights]).optional(),
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

const PROOFS_OF_ONE = [
  z.strictObject({ kind: z.literal("earliest-ends") }),
  z.strictObject({ kind: z.literal("cheapest-modes") }),
  z.strictObject({ kind: z.literal("alone") }),
  z.strictObject({ kind: z.literal("nothing") }),
  z.strictObject({ kind: z.literal("path"), tasks: z.array(z.string()) }),
  z.strictObject({
    kind: z.literal("energy"),
    /** A machine by its name, all of them, or a resource by its place in the source, from 0. */
    pool: z.union([
      z.strictObject({ machine: z.string() }),
      z.strictObject({ resource: Time }),
      z.strictObject({ exclusive: Time }),
      z.literal("machines"),
    ]),
    from: Time,
    until: Time,
  }),
] as const;

/** The components of a schedule's value. */
export const SCHEDULE_COMPONENTS = ["makespan", "tardiness", "cost", "levelling", "affinity", "disruption"] as const;

/** Why no schedule has a smaller value than `lowerBound`; docs/schedules.md says how each is checked. */
export const ScheduleProof = z.discriminatedUnion("kind", [
  ...PROOFS_OF_ONE,
  z.strictObject({
    kind: z.literal("sum"),
    /** Bounds of the components of a mix, without their weights. */
    parts: z.array(
      z.strictObject({
        component: z.enum(SCHEDULE_COMPONENTS),
        value: Time,
        proof: z.discriminatedUnion("kind", [...PROOFS_OF_ONE]),
      }),
    ),
  }),
]);
export type ScheduleProofOfOne = Exclude<ScheduleProof, { kind: "sum" }>;
export type ScheduleProof = z.infer<typeof ScheduleProof>;

/** The JSON view of a result container of schema `schedule-result/1`. */
export const ScheduleResult = z.strictObject({
  tasks: z.array(
    z.strictObject({
      id: z.string(),
      start: Time,
      end: Time,
      machine: z.string().optional(),
      mode: Time.optional().meta({ description: "Index among the modes of the task; left out where it is 0" }),
      segments: z
        .array(z.tuple([Time, Time]))
        .optional()
        .meta({ description: "Start and end of each piece of a task that is split" }),
    }),
  ),
  makespan: Time,
  objective: z.number().min(0).meta({ description: "Value of the objective" }),
  lowerBound: z.number().min(0).meta({ description: "No schedule has a smaller value" }),
  gap: z.number().min(0).max(1).meta({ description: "(objective − lowerBound) / objective; 0: proved optimal" }),
  components: z
    .strictObject({
      makespan: Time,
      tardiness: Time,
      cost: Time,
      levelling: Time,
      affinity: Time,
      disruption: Time,
    })
    .optional()
    .meta({ description: "What the schedule is worth, without weights; where there is more than ends to it" }),
  lateness: Time.optional().meta({
    description:
      "Units of time behind deadlines, of all tasks together; 0: they are kept. Left out where there are none",
  }),
  proof: ScheduleProof.optional().meta({ description: "Why the lower bound is one; not in results of older engines" }),
  criticalPath: z
    .array(z.string())
    .meta({ description: "Ids of tasks from the start of the schedule to its end, each holding up the next one" }),
  work: z.strictObject({ iterations: Time, restarts: Time }).meta({ description: "What was done" }),
});
export type ScheduleComponents = NonNullable<ScheduleResult["components"]>;
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
  objective: (typeof SCHEDULE_OBJECTIVES)[number] | "mix";
  tasks: { id: string; modes: number; after: number[] }[];
  machines: string[];
  resources: { name: string; capacity: number }[];
}
