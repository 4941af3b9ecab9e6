import { grouped } from "../core/grouped.ts";
import type { AnnealResult } from "../models/anneal.ts";
import type { HybridResult } from "../models/hybrid.ts";
import type { InferResult } from "../models/infer.ts";
import type { ScheduleResult } from "../models/schedule.ts";
import { ganttText } from "../pictures/gantt-text.ts";
import { clip, printable } from "../pictures/labels.ts";
import { binned, sparkline, trend } from "../pictures/sparkline.ts";
import { solutionText } from "./solution-text.ts";

export interface ValueOptions {
  width: number;
  ascii: boolean;
  /** Every outcome and amplitude instead of the first few. */
  all: boolean;
}

const TOP = 16;
const BINS = 40;

/** What an anneal job found: the best energy, how the reads spread, and the best sample. */
export function annealText(result: AnnealResult, { width, ascii, all }: ValueOptions): string {
  const { best, samples, work } = result;
  const reads = samples.reduce((sum, { occurrences }) => sum + occurrences, 0);
  const times = samples.reduce((sum, each) => sum + (each.energy === best.energy ? each.occurrences : 0), 0);
  const found = work.reads === 0 ? proofText(result) : `found by ${grouped(times)} of ${grouped(work.reads)} reads`;
  const lines = [`best energy  ${number(best.energy)}, ${found}`];
  if (best.cut !== undefined) lines.push(`cut          ${number(best.cut)}`);
  if (result.bound !== undefined) lines.push(`bound        ${boundText(result)}`);
  if (result.auto !== undefined) lines.push(`method       ${autoText(result.auto)}`);
  if (work.reads > 0)
    lines.push(`work         ${grouped(work.sweeps)} sweeps over ${grouped(best.sample.length)} variables`);
  if (samples.some(({ energy }) => energy !== best.energy)) {
    const energies = samples.map(({ energy, occurrences }) => ({ value: energy, weight: occurrences }));
    const { low, high, weights } = binned(energies, Math.min(BINS, Math.max(8, width - 50)));
    const rest = reads < work.reads ? `, the best ${grouped(reads)} reads` : "";
    lines.push(`energies     ${number(low)} ${sparkline(weights, { ascii })} ${number(high)}${rest}`);
  }
  if (result.solution !== undefined) {
    // What the bits of a problem's model are is nothing to read.
    const feasible = samples.reduce((sum, each) => sum + (each.feasible ? each.occurrences : 0), 0);
    const share = work.reads === 0 ? "" : `feasible     ${grouped(feasible)} of ${grouped(reads)} reads\n`;
    return `${solutionText(result.solution, { width, ascii, all })}\n\n${share}${lines.join("\n")}`;
  }
  lines.push(...sampleLines(result, width, all));
  return lines.join("\n");
}

/** What an exact search says. */
function proofText({ proved, work }: AnnealResult): string {
  return proved === false ? `not proved: ${grouped(work.sweeps)} nodes were used up` : "proved optimal";
}

/** What was picked, and why. */
function autoText({ method, reason, searches = [] }: NonNullable<AnnealResult["auto"]>): string {
  const why = {
    "small-width": "it takes less work than a search",
    "beta-range": "a range of beta is given",
    "short-search": "the search is too short for a race",
    race: `the best of ${searches.length} searches`,
  };
  return `${method}: ${why[reason]}`;
}

/** How far the best is from what is proved. */
function boundText({ best, bound }: AnnealResult): string {
  if (bound === undefined) return "none";
  if (bound.energy === best.energy) return "proved optimal";
  if (bound.cut === undefined || bound.gap === undefined) return `no energy passes ${number(bound.energy)}`;
  const side = bound.energy > best.energy ? "below" : "above";
  return `no cut is ${side} ${number(bound.cut)}: proved within ${(100 * bound.gap).toFixed(2)} %`;
}

/** As digits or signs in the order of the variables; names where they are not just numbers. */
function sampleLines({ vartype, variables, best }: AnnealResult, width: number, all: boolean): string[] {
  const room = Math.max(20, width - 13);
  const isNumbered = variables.every((label) => typeof label === "number");
  if (!isNumbered) {
    const named = best.sample
      .map((value, k) => `${printable(String(JSON.stringify(variables[k])))}=${value}`)
      .join(" ");
    return [`sample       ${all ? named : clip(named, room, "unicode")}`];
  }
  const text = best.sample.map((value) => (vartype === "binary" ? String(value) : value > 0 ? "+" : "-")).join("");
  const rows = text.match(new RegExp(`.{1,${room}}`, "g")) ?? [""];
  const shown = all ? rows : rows.slice(0, 4);
  const lines = shown.map((row, k) => `${k === 0 ? "sample" : ""}`.padEnd(13) + row);
  if (shown.length < rows.length) {
    lines.push(`${" ".repeat(13)}+${grouped(text.length - room * shown.length)} more; --all`);
  }
  return lines;
}

/** A Gantt chart, and how good the schedule is known to be. */
export function scheduleText(result: ScheduleResult, { width, ascii, all }: ValueOptions): string {
  const { objective, lowerBound, gap, makespan, criticalPath, components, lateness, work } = result;
  const proof = gap === 0 ? "proved optimal" : `lower bound ${number(lowerBound)}, gap ${(100 * gap).toFixed(1)} %`;
  const tardiness = objective === makespan ? "" : `objective    ${number(objective)}; `;
  const path = criticalPath.map(printable).join(" → ");
  const late = lateness
    ? [`late         ${grouped(lateness)} behind deadlines: no schedule that keeps them was found`]
    : [];
  const parts = Object.entries(components ?? {}).filter(([name, value]) => value > 0 && name !== "makespan");
  const worth = parts.map(([name, value]) => `${name} ${number(value)}`).join(", ");
  return [
    ganttText(result, { width, ascii, ...(all ? { maxRows: Number.POSITIVE_INFINITY } : {}) }),
    "",
    `${tardiness === "" ? `makespan     ${number(makespan)}; ` : tardiness}${proof}`,
    ...late,
    ...(worth === "" ? [] : [`components   makespan ${number(makespan)}, ${worth}`]),
    `critical     ${all ? path : clip(path, Math.max(20, width - 13), ascii ? "ascii" : "unicode")}`,
    `work         ${grouped(work.iterations)} schedules in ${grouped(work.restarts)} restarts`,
  ].join("\n");
}

/** Where a search over a circuit's parameters ended, and how it went. */
export function hybridText(result: HybridResult, { width, ascii, all }: ValueOptions): string {
  const { energy, parameters, trace, iterations, evaluations, converged, best, cut } = result;
  const end = converged ? "converged" : "the most that were allowed";
  const named = Object.entries(parameters).map(([name, value]) => `${printable(name)}=${number(value)}`);
  const point = named.join("  ");
  const room = Math.max(20, width - 13);
  const lines = [
    `energy       ${number(energy)}`,
    `trace        ${number(trace[0] ?? energy)} ${trend(trace, Math.min(BINS, room - 26), { ascii })} ${number(trace.at(-1) ?? energy)}`,
    `work         ${grouped(iterations)} iterations (${end}), ${grouped(evaluations)} energies`,
    `parameters   ${all ? point : clip(point, room, ascii ? "ascii" : "unicode")}`,
  ];
  if (best !== undefined) {
    lines.push(
      `best         ${best.bitstring}, energy ${number(best.energy)}, ${grouped(best.shots)} times in the final sampling`,
    );
  }
  if (cut !== undefined) {
    const ratio = cut.ratio === undefined ? "" : `, ${(100 * cut.ratio).toFixed(1)} % of it`;
    lines.push(`cut          ${number(cut.best)} by the best; expected ${number(cut.expected)}${ratio}`);
  }
  return lines.join("\n");
}

/** Of each state the largest output and all of them. */
export function inferText({ outputs, argmax }: InferResult, { width, all }: ValueOptions): string {
  const shown = all ? outputs : outputs.slice(0, TOP);
  const indexWidth = Math.max(5, String(shown.length - 1).length);
  const lines = shown.map((row, k) => {
    const line = `${String(k).padStart(indexWidth)}  ${String(argmax[k]).padStart(6)}  ${row.map(number).join("  ")}`;
    return all ? line : clip(line, Math.max(40, width), "unicode");
  });
  const rest = outputs.length - shown.length;
  const head = `${"state".padStart(indexWidth)}  argmax  outputs`;
  return [head, ...lines, ...(rest > 0 ? [`+${grouped(rest)} more; --all`] : [])].join("\n");
}

function number(value: number): string {
  return String(Number(value.toPrecision(9)));
}
