import { glyphs } from "./labels.ts";

/** What a character is part of; the terminal gives each its colour. */
export type Ink = "wire" | "gate" | "control" | "measure" | "frame" | "label" | "none";

const COLOURS: Record<Ink, string> = {
  wire: "2", // dim
  gate: "36", // cyan
  control: "34;1", // blue
  measure: "32", // green
  frame: "33", // yellow
  label: "1", // bold
  none: "",
};

interface Cell {
  /** Empty for the second column of a wide character. */
  text: string;
  ink: Ink;
}

const BLANK: Cell = { text: " ", ink: "none" };

/** What a line that crosses another one looks like: [there, new] → together. */
const CROSSINGS: Record<string, string> = {
  "─│": "┼",
  "─║": "╫",
  "═║": "╬",
  "═│": "╪",
  "│─": "┼",
  "║─": "╫",
  "┼║": "╫",
};

/** One line of characters that can be written over. */
export class GridLine {
  readonly cells: Cell[];

  constructor(width: number, fill = " ", ink: Ink = "none") {
    this.cells = Array.from({ length: width }, () => ({ text: fill, ink }));
  }

  /** Writes `text` from column `x`; what does not fit is cut. */
  put(x: number, text: string, ink: Ink): void {
    let at = x;
    for (const glyph of glyphs(text)) {
      if (at < 0 || at + glyph.width > this.cells.length) break;
      this.cells[at] = { text: glyph.text, ink };
      if (glyph.width === 2) this.cells[at + 1] = { text: "", ink };
      at += glyph.width;
    }
  }

  /** Writes a line character that joins with the one it crosses. */
  cross(x: number, character: string, ink: Ink): void {
    const there = this.cells[x]?.text ?? " ";
    this.put(x, CROSSINGS[there + character] ?? character, ink);
  }

  get isBlank(): boolean {
    return this.cells.every((cell) => cell.text === " ");
  }

  /** This line with `below` laid over it, where both can be seen; `undefined` where they collide. */
  merge(below: GridLine): GridLine | undefined {
    const merged = new GridLine(this.cells.length);
    for (let x = 0; x < this.cells.length; x++) {
      const [upper, lower] = [this.cells[x] ?? BLANK, below.cells[x] ?? BLANK];
      const cell = mergeCells(upper, lower);
      if (cell === undefined) return undefined;
      merged.cells[x] = cell;
    }
    return merged;
  }

  toString(colour: boolean, translate: (character: string) => string): string {
    if (!colour)
      return this.cells
        .map((cell) => translate(cell.text))
        .join("")
        .trimEnd();
    let text = "";
    let ink: Ink = "none";
    const end = this.cells.findLastIndex((cell) => cell.text !== " ") + 1;
    for (const cell of this.cells.slice(0, end)) {
      if (cell.ink !== ink && cell.text !== " ") {
        text += `${ink === "none" ? "" : "\u001B[0m"}${cell.ink === "none" ? "" : `\u001B[${COLOURS[cell.ink]}m`}`;
        ink = cell.ink;
      }
      text += translate(cell.text);
    }
    return ink === "none" ? text : `${text}\u001B[0m`;
  }
}

function mergeCells(upper: Cell, lower: Cell): Cell | undefined {
  if (lower.text === " ") return upper;
  if (upper.text === " ") return lower;
  if (upper.text === lower.text && (upper.text === "│" || upper.text === "║" || upper.text === "░")) return upper;
  // The border of a box above a line that goes on downwards, or below one that comes from above.
  if ((upper.text === "┬" && lower.text === "│") || (upper.text === "╥" && lower.text === "║")) return upper;
  if ((upper.text === "│" && lower.text === "┴") || (upper.text === "║" && lower.text === "╨")) return lower;
  return undefined;
}

const ASCII: Record<string, string> = {
  ...Object.fromEntries([..."─"].map((character) => [character, "-"])),
  ...Object.fromEntries([..."═"].map((character) => [character, "="])),
  ...Object.fromEntries([..."│║┤├╡╞╢╟"].map((character) => [character, "|"])),
  ...Object.fromEntries([..."┌┐└┘┬┴┼╥╨╫╬╪╭╮╰╯╩"].map((character) => [character, "+"])),
  "●": "@",
  "○": "O",
  "⊕": "X",
  "×": "x",
  "░": ":",
  "»": ">",
  "«": "<",
};

/** The same picture in ASCII; what has no counterpart becomes `?`. */
export function toAscii(character: string): string {
  return ASCII[character] ?? ([...character].every((point) => point <= "~") ? character : "?");
}
