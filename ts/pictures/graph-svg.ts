import type { GraphLine, GraphPoint, GraphView } from "./graph.ts";
import { clip, textWidth } from "./labels.ts";
import { element, escapeXml, PALETTE, type SvgOptions, svgDocument } from "./svg.ts";

export interface GraphSvgOptions extends SvgOptions {
  /** Side of the square in which the points are, in pixels. Default 480. */
  side?: number;
}

const COLUMN = 7.9;
const MARGIN = 24;
/** Far apart in hue for any number of colours: steps by the golden angle. */
const HUE_STEP = 137.508;

/** Points, lines and names as SVG. Colours are told by number, too: nobody has to tell hues apart. */
export function graphSvg(view: GraphView, { side = 480, ...options }: GraphSvgOptions = {}): string {
  const names = view.points.map((point) => clip(labelOf(point), 24));
  const right = Math.max(MARGIN, ...names.map((name) => textWidth(name) * COLUMN + 16));
  const at = ({ x, y }: GraphPoint) => ({ x: MARGIN + x * side, y: MARGIN + (1 - y) * side });
  const lines = view.lines.map((line) => lineSvg(line, view.points, at));
  const points = view.points.map((point, k) => {
    const { x, y } = at(point);
    const hint = element("title", {}, escapeXml(labelOf(point)));
    const dot = element("circle", { cx: x, cy: y, r: 6, fill: fillOf(point), stroke: PALETTE.control }, hint);
    const name = { x: x + 10, y, "dominant-baseline": "central" };
    return dot + element("text", name, escapeXml(names[k] ?? ""));
  });
  const size = { width: side + MARGIN + right, height: side + 2 * MARGIN };
  const description = view.points.map(labelOf).slice(0, 40).join(", ");
  return svgDocument(size, { title: view.title, description }, [...lines, ...points].join(""), options);
}

/** `WA: 2`, the colour behind the name. */
export function labelOf({ label, color }: GraphPoint): string {
  return color === undefined ? label : `${label}: ${color ?? "?"}`;
}

function fillOf({ color }: GraphPoint): string {
  if (color === undefined) return PALETTE.gate;
  return color === null ? "none" : `hsl(${Math.round((color * HUE_STEP) % 360)} 65% 65%)`;
}

function lineSvg(
  { from, to, isConflict }: GraphLine,
  points: readonly GraphPoint[],
  at: (point: GraphPoint) => { x: number; y: number },
): string {
  const [a, b] = [points[from], points[to]];
  if (a === undefined || b === undefined) return "";
  const [start, end] = [at(a), at(b)];
  const pen = isConflict
    ? { stroke: PALETTE.frame, "stroke-width": 3, "stroke-dasharray": "6 4" }
    : { stroke: "currentColor", "stroke-opacity": 0.45, "stroke-width": 1.5 };
  return element("line", { x1: start.x, y1: start.y, x2: end.x, y2: end.y, ...pen });
}
