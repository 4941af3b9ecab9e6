import { grouped } from "../core/grouped.ts";
import type { AnnealResult } from "../models/anneal.ts";
import type { HybridResult } from "../models/hybrid.ts";
import type { InferResult } from "../models/infer.ts";
import type { JobView } from "../models/job-view.ts";
import type { RouteDecision } from "../models/route.ts";
import type { ScheduleResult } from "../models/schedule.ts";
import { histogramText } from "../pictures/histogram.ts";
import { durationText } from "./progress.ts";
import { annealText, hybridText, inferText, scheduleText, type ValueOptions } from "./search-text.ts";

const TOP = 16;

/** Everything that the result holds, as blocks of lines. */
export function resultBlocks(result: NonNullable<JobView["result"]>, options: ValueOptions): string[] {
  const { width, ascii, all } = options;
  const top = all ? Number.POSITIVE_INFINITY : TOP;
  const blocks: string[] = [];
  if (result.trace !== undefined) blocks.push(hybridText(result as HybridResult, options));
  else if (result.best !== undefined) blocks.push(annealText(result as AnnealResult, options));
  if (result.makespan !== undefined) blocks.push(scheduleText(result as ScheduleResult, options));
  if (result.argmax !== undefined) blocks.push(inferText(result as InferResult, options));
  if (result.counts) blocks.push(histogramText(result.counts, { width, ascii, top }));
  if (result.probabilities) {
    blocks.push(`probabilities\n${histogramText(result.probabilities, { width, ascii, top, kind: "probabilities" })}`);
  }
  const values: string[] = [];
  if (result.method !== undefined) values.push(`method       ${result.method}`);
  if (result.truncationError !== undefined) {
    values.push(`bond         ${result.bond}`, `truncation   ${number(result.truncationError)} of the norm dropped`);
  }
  if (result.expectation !== undefined) values.push(`expectation  ${number(result.expectation)}`);
  if (result.gradient !== undefined) {
    const slopes = Object.entries(result.gradient).map(([name, slope]) => `${name}=${number(slope)}`);
    values.push(`gradient     ${listText(slopes, all)}`);
  }
  if (result.fidelity !== undefined) values.push(`fidelity     ${number(result.fidelity)}`);
  for (const { qubits, bits, purity } of result.entropy ?? []) {
    values.push(`entropy of qubits ${qubits.join(",")}: ${number(bits)} bits, purity ${number(purity)}`);
  }
  for (const { a, b, bits } of result.mutualInformation ?? []) {
    values.push(`mutual information of ${a.join(",")} and ${b.join(",")}: ${number(bits)} bits`);
  }
  if (values.length > 0) blocks.push(values.join("\n"));
  for (const { qubits, probabilities } of result.marginals ?? []) {
    const named = Object.fromEntries(probabilities.map((value, index) => [basis(index, qubits.length), value]));
    const order = [...qubits].reverse().join(",");
    const bars = histogramText(named, { width, ascii, top, kind: "probabilities" });
    blocks.push(`marginal of qubits ${order} (in this order)\n${bars}`);
  }
  for (const { qubits, matrix } of result.reducedDensity ?? []) {
    blocks.push(`reduced density matrix of qubits ${qubits.join(",")}\n${matrixText(matrix)}`);
  }
  if (result.amplitudes) blocks.push(amplitudesText(result.amplitudes, all));
  return blocks;
}

function listText(entries: readonly string[], all: boolean): string {
  const shown = all ? entries : entries.slice(0, TOP);
  const rest = entries.length - shown.length;
  return [...shown, ...(rest > 0 ? [`+${grouped(rest)} more; --all`] : [])].join("  ");
}

function amplitudesText(amplitudes: readonly [number, number][], all: boolean): string {
  const qubits = Math.log2(amplitudes.length);
  const present = amplitudes.map(([re, im], index) => ({ re, im, index })).filter(({ re, im }) => re !== 0 || im !== 0);
  const shown = all ? present : present.slice(0, TOP);
  const lines = shown.map(({ re, im, index }) => `${basis(index, qubits)}  ${complex([re, im])}`);
  const rest = present.length - shown.length;
  return ["amplitudes", ...lines, ...(rest > 0 ? [`+${grouped(rest)} more; --all`] : [])].join("\n");
}

function matrixText(matrix: readonly [number, number][]): string {
  const size = Math.sqrt(matrix.length);
  const rows = Array.from({ length: size }, (_, row) => matrix.slice(row * size, (row + 1) * size));
  return rows.map((row) => row.map(complex).join("  ")).join("\n");
}

function complex([re, im]: readonly [number, number]): string {
  return `${signed(re)} ${im < 0 ? "-" : "+"} ${Math.abs(im).toFixed(6)}i`;
}

function signed(value: number): string {
  return value.toFixed(6).padStart(9);
}

function basis(index: number, qubits: number): string {
  return index.toString(2).padStart(qubits, "0");
}

/** As many digits as a double has, without noise. */
function number(value: number): string {
  return String(Number(value.toPrecision(15)));
}

/** Where it ran and why, in one line. */
export function routeLine({ result, route, target, timing }: JobView): string {
  const backend = result?.backend ?? route?.chosen ?? "";
  const reason = target === backend ? " (as asked)" : route === null ? "" : ` (${reasonOf(route)})`;
  if (result?.reused)
    return `${backend}${reason}; reused from ${result.reused.jobId}, not run again (--no-cache runs it)`;
  const predicted = timing.predictedMs === null ? "" : `, ${durationText(timing.predictedMs)} predicted`;
  const took = timing.engineMs === null ? "" : `; ${durationText(timing.engineMs)}${predicted}`;
  return `${backend}${reason}${took}`;
}

/** How many threads there were, and why not more; nothing to say where one was asked for. */
export function threadFacts({ threads = [], fewerThreads }: NonNullable<JobView["result"]>): [string, string][] {
  if (fewerThreads !== undefined) return [["threads", `${threads.length}: ${fewerThreads}`]];
  if (threads.length < 2) return [];
  const busy = threads.map(({ busyMs }) => durationText(busyMs)).join(", ");
  return [["threads", `${threads.length}, busy ${busy}`]];
}

function reasonOf({ candidates, collapse, strategies, chosen }: RouteDecision): string {
  const eligible = candidates.filter((candidate) => candidate.eligible);
  if (eligible.length === 1) return `the only eligible one of ${candidates.length}`;
  const score = candidates.find((candidate) => candidate.backend === chosen)?.mean ?? 0;
  return `${collapse} of ${eligible.length} over ${strategies.join(" + ")}, score ${score.toFixed(3)}`;
}

/** `$0.001200` */
export function money(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(6)}`;
}
