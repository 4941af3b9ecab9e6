import type { CircuitView } from "../models/circuit.ts";
import { type Band, bandsOf, columnWidths, type Metrics } from "./bands.ts";
import { type CircuitLayout, type Frame, type Item, layoutCircuit, type Mark } from "./circuit-layout.ts";
import { clip, textWidth } from "./labels.ts";
import { element, escapeXml, PALETTE, type SvgOptions, svgDocument } from "./svg.ts";

export interface CircuitSvgOptions extends SvgOptions {
  /** In pixels; a longer circuit wraps. Default 960. */
  width?: number;
  /** Only so many operations are drawn; the description says so. Default 2,000. */
  maxOperations?: number;
}

const CHARACTER = 7.9; // of 13 px monospace
const PITCH = 42;
const REGISTER_PITCH = 32;
const BOX = 28;
const LEVEL = 16;
const MAX_LABEL = 40;

const METRICS: Metrics = {
  mark: (mark) => (mark.kind === "box" ? textWidth(clip(mark.label, MAX_LABEL)) * CHARACTER + 14 : BOX),
  text: (text) => textWidth(text) * CHARACTER + 12,
  title: (text) => textWidth(text) * CHARACTER + 24,
  gap: 12,
  minColumn: 22,
};

/** The circuit as SVG: no script, no outside reference, every text escaped. */
export function circuitSvg(view: CircuitView, options: CircuitSvgOptions = {}): string {
  const { width = 960, maxOperations = 2000 } = options;
  const layout = layoutCircuit(view, { maxOperations });
  const nameWidth = Math.max(0, ...layout.wires.map((wire) => textWidth(wire.label))) * CHARACTER + 16;
  const widths = columnWidths(layout, METRICS);
  const bands = bandsOf(layout, widths, METRICS, Math.max(240, width - nameWidth - 24));
  let top = 8;
  let right = 0;
  let content = "";
  for (const [k, band] of bands.entries()) {
    const drawing = new BandDrawing(layout, band, widths, nameWidth, top);
    content += drawing.draw(k > 0, k < bands.length - 1);
    top += drawing.height + 16;
    right = Math.max(right, drawing.right);
  }
  if (layout.globalPhases.length > 0) {
    const sum = layout.globalPhases.slice(0, 4).join(" + ") + (layout.globalPhases.length > 4 ? " + …" : "");
    content += text(8, top + 6, `global phase: ${sum}`, { "text-anchor": "start" });
    right = Math.max(right, METRICS.text(`global phase: ${sum}`));
    top += 24;
  }
  return svgDocument({ width: right + 8, height: top }, describe(view, layout, maxOperations), content, options);
}

function describe(
  view: CircuitView,
  layout: CircuitLayout,
  maxOperations: number,
): { title: string; description: string } {
  const bits = view.bits.reduce((sum, register) => sum + register.size, 0);
  const shown = layout.operations > maxOperations ? ` The first ${maxOperations} operations are shown.` : "";
  const gates = new Map<string, number>();
  for (const op of view.ops) {
    const name = op.op === "gate" ? "c".repeat(Math.min(op.controls.length, 3)) + op.name : op.op;
    gates.set(name, (gates.get(name) ?? 0) + 1);
  }
  const content = [...gates].map(([name, count]) => `${count} ${name}`).join(", ");
  return {
    title: `Circuit: ${layout.qubits} qubits, ${bits} classical bits, ${layout.operations} operations`,
    description: `Time runs from left to right. ${content === "" ? "No operations" : content}.${shown}`,
  };
}

function text(x: number, y: number, content: string, attributes: Record<string, string | number> = {}): string {
  const all = { x, y, "text-anchor": "middle", "dominant-baseline": "central", ...attributes };
  return element("text", all, escapeXml(content));
}

function line(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  attributes: Record<string, string | number> = {},
): string {
  return element("line", { x1, y1, x2, y2, stroke: "currentColor", ...attributes });
}

class BandDrawing {
  readonly right: number;
  readonly height: number;
  readonly #layout: CircuitLayout;
  readonly #band: Band;
  readonly #widths: readonly number[];
  readonly #left: number;
  readonly #starts: number[] = [];
  readonly #ys: number[] = [];

  constructor(layout: CircuitLayout, band: Band, widths: readonly number[], left: number, top: number) {
    this.#layout = layout;
    this.#band = band;
    this.#widths = widths;
    this.#left = left;
    let x = left + METRICS.gap;
    for (let column = band.first; column < band.end; column++) {
      this.#starts[column] = x;
      x += (widths[column] ?? 0) + METRICS.gap;
    }
    const titleEnds = layout.frames.flatMap((frame) => [
      this.#contains(frame.openColumn) ? this.#x(frame.openColumn) + METRICS.title(frame.title) : 0,
      this.#contains(frame.elseColumn ?? -1) ? this.#x(frame.elseColumn ?? -1) + METRICS.title("else") : 0,
    ]);
    this.right = Math.max(x, left + 40, ...titleEnds);
    let y = top;
    for (const [row, wire] of layout.wires.entries()) {
      const above = this.#level("first", row);
      const below = this.#level("last", row);
      const pitch = wire.kind === "qubit" ? PITCH : REGISTER_PITCH;
      y += above * LEVEL;
      this.#ys.push(y + pitch / 2);
      y += pitch + below * LEVEL;
    }
    this.height = y - top + (layout.items.some((item) => item.note !== undefined) ? 8 : 0);
  }

  draw(hasPrevious: boolean, hasNext: boolean): string {
    const items = this.#layout.items.filter((item) => this.#contains(item.column));
    const wires = this.#layout.wires.map((wire, row) => {
      const y = this.#y(row);
      const name = text(this.#left - 8, y, wire.label, { "text-anchor": "end" });
      const ends = `${hasPrevious ? text(this.#left - 2, y, "«") : ""}${hasNext ? text(this.right + 5, y, "»") : ""}`;
      const lines =
        wire.kind === "qubit"
          ? line(this.#left, y, this.right, y, { "stroke-opacity": 0.7 })
          : [-1.5, 1.5].map((d) => line(this.#left, y + d, this.right, y + d, { "stroke-opacity": 0.7 })).join("");
      return name + ends + lines;
    });
    const frames = this.#layout.frames.map((frame) => this.#frame(frame));
    return [
      ...wires,
      ...frames,
      ...items.map((item) => this.#link(item)),
      ...items.map((item) => this.#item(item)),
    ].join("");
  }

  #frame(frame: Frame): string {
    if (frame.openColumn >= this.#band.end || frame.closeColumn < this.#band.first) return "";
    const isOpenHere = this.#contains(frame.openColumn);
    const isClosedHere = this.#contains(frame.closeColumn);
    const left = isOpenHere ? this.#x(frame.openColumn) : this.#left;
    const right = isClosedHere ? this.#x(frame.closeColumn) : this.right;
    const [top, bottom] = [this.#edge(frame, "top"), this.#edge(frame, "bottom")];
    const ink = { stroke: PALETTE.frame, "stroke-width": 1.5 };
    let drawn = line(left, top, right, top, ink) + line(left, bottom, right, bottom, ink);
    const title = (column: number, content: string): string =>
      text(this.#x(column) + 6, top + 9, content, { "text-anchor": "start", "font-size": 12, "font-weight": "bold" });
    if (isOpenHere) drawn += line(left, top, left, bottom, ink) + title(frame.openColumn, frame.title);
    if (isClosedHere) drawn += line(right, top, right, bottom, ink);
    if (frame.elseColumn !== undefined && this.#contains(frame.elseColumn)) {
      const x = this.#x(frame.elseColumn);
      drawn += line(x, top, x, bottom, { ...ink, "stroke-dasharray": "4 3" }) + title(frame.elseColumn, "else");
    }
    return drawn;
  }

  #link(item: Item): string {
    if (item.link === "none" || item.first === item.last) return "";
    const x = this.#x(item.column);
    const end = this.#y(item.last);
    const frame = item.border === undefined ? undefined : this.#layout.frames[item.border.frame];
    const start = frame === undefined ? this.#y(item.first) : this.#edge(frame, "bottom");
    if (item.link === "single") return line(x, start, x, end, { stroke: PALETTE.control, "stroke-width": 1.5 });
    const ink = frame === undefined ? {} : { stroke: PALETTE.frame };
    return line(x - 1.5, start, x - 1.5, end, ink) + line(x + 1.5, start, x + 1.5, end, ink);
  }

  #item(item: Item): string {
    const x = this.#x(item.column);
    const marks = item.marks.map((mark) => this.#mark(mark, x)).join("");
    if (item.marks[0]?.kind === "barrier") {
      const [top, bottom] = [this.#y(item.first) - PITCH / 2, this.#y(item.last) + PITCH / 2];
      return line(x, top, x, bottom, { "stroke-dasharray": "4 3", "stroke-opacity": 0.6, "stroke-width": 2 });
    }
    const note = item.note === undefined ? "" : text(x, this.#y(item.last) + 13, item.note, { "font-size": 11 });
    return marks + note;
  }

  #mark(mark: Mark, x: number): string {
    const y = this.#y(mark.row);
    const stroke = { stroke: PALETTE.control, "stroke-width": 1.5 };
    switch (mark.kind) {
      case "control":
        return element("circle", { cx: x, cy: y, r: 4.5, fill: PALETTE.control });
      case "anticontrol":
        return element("circle", { cx: x, cy: y, r: 4.5, fill: "#ffffff", ...stroke });
      case "not": {
        const plus = { stroke: "#ffffff", "stroke-width": 1.5 };
        const disc = element("circle", { cx: x, cy: y, r: 9, fill: PALETTE.control });
        return disc + line(x - 6, y, x + 6, y, plus) + line(x, y - 6, x, y + 6, plus);
      }
      case "swap":
        return line(x - 6, y - 6, x + 6, y + 6, stroke) + line(x - 6, y + 6, x + 6, y - 6, stroke);
      case "barrier":
        return ""; // one line for all its rows, drawn by #item
      case "read":
        return element("circle", { cx: x, cy: y, r: 4.5, fill: PALETTE.frame });
      case "write":
        return element("path", { d: `M${x - 5} ${y - 8}h10l-5 7z`, fill: "currentColor" });
      case "measure": {
        const dial = { fill: "none", stroke: PALETTE.ink, "stroke-width": 1.4 };
        const arc = element("path", { d: `M${x - 8} ${y + 6}a8 8 0 0 1 16 0M${x} ${y + 6}l6 -11`, ...dial });
        return this.#box(x, y, BOX, PALETTE.measure) + arc;
      }
      case "box": {
        const isRegister = this.#layout.wires[mark.row]?.kind === "register";
        const box = this.#box(x, y, METRICS.mark(mark), isRegister ? PALETTE.classical : PALETTE.gate);
        return box + text(x, y, clip(mark.label, MAX_LABEL), { fill: PALETTE.ink });
      }
    }
  }

  #box(x: number, y: number, width: number, fill: string): string {
    const place = { x: x - width / 2, y: y - BOX / 2, width, height: BOX, rx: 4 };
    return element("rect", { ...place, fill, stroke: PALETTE.ink, "stroke-opacity": 0.35 });
  }

  #contains(column: number): boolean {
    return column >= this.#band.first && column < this.#band.end;
  }

  #x(column: number): number {
    return (this.#starts[column] ?? 0) + (this.#widths[column] ?? 0) / 2;
  }

  #y(row: number): number {
    return this.#ys[row] ?? 0;
  }

  #edge(frame: Frame, side: "top" | "bottom"): number {
    const distance = PITCH / 2 - 2 + (frame.level - 1) * LEVEL;
    // Above, each level also holds its title.
    return side === "top" ? this.#y(frame.first) - distance - LEVEL + 2 : this.#y(frame.last) + distance;
  }

  /** Room that frames in this band need on one side of a row. */
  #level(side: "first" | "last", row: number): number {
    let level = 0;
    for (const frame of this.#layout.frames) {
      if (frame[side] !== row || frame.openColumn >= this.#band.end || frame.closeColumn < this.#band.first) continue;
      level = Math.max(level, side === "first" ? frame.level : frame.level - 1);
    }
    return level;
  }
}
