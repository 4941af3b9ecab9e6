import type { GraphPoint, GraphView } from "./graph.ts";
import { labelOf } from "./graph-svg.ts";
import { type Alphabet, clip, glyphs, printable, textWidth } from "./labels.ts";

export interface GraphTextOptions {
  /** Columns of the terminal; no line is longer. At least 30; default 80. */
  width?: number;
  ascii?: boolean;
}

interface Ink {
  point: string;
  line: string;
  conflict: string;
}

const UNICODE: Ink = { point: "●", line: "·", conflict: "×" };
const ASCII: Ink = { point: "o", line: ".", conflict: "x" };
/** Rows of a picture that fits a screen. */
const MOST_ROWS = 24;

/** Points with their names where there is room, and dotted lines between them; a character is about twice as high as wide. */
export function graphText(view: GraphView, options: GraphTextOptions = {}): string {
  const width = Math.max(30, options.width ?? 80);
  const alphabet: Alphabet = options.ascii === true ? "ascii" : "unicode";
  const ink = options.ascii === true ? ASCII : UNICODE;
  const names = view.points.map((point) => clip(printable(labelOf(point)), Math.floor(width / 3), alphabet));
  const right = Math.max(0, ...names.map(textWidth)) + 2;
  const rows = Math.min(MOST_ROWS, Math.max(5, Math.ceil((width - right) / 2)));
  const columns = Math.min(width - right, 2 * rows);
  const cells = Array.from({ length: rows }, () => Array.from({ length: width }, () => " "));
  const at = ({ x, y }: GraphPoint) => ({
    column: Math.round(x * (columns - 1)),
    row: Math.round((1 - y) * (rows - 1)),
  });
  // Conflicts last: where lines cross, they are seen.
  for (const line of [...view.lines].sort((a, b) => Number(a.isConflict) - Number(b.isConflict))) {
    const [from, to] = [view.points[line.from], view.points[line.to]];
    if (from !== undefined && to !== undefined)
      dots(cells, at(from), at(to), line.isConflict ? ink.conflict : ink.line);
  }
  for (const point of view.points) put(cells, at(point), ink.point);
  view.points.forEach((point, k) => {
    writeName(cells, at(point), names[k] ?? "", ink);
  });
  const lines = cells.map((row) => row.join("").trimEnd());
  const used = lines.flatMap((line, k) => (line === "" ? [] : [k]));
  const shown = lines.slice(used[0] ?? 0, (used.at(-1) ?? -1) + 1);
  return [clip(view.title, width, alphabet), "", ...shown].join("\n");
}

interface Cell {
  column: number;
  row: number;
}

function put(cells: string[][], { column, row }: Cell, glyph: string): void {
  const line = cells[row];
  if (line !== undefined) line[column] = glyph;
}

function dots(cells: string[][], from: Cell, to: Cell, glyph: string): void {
  const steps = Math.max(Math.abs(to.column - from.column), Math.abs(to.row - from.row));
  for (let k = 1; k < steps; k++) {
    const between = (a: number, b: number): number => Math.round(a + ((b - a) * k) / steps);
    put(cells, { column: between(from.column, to.column), row: between(from.row, to.row) }, glyph);
  }
}

/** To the right of its point, over lines but not over points and other names. */
function writeName(cells: string[][], { column, row }: Cell, name: string, ink: Ink): void {
  const line = cells[row] ?? [];
  const free = new Set([" ", ink.line, ink.conflict]);
  const letters = glyphs(name);
  if (letters.some((glyph) => glyph.width !== 1) || column + 2 + letters.length > line.length) return;
  if (!line.slice(column + 1, column + 2 + letters.length).every((cell) => free.has(cell))) return;
  line[column + 1] = " ";
  letters.forEach((glyph, k) => {
    line[column + 2 + k] = glyph.text;
  });
}
