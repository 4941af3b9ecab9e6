import { grouped } from "../core/grouped.ts";
import type { CircuitView } from "../models/circuit.ts";
import { type Band, bandsOf, columnWidths, type Metrics, operationsIn } from "./bands.ts";
import { type CircuitLayout, type Frame, type Item, layoutCircuit, type Mark } from "./circuit-layout.ts";
import { clip, textWidth } from "./labels.ts";
import { GridLine, type Ink, toAscii } from "./text-grid.ts";

export interface CircuitTextOptions {
  /** Columns of the terminal; no line is longer. At least 40; default 80. */
  width?: number;
  /** With ANSI colours. */
  color?: boolean;
  /** Plain ASCII instead of box drawing. */
  ascii?: boolean;
  /** Everything, however long. */
  all?: boolean;
}

const MIN_TEXT_WIDTH = 40;
const MAX_OPERATIONS = 400;
const MAX_QUBITS = 32;
const MAX_LINES = 120;
const MAX_NAME = 16;

/** The circuit as text for a terminal; a large one is cut, and a last line says how much is shown. */
export function circuitText(view: CircuitView, options: CircuitTextOptions = {}): string {
  const { width = 80, color = false, ascii = false, all = false } = options;
  const layout = layoutCircuit(view, {
    ...(all ? {} : { maxOperations: MAX_OPERATIONS, maxQubits: MAX_QUBITS }),
    alphabet: ascii ? "ascii" : "unicode",
  });
  return new TextPicture(layout, Math.max(MIN_TEXT_WIDTH, width), color, ascii).draw(all ? undefined : MAX_LINES);
}

class TextPicture {
  readonly #layout: CircuitLayout;
  readonly #color: boolean;
  readonly #ascii: boolean;
  readonly #names: string[];
  readonly #nameWidth: number;
  readonly #bodyWidth: number;
  readonly #maxLabel: number;
  readonly #metrics: Metrics;
  readonly #widths: number[];

  constructor(layout: CircuitLayout, width: number, color: boolean, ascii: boolean) {
    this.#layout = layout;
    this.#color = color;
    this.#ascii = ascii;
    this.#names = layout.wires.map((wire) => this.#clip(wire.label, MAX_NAME));
    this.#nameWidth = Math.max(0, ...this.#names.map(textWidth)) + 1;
    this.#bodyWidth = width - this.#nameWidth;
    this.#maxLabel = this.#bodyWidth - 8;
    this.#metrics = {
      mark: (mark) => (mark.kind === "box" ? textWidth(this.#clip(mark.label, this.#maxLabel)) + 4 : markWidth(mark)),
      text: (text) => textWidth(text) + 1,
      title: (text) => Math.min(textWidth(text), this.#maxLabel) + 5,
      gap: 1,
      minColumn: 3,
    };
    this.#widths = columnWidths(layout, this.#metrics);
  }

  draw(maxLines: number | undefined): string {
    // One character of wire leads in, and one is kept for the mark of a band that goes on.
    const bands = bandsOf(this.#layout, this.#widths, this.#metrics, this.#bodyWidth - 2);
    const lines: string[] = [];
    let shown = this.#layout.globalPhases.length;
    for (const [k, band] of bands.entries()) {
      const drawn = this.#drawBand(band, k > 0, k < bands.length - 1);
      if (maxLines !== undefined && k > 0 && lines.length + drawn.length > maxLines) break;
      if (k > 0) lines.push("");
      lines.push(...drawn);
      shown += operationsIn(this.#layout.items, band);
    }
    return [...lines, ...this.#captions(shown)].join("\n") || "no qubits";
  }

  #captions(shown: number): string[] {
    const { globalPhases, operations, qubits, wires } = this.#layout;
    const captions: string[] = [];
    if (globalPhases.length > 0) {
      const sum = globalPhases.slice(0, 4).join(" + ");
      const rest = globalPhases.length > 4 ? ` + ${globalPhases.length - 4} more` : "";
      captions.push(this.#clip(`global phase: ${sum}${rest}`, this.#nameWidth + this.#bodyWidth));
    }
    const visible = wires.filter((wire) => wire.kind === "qubit").length;
    if (shown < operations || visible < qubits) {
      const ofQubits = visible < qubits ? `${grouped(visible)} of ${grouped(qubits)} qubits and ` : "";
      const dots = this.#ascii ? "..." : "…";
      captions.push(`${dots} ${ofQubits}${grouped(shown)} of ${grouped(operations)} operations shown; --all`);
    }
    return captions;
  }

  #drawBand(band: Band, hasPrevious: boolean, hasNext: boolean): string[] {
    const canvas = new BandCanvas(this.#layout, band, this.#widths, this.#bodyWidth);
    for (const frame of this.#layout.frames) this.#drawFrame(canvas, frame);
    const inBand = this.#layout.items.filter((item) => item.column >= band.first && item.column < band.end);
    for (const item of inBand) this.#drawLink(canvas, item);
    for (const item of inBand) this.#drawItem(canvas, item);
    const names = this.#names.map((name) => name.padEnd(this.#nameWidth - (textWidth(name) - name.length)));
    return canvas.lines(hasPrevious, hasNext).map(({ line, row }) => {
      const prefix = row === undefined ? " ".repeat(this.#nameWidth) : (names[row] ?? "");
      const body = line.toString(this.#color, this.#ascii ? toAscii : (character) => character);
      const name = this.#ascii ? [...prefix].map(toAscii).join("") : prefix;
      return (name + body).trimEnd();
    });
  }

  #drawFrame(canvas: BandCanvas, frame: Frame): void {
    const { band } = canvas;
    if (frame.openColumn >= band.end || frame.closeColumn < band.first) return;
    const isOpenHere = frame.openColumn >= band.first;
    const isClosedHere = frame.closeColumn < band.end;
    const left = isOpenHere ? canvas.centre(frame.openColumn) : 0;
    const right = isClosedHere ? canvas.centre(frame.closeColumn) : canvas.width - 1;
    const top = canvas.line(frame.first, -1 - frame.level);
    const bottom = canvas.line(frame.last, 1 + frame.level);
    for (let x = left; x <= right; x++) {
      top.put(x, "─", "frame");
      bottom.put(x, "─", "frame");
    }
    const side = (column: number, upper: string, lower: string): void => {
      const x = canvas.centre(column);
      top.put(x, upper, "frame");
      bottom.put(x, lower, "frame");
      canvas.between(frame.first, frame.last, frame.level, (line) => line.cross(x, "│", "frame"));
    };
    if (isOpenHere) side(frame.openColumn, "╭", "╰");
    if (isClosedHere) side(frame.closeColumn, "╮", "╯");
    const elseColumn = frame.elseColumn;
    const hasElse = elseColumn !== undefined && elseColumn >= band.first && elseColumn < band.end;
    if (hasElse) side(elseColumn, "┬", "┴");
    if (isOpenHere) {
      const end = hasElse ? canvas.centre(elseColumn) : right;
      top.put(left + 2, ` ${this.#clip(frame.title, end - left - (hasElse || isClosedHere ? 4 : 3))} `, "label");
    }
    if (hasElse) top.put(canvas.centre(elseColumn) + 2, " else ", "label");
  }

  #drawLink(canvas: BandCanvas, item: Item): void {
    if (item.link === "none") return;
    const x = canvas.centre(item.column);
    const [character, ink]: [string, Ink] = item.link === "single" ? ["│", "control"] : ["║", "measure"];
    // The line to the bits that a frame reads starts at the bottom of the frame.
    const frame = item.border === undefined ? undefined : this.#layout.frames[item.border.frame];
    if (frame === undefined) canvas.down(item.first, item.last, 1, (line) => line.cross(x, character, ink));
    else {
      canvas.line(frame.last, 1 + frame.level).put(x, "╥", "frame");
      canvas.down(frame.last, item.last, 2 + frame.level, (line) => line.cross(x, character, "frame"));
    }
  }

  #drawItem(canvas: BandCanvas, item: Item): void {
    const x = canvas.centre(item.column);
    for (const mark of item.marks) {
      const isTop = mark.row === item.first || item.border !== undefined;
      const isBottom = mark.row === item.last;
      if (mark.kind === "box" || mark.kind === "measure") this.#drawBox(canvas, item, mark, isTop, isBottom);
      else if (mark.kind === "barrier") {
        for (const offset of [-1, 0, 1]) canvas.line(mark.row, offset).put(x, "░", "wire");
      } else if (mark.kind === "write") canvas.line(mark.row, 0).put(x, isBottom ? "╩" : "╬", "measure");
      else {
        const symbol = { control: "●", anticontrol: "○", not: "⊕", swap: "×", read: "●" }[mark.kind];
        canvas.line(mark.row, 0).put(x, symbol, mark.kind === "read" ? "frame" : "control");
      }
    }
    if (item.note !== undefined) {
      canvas.line(item.last, 1).put(x - Math.floor((textWidth(item.note) - 1) / 2), item.note, "measure");
    }
  }

  #drawBox(canvas: BandCanvas, item: Item, mark: Mark, isTop: boolean, isBottom: boolean): void {
    const label = mark.kind === "box" ? this.#clip(mark.label, this.#maxLabel) : "M";
    const isRegister = this.#layout.wires[mark.row]?.kind === "register";
    const ink: Ink = mark.kind === "measure" || isRegister ? "measure" : "gate";
    const inner = textWidth(label) + 2;
    const x = canvas.centre(item.column);
    const left = x - Math.floor((inner + 1) / 2);
    const edge = "─".repeat(inner);
    const [above, wire, below] = [-1, 0, 1].map((offset) => canvas.line(mark.row, offset));
    above?.put(left, `┌${edge}┐`, ink);
    wire?.put(left, isRegister ? "╡" : "┤", ink);
    wire?.put(left + 1, ` ${label} `, "label");
    wire?.put(left + inner + 1, isRegister ? "╞" : "├", ink);
    below?.put(left, `└${edge}┘`, ink);
    if (item.link === "none") return;
    if (!isTop) above?.put(x, item.link === "single" ? "┴" : "╨", ink);
    if (!isBottom) below?.put(x, item.link === "single" ? "┬" : "╥", ink);
  }

  #clip(text: string, width: number): string {
    return clip(text, Math.max(1, width), this.#ascii ? "ascii" : "unicode");
  }
}

function markWidth(mark: Mark): number {
  return mark.kind === "measure" ? 5 : 1;
}

/** The lines of one band: for each wire those above it, its own, and those below it. */
class BandCanvas {
  readonly band: Band;
  readonly width: number;
  readonly #layout: CircuitLayout;
  readonly #starts: number[] = [];
  readonly #widths: readonly number[];
  readonly #rows: { above: GridLine[]; wire: GridLine; below: GridLine[] }[];

  constructor(layout: CircuitLayout, band: Band, widths: readonly number[], maxWidth: number) {
    this.band = band;
    this.#layout = layout;
    this.#widths = widths;
    let x = 1;
    for (let column = band.first; column < band.end; column++) {
      this.#starts[column] = x;
      x += (widths[column] ?? 0) + 1;
    }
    for (const { openColumn, title } of layout.frames) {
      if (openColumn >= band.first && openColumn < band.end)
        x = Math.max(x, this.centre(openColumn) + textWidth(title) + 5);
    }
    this.width = Math.min(Math.max(x, 4), maxWidth);
    const levels = layout.wires.map(() => ({ above: 1, below: 1 }));
    for (const frame of layout.frames) {
      if (frame.openColumn >= band.end || frame.closeColumn < band.first) continue;
      const [first, last] = [levels[frame.first], levels[frame.last]];
      if (first !== undefined) first.above = Math.max(first.above, 1 + frame.level);
      if (last !== undefined) last.below = Math.max(last.below, 1 + frame.level);
    }
    const blank = (): GridLine => new GridLine(this.width);
    this.#rows = layout.wires.map((wire, row) => ({
      above: Array.from({ length: levels[row]?.above ?? 1 }, blank),
      wire: new GridLine(this.width, wire.kind === "qubit" ? "─" : "═", "wire"),
      below: Array.from({ length: levels[row]?.below ?? 1 }, blank),
    }));
  }

  centre(column: number): number {
    return (this.#starts[column] ?? 0) + Math.floor(((this.#widths[column] ?? 1) - 1) / 2);
  }

  /** Offset 0 is the wire, −1 the line right above it, 1 the line right below it. */
  line(row: number, offset: number): GridLine {
    const lines = this.#rows[row];
    const found =
      offset === 0 ? lines?.wire : offset < 0 ? lines?.above[lines.above.length + offset] : lines?.below[offset - 1];
    return found ?? new GridLine(this.width);
  }

  /** Every line from below row `first` (from its `offset`-th line on) to the wire of row `last`. */
  down(first: number, last: number, offset: number, draw: (line: GridLine) => void): void {
    if (first >= last) return;
    for (const line of this.#rows[first]?.below.slice(offset - 1) ?? []) draw(line);
    for (let row = first + 1; row <= last; row++) {
      const lines = this.#rows[row];
      for (const line of lines?.above ?? []) draw(line);
      if (lines !== undefined) draw(lines.wire);
      if (row < last) for (const line of lines?.below ?? []) draw(line);
    }
  }

  /** Every line inside the borders of a frame of this level. */
  between(first: number, last: number, level: number, draw: (line: GridLine) => void): void {
    for (let offset = -level; offset <= 0; offset++) draw(this.line(first, offset));
    this.down(first, last, 1, draw);
    for (let offset = 1; offset <= level; offset++) draw(this.line(last, offset));
  }

  lines(hasPrevious: boolean, hasNext: boolean): { line: GridLine; row?: number }[] {
    const all: { line: GridLine; row?: number }[] = [];
    for (const [row, { above, wire }] of this.#rows.entries()) {
      if (hasPrevious) wire.put(0, "«", "wire");
      if (hasNext) wire.put(this.width - 1, "»", "wire");
      const upper = this.#rows[row - 1]?.below ?? [];
      const isRegister = this.#layout.wires[row]?.kind === "register";
      all.push(...this.#gap(upper, above, row === 0 || isRegister).map((line) => ({ line })));
      all.push({ line: wire, row });
    }
    const tail = this.#rows.at(-1)?.below ?? [];
    all.push(...tail.filter((line) => !line.isBlank).map((line) => ({ line })));
    return all;
  }

  /** The lines between two wires, as few as can hold what both sides draw there. */
  #gap(below: GridLine[], above: GridLine[], mayVanish: boolean): GridLine[] {
    for (let shared = Math.min(below.length, above.length); shared > 0; shared--) {
      const merged = below.slice(below.length - shared).map((line, k) => line.merge(above[k] ?? line));
      if (!merged.every((line) => line !== undefined)) continue;
      const lines = [...below.slice(0, below.length - shared), ...merged, ...above.slice(shared)];
      const kept = lines.filter((line) => !line.isBlank);
      return kept.length > 0 || mayVanish ? kept : lines.slice(0, 1);
    }
    const kept = [...below, ...above].filter((line) => !line.isBlank);
    return kept.length > 0 || mayVanish ? kept : [new GridLine(this.width)];
  }
}
