import type { CircuitLayout, Item, Mark } from "./circuit-layout.ts";

/** The size of things in the unit of the medium: characters or pixels. */
export interface Metrics {
  /** Width of a mark on its wire. */
  mark(mark: Mark): number;
  /** Width of a note under a measurement. */
  text(text: string): number;
  /** From the column that opens a frame to the one that closes it, so that its title fits between. */
  title(text: string): number;
  /** Between two columns. */
  gap: number;
  /** No column is narrower. */
  minColumn: number;
}

/** Columns that stand beside each other; a circuit too wide for the medium takes several bands. */
export interface Band {
  first: number;
  /** Exclusive. */
  end: number;
}

export function columnWidths(layout: CircuitLayout, metrics: Metrics): number[] {
  const widths = new Array<number>(layout.columns).fill(metrics.minColumn);
  const widen = (column: number, width: number): void => {
    widths[column] = Math.max(widths[column] ?? 0, width);
  };
  for (const item of layout.items) {
    for (const mark of item.marks) widen(item.column, metrics.mark(mark));
    if (item.note !== undefined) widen(item.column, metrics.text(item.note));
  }
  // Inner frames first: they come later in the list, and widen what the outer ones span.
  for (const frame of layout.frames.toReversed()) {
    const bodyEnd = frame.elseColumn ?? frame.closeColumn;
    fitTitle(widths, frame.openColumn, bodyEnd, metrics.title(frame.title), metrics.gap);
    if (frame.elseColumn !== undefined) {
      fitTitle(widths, frame.elseColumn, frame.closeColumn, metrics.title("else"), metrics.gap);
    }
  }
  return widths;
}

function fitTitle(widths: number[], open: number, end: number, title: number, gap: number): void {
  let room = gap;
  for (let column = open; column < end; column++) room += (widths[column] ?? 0) + gap;
  const last = Math.max(open, end - 1);
  widths[last] = (widths[last] ?? 0) + Math.max(0, title - room);
}

/** Cuts the columns into bands of at most `available` width; a frame whose title would not fit begins a new band. */
export function bandsOf(layout: CircuitLayout, widths: readonly number[], metrics: Metrics, available: number): Band[] {
  const titles = new Map<number, string>();
  for (const frame of layout.frames) {
    titles.set(frame.openColumn, frame.title);
    if (frame.elseColumn !== undefined) titles.set(frame.elseColumn, "else");
  }
  const bands: Band[] = [];
  let first = 0;
  let used = 0;
  for (let column = 0; column < layout.columns; column++) {
    const width = (widths[column] ?? 0) + metrics.gap;
    const title = titles.get(column);
    const needed = title === undefined ? width : Math.max(width, metrics.title(title));
    if (used > 0 && used + needed > available) {
      bands.push({ first, end: column });
      [first, used] = [column, 0];
    }
    used += width;
  }
  bands.push({ first, end: layout.columns });
  return bands;
}

/** Operations that the items of these columns stand for. */
export function operationsIn(items: readonly Item[], band: Band): number {
  let sum = 0;
  for (const item of items) if (item.column >= band.first && item.column < band.end) sum += item.operations;
  return sum;
}
