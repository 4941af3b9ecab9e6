import * as z from "zod";
import { AppError, messageOf } from "../core/errors.ts";
import { checked } from "../models/check.ts";
import { ProblemSolution } from "../models/problem.ts";
import { ScheduleResult } from "../models/schedule.ts";
import { ganttSvg } from "../pictures/gantt-svg.ts";
import { ganttText } from "../pictures/gantt-text.ts";
import { coloringView, type GraphView, tourView } from "../pictures/graph.ts";
import { graphSvg } from "../pictures/graph-svg.ts";
import { graphText } from "../pictures/graph-text.ts";
import type { InputFile } from "./read-input.ts";

const Id = z.union([z.string(), z.int().min(0)]);
/** Of the document what a picture needs; the engine has checked the rest. */
const Cities = z.object({
  problem: z.literal("travelling-salesman"),
  cities: z.array(Id),
  coordinates: z.array(z.tuple([z.number(), z.number()])).optional(),
});
const Graph = z.object({
  problem: z.literal("graph-coloring"),
  vertices: z.array(Id),
  edges: z.array(z.tuple([Id, Id])),
});

/** What `ketflow run --json` and `ketflow result --json` print of a job. */
const Outcome = z.union([
  z.object({ result: z.object({ solution: ProblemSolution }) }),
  z.object({ type: z.literal("schedule"), result: ScheduleResult }),
]);

export interface ResultPicture {
  svg(options: { standalone: boolean; width?: number; all: boolean }): string;
  text(options: { width: number; ascii: boolean; all: boolean }): string;
}

/**
 * The picture of a job's result: a Gantt chart, a tour or a coloured graph.
 *
 * @throws {AppError} `invalid-input` for what is no result, `unsupported` for results that have no picture
 */
export function resultPicture(input: InputFile, text: string, name: string): ResultPicture {
  const outcome = checked(Outcome, jsonOf(text, name), name);
  if ("type" in outcome) {
    const { result } = outcome;
    const rows = (all: boolean) => (all ? { maxRows: Number.POSITIVE_INFINITY } : {});
    return {
      svg: ({ standalone, width, all }) =>
        ganttSvg(result, { standalone, ...rows(all), ...(width && { chartWidth: width }) }),
      text: ({ all, ...options }) => ganttText(result, { ...options, ...rows(all) }),
    };
  }
  const view = graphOf(input, outcome.result.solution);
  return {
    svg: ({ standalone, width }) => graphSvg(view, { standalone, ...(width && { side: width }) }),
    text: (options) => graphText(view, options),
  };
}

function graphOf({ source, origin }: InputFile, solution: ProblemSolution): GraphView {
  const document = (): unknown => jsonOf(typeof source === "string" ? source : "", origin.name);
  switch (solution.problem) {
    case "travelling-salesman": {
      const { cities, coordinates } = checked(Cities, document(), origin.name);
      return tourView(cities, coordinates, solution);
    }
    case "graph-coloring": {
      const { vertices, edges } = checked(Graph, document(), origin.name);
      return coloringView(vertices, edges, solution);
    }
    default:
      throw new AppError(
        "unsupported",
        `${origin.name}: a solution of ${solution.problem} has no picture; schedules, tours and colourings have`,
      );
  }
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new AppError("invalid-input", `${name}: not JSON: ${messageOf(cause)}`, { cause });
  }
}
