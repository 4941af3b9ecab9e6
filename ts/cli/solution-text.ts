import { grouped } from "../core/grouped.ts";
import type { ProblemSolution } from "../models/problem.ts";
import { clip, printable } from "../pictures/labels.ts";

export interface SolutionOptions {
  width: number;
  ascii: boolean;
  /** Every line and violation instead of the first few. */
  all: boolean;
}

const TOP = 16;

/** A solution in the words of its problem: what it is worth, whether it is feasible, and what was chosen. */
export function solutionText(solution: ProblemSolution, { width, ascii, all }: SolutionOptions): string {
  const room = Math.max(20, width - 13);
  const shorten = (text: string): string => (all ? text : clip(text, room, ascii ? "ascii" : "unicode"));
  const entry = ([name, text]: readonly [string, string]): string => `${name.padEnd(12)} ${shorten(text)}`;
  const { violations, feasible } = solution;
  const broken = `NO, ${grouped(violations.length)} violation${violations.length === 1 ? "" : "s"}`;
  const shown = all ? violations : violations.slice(0, TOP);
  const rows = details(solution, ascii);
  const shownRows = all ? rows : rows.slice(0, TOP);
  return [
    entry(["problem", solution.problem]),
    entry(["objective", objectiveOf(solution)]),
    entry(["feasible", feasible ? "yes" : broken]),
    ...shown.map(({ message }) => `${" ".repeat(13)}${shorten(printable(message))}`),
    ...more(violations.length - shown.length),
    ...shownRows.map(entry),
    ...more(rows.length - shownRows.length),
  ].join("\n");
}

function more(rest: number): string[] {
  return rest > 0 ? [`${" ".repeat(13)}+${grouped(rest)} more; --all`] : [];
}

function objectiveOf(solution: ProblemSolution): string {
  const value = number(solution.objective);
  switch (solution.problem) {
    case "max-cut":
      return `${value}, the weight between the sides, of ${number(solution.totalWeight)} in all`;
    case "number-partitioning":
      return `${value}, the difference of the sums ${solution.sums.map(number).join(" and ")}`;
    case "graph-coloring":
      return `${value} edges in conflict, with ${grouped(solution.colorsUsed)} colors`;
    case "knapsack":
      return `${value}, the value of what weighs ${number(solution.weight)} of ${number(solution.capacity)}`;
    case "set-cover":
      return `${value}, the cost of ${grouped(solution.sets.length)} sets`;
    case "travelling-salesman":
      return `${value}, the length of the tour`;
    case "assignment":
      return `${value}, the cost`;
    case "portfolio":
      return `${value}: return ${number(solution.return)}, variance ${number(solution.variance)}`;
    case "scheduling":
      return `${value}, the makespan`;
    case "quadratic-program":
      return `${value}, ${solution.sense === "max" ? "maximised" : "minimised"}`;
  }
}

/** What was chosen, as lines with a name each. */
function details(solution: ProblemSolution, ascii: boolean): [string, string][] {
  const arrow = ascii ? " -> " : " → ";
  const list = (ids: readonly (string | number | null)[], between = " "): string =>
    ids.length === 0 ? "none" : ids.map((id) => (id === null ? "?" : printable(String(id)))).join(between);
  switch (solution.problem) {
    case "max-cut":
      return solution.sides.map((ids, k) => [`side ${k + 1}`, list(ids)]);
    case "number-partitioning":
      return solution.sets.map((numbers, k) => [`set ${k + 1}`, list(numbers)]);
    case "graph-coloring": {
      const colors = [...new Set(solution.coloring.map(({ color }) => color))].sort((a, b) => (a ?? -1) - (b ?? -1));
      const own = (wanted: number | null) => solution.coloring.filter(({ color }) => color === wanted);
      return colors.map((color) => [`color ${color ?? "?"}`, list(own(color).map(({ vertex }) => vertex))]);
    }
    case "knapsack":
      return [["items", list(solution.items)]];
    case "set-cover":
      return [["sets", list(solution.sets)]];
    case "travelling-salesman":
      return [["tour", list([...solution.tour, solution.tour[0] ?? null], arrow)]];
    case "assignment":
      return solution.assignment.map(({ facility, location }) => [printable(String(facility)), list([location])]);
    case "portfolio":
      return [["assets", list(solution.assets)]];
    case "scheduling":
      return solution.machines.map(({ jobs, load }, k) => [`machine ${k + 1}`, `${list(jobs)}, until ${number(load)}`]);
    case "quadratic-program":
      return Object.entries(solution.values).map(([name, value]) => [printable(name), number(value)]);
  }
}

function number(value: number): string {
  return String(Number(value.toPrecision(9)));
}
