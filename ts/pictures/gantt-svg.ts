import { grouped } from "../core/grouped.ts";
import { type GanttBar, type GanttOptions, type GanttView, ganttRows, kindOfRows, tickStep } from "./gantt.ts";
import { clip, textWidth } from "./labels.ts";
import { element, escapeXml, PALETTE, type SvgOptions, svgDocument } from "./svg.ts";

export interface GanttSvgOptions extends GanttOptions, SvgOptions {
  /** Width of the part where time runs, in pixels. Default 640. */
  chartWidth?: number;
}

const ROW = 24;
const COLUMN = 7.9;
const TOP = 8;

/** The schedule as SVG: critical tasks are marked by colour and by a frame, and the description says what the bars show. */
export function ganttSvg(view: GanttView, options: GanttSvgOptions = {}): string {
  const { chartWidth = 640 } = options;
  const { rows, hidden } = ganttRows(view, options);
  const labels = rows.map((row) => clip(row.label, 24));
  const left = Math.max(40, ...labels.map((label) => textWidth(label) * COLUMN + 12));
  const scale = chartWidth / Math.max(1, view.makespan);
  const bottom = TOP + Math.max(1, rows.length) * ROW;
  const parts = [axis(view.makespan, { left, scale, bottom, chartWidth })];
  rows.forEach((row, k) => {
    const y = TOP + k * ROW;
    parts.push(text(left - 6, y + ROW / 2, "end", labels[k] ?? ""));
    for (const bar of row.bars) parts.push(barSvg(bar, { left, scale, y, isNamed: bar.id !== row.label }));
  });
  if (hidden > 0)
    parts.push(text(left, bottom + 36, "start", `+${grouped(hidden)} more ${hidden === 1 ? "row" : "rows"}`));
  const size = { width: left + chartWidth + 24, height: bottom + (hidden > 0 ? 52 : 28) };
  return svgDocument(size, titleAndDescription(view, options), parts.join(""), options);
}

function text(x: number, y: number, anchor: string, content: string): string {
  return element("text", { x, y, "text-anchor": anchor, "dominant-baseline": "central" }, escapeXml(content));
}

function barSvg(bar: GanttBar, at: { left: number; scale: number; y: number; isNamed: boolean }): string {
  const x = at.left + bar.start * at.scale;
  const width = Math.max(1, (bar.end - bar.start) * at.scale);
  const fill = bar.isCritical ? PALETTE.classical : PALETTE.gate;
  const frame = bar.isCritical ? { stroke: PALETTE.frame, "stroke-width": 2 } : { stroke: PALETTE.control };
  const hint = element("title", {}, escapeXml(taskWords(bar)));
  const box = element("rect", { x, y: at.y + 3, width, height: ROW - 6, rx: 2, fill, ...frame }, hint);
  if (!at.isNamed || textWidth(bar.id) * COLUMN + 6 > width) return box;
  const name = {
    x: x + width / 2,
    y: at.y + ROW / 2,
    "text-anchor": "middle",
    "dominant-baseline": "central",
    fill: PALETTE.ink,
  };
  return box + element("text", { ...name, "pointer-events": "none" }, escapeXml(bar.id));
}

function axis(makespan: number, at: { left: number; scale: number; bottom: number; chartWidth: number }): string {
  const widest = grouped(makespan).length * COLUMN + 16;
  const step = tickStep(makespan, Math.max(1, Math.floor(at.chartWidth / widest)));
  let ticks = "";
  for (let time = 0; time <= makespan; time += step) {
    const x = at.left + time * at.scale;
    ticks += element("line", {
      x1: x,
      y1: TOP,
      x2: x,
      y2: at.bottom + 4,
      stroke: "currentColor",
      "stroke-opacity": 0.2,
    });
    ticks += text(x, at.bottom + 14, "middle", grouped(time));
  }
  return ticks;
}

function taskWords(bar: GanttBar): string {
  const place = bar.machine === undefined ? "" : ` on ${bar.machine}`;
  return `${bar.id}${place}: ${grouped(bar.start)} to ${grouped(bar.end)}${bar.isCritical ? ", critical" : ""}`;
}

const DESCRIBED = 40;

function titleAndDescription(view: GanttView, options: GanttOptions): { title: string; description: string } {
  const { tasks, makespan, criticalPath } = view;
  const count = `${grouped(tasks.length)} ${tasks.length === 1 ? "task" : "tasks"}`;
  const critical = new Set(criticalPath);
  const bars = [...tasks].sort((a, b) => a.start - b.start || a.end - b.end);
  const told = bars.slice(0, DESCRIBED).map((task) => taskWords({ ...task, isCritical: critical.has(task.id) }));
  const more = bars.length > DESCRIBED ? [`${grouped(bars.length - DESCRIBED)} more`] : [];
  const rows = kindOfRows(view, options) === "machines" ? "a row for each machine" : "a row for each task";
  return {
    title: `Schedule: ${count}, makespan ${grouped(makespan)}`,
    description: [rows, ...told, ...more].join("; "),
  };
}
