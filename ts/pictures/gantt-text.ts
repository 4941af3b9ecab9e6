import { grouped } from "../core/grouped.ts";
import { type GanttBar, type GanttOptions, type GanttRow, type GanttView, ganttRows, tickStep } from "./gantt.ts";
import { type Alphabet, clip, glyphs, printable, textWidth } from "./labels.ts";

export interface GanttTextOptions extends GanttOptions {
  /** Columns of the terminal; no line is longer. At least 30; default 80. */
  width?: number;
  ascii?: boolean;
}

interface Ink {
  usual: string;
  critical: string;
  edge: string;
}

const UNICODE: Ink = { usual: "░", critical: "█", edge: "▏" };
const ASCII: Ink = { usual: "=", critical: "#", edge: "|" };

/** A row per machine or task, time to the right; critical tasks are dark, others light, with their names where there is room. */
export function ganttText(view: GanttView, options: GanttTextOptions = {}): string {
  const width = Math.max(30, options.width ?? 80);
  const alphabet: Alphabet = options.ascii === true ? "ascii" : "unicode";
  const ink = options.ascii === true ? ASCII : UNICODE;
  const { rows, hidden } = ganttRows(view, options);
  if (rows.length === 0) return "no tasks";
  const labels = rows.map((row) => clip(printable(row.label), Math.floor(width / 3), alphabet));
  const labelWidth = Math.max(...labels.map(textWidth));
  const room = width - labelWidth - 1;
  const scale = room / Math.max(1, view.makespan);
  const lines = rows.map((row, k) => {
    const label = labels[k] ?? "";
    return `${label}${" ".repeat(labelWidth - textWidth(label))} ${rowText(row, { room, scale, ink })}`.trimEnd();
  });
  if (hidden > 0) lines.push(clip(`+${grouped(hidden)} more ${hidden === 1 ? "row" : "rows"}`, width, alphabet));
  lines.push(`${" ".repeat(labelWidth)} ${axisText(view.makespan, room, scale)}`.trimEnd());
  const summary = `makespan ${grouped(view.makespan)}, ${ink.critical} critical`;
  lines.push(clip(summary, width, alphabet));
  return lines.join("\n");
}

interface Drawing {
  room: number;
  scale: number;
  ink: Ink;
}

/** Where bars share a column, the critical one is seen. */
function rowText(row: GanttRow, drawing: Drawing): string {
  const cells = Array.from({ length: drawing.room }, () => " ");
  const inOrder = [...row.bars].sort((a, b) => Number(a.isCritical) - Number(b.isCritical));
  for (const bar of inOrder) drawBar(cells, bar, row.label, drawing);
  return cells.join("");
}

function drawBar(cells: string[], bar: GanttBar, rowLabel: string, { room, scale, ink }: Drawing): void {
  const from = Math.min(room - 1, Math.floor(bar.start * scale));
  // However short a task is, and a milestone too, one column shows it.
  const to = Math.min(room, Math.max(from + 1, Math.floor(bar.end * scale)));
  cells.fill(bar.isCritical ? ink.critical : ink.usual, from, to);
  if (to - from === 1) return;
  // Bars of the same ink that touch are told apart by their left edges.
  cells[from] = ink.edge;
  if (bar.id === rowLabel) return;
  const name = glyphs(printable(bar.id));
  if (textWidth(bar.id) > to - from - 2 || name.some((glyph) => glyph.width !== 1)) return;
  name.forEach((glyph, k) => {
    cells[from + 1 + k] = glyph.text;
  });
}

/** Numbers of time under their columns: `0    10   20`. */
function axisText(makespan: number, room: number, scale: number): string {
  const widest = grouped(makespan).length + 2;
  const step = tickStep(makespan, Math.max(1, Math.floor(room / widest)));
  let axis = "";
  for (let time = 0; time <= makespan; time += step) {
    const column = Math.min(room - 1, Math.floor(time * scale));
    const number = grouped(time);
    const isFree = axis === "" || column > axis.length;
    if (isFree && column + number.length <= room) axis = axis.padEnd(column) + number;
  }
  return axis;
}
