import * as z from "zod";

const Id = z.union([z.string(), z.int().min(0)]);
const Ids = z.array(Id);

const Violation = z.strictObject({
  constraint: z.string().meta({ description: "What is broken: `capacity`, `vertex a`, the name of a constraint" }),
  by: z.number().positive().meta({ description: "By how much, in the problem's own unit" }),
  message: z.string(),
});

/** What every solution has, judged by the problem's data and not by the model that was searched. */
const Common = {
  objective: z.number().meta({ description: "In the problem's own sense; no promise where it is not feasible" }),
  feasible: z.boolean(),
  violations: z.array(Violation).meta({ description: "What it breaks; none where it is feasible" }),
};

function solutionOf<Name extends string, Fields extends z.ZodRawShape>(problem: Name, fields: Fields) {
  return z.strictObject({ problem: z.literal(problem), ...Common, ...fields });
}

/** The solution of a problem, by its kind. `docs/problems.md` says what the objectives are. */
export const ProblemSolution = z.discriminatedUnion("problem", [
  solutionOf("max-cut", { sides: z.tuple([Ids, Ids]), totalWeight: z.number() }),
  solutionOf("number-partitioning", {
    sets: z.tuple([z.array(z.int()), z.array(z.int())]),
    sums: z.tuple([z.int(), z.int()]),
  }),
  solutionOf("graph-coloring", {
    coloring: z.array(z.strictObject({ vertex: Id, color: z.int().min(0).nullable() })),
    colorsUsed: z.int().min(0),
  }),
  solutionOf("knapsack", { items: Ids, weight: z.number(), capacity: z.number() }),
  solutionOf("set-cover", { sets: Ids }),
  solutionOf("travelling-salesman", { tour: z.array(Id.nullable()) }),
  solutionOf("assignment", { assignment: z.array(z.strictObject({ facility: Id, location: Id.nullable() })) }),
  solutionOf("portfolio", { assets: Ids, return: z.number(), variance: z.number() }),
  solutionOf("scheduling", { machines: z.array(z.strictObject({ jobs: Ids, load: z.int().min(0) })) }),
  solutionOf("quadratic-program", { sense: z.enum(["min", "max"]), values: z.record(z.string(), z.int()) }),
]);
export type ProblemSolution = z.infer<typeof ProblemSolution>;
