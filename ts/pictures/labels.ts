import type { RegisterView } from "../models/circuit.ts";

/** How labels are written: `unicode`, or plain ASCII for terminals and logs that cannot show it. */
export type Alphabet = "unicode" | "ascii";

/** Angles are recognised as p·π/q up to this denominator; above it the decimals say more. */
const MAX_DENOMINATOR = 64;

const NAMES: Record<string, string> = {
  id: "I",
  sdg: "S†",
  tdg: "T†",
  sx: "√X",
  sxdg: "√X†",
  gphase: "phase",
  unitary: "Unitary",
  iswap: "iSwap",
};

const ASCII_NAMES: Record<string, string> = { sdg: "Sdg", tdg: "Tdg", sx: "SX", sxdg: "SXdg" };

/** `h` → `H`, `rx` with `1.5707963267948966` → `Rx(π/2)`. */
export function gateLabel(name: string, params: readonly string[], alphabet: Alphabet = "unicode"): string {
  const known = (alphabet === "ascii" ? ASCII_NAMES[name] : undefined) ?? NAMES[name];
  const title = known ?? name.charAt(0).toUpperCase() + name.slice(1);
  if (params.length === 0) return printable(title);
  return printable(`${title}(${params.map((param) => angleLabel(param, alphabet)).join(",")})`);
}

/** An angle as people write it: fractions of π where the number is one (to 1e-9), else four digits; expressions keep their form. */
export function angleLabel(param: string, alphabet: Alphabet = "unicode"): string {
  const pi = alphabet === "ascii" ? "pi" : "π";
  const number = Number(param);
  if (param.trim() !== "" && Number.isFinite(number)) return numberLabel(number, pi);
  const short = param
    .replace(/\s+/g, "")
    .replace(/\bpi\b/g, pi)
    .replace(/(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?/gi, (digits) => decimals(Number(digits)));
  return clip(short, 24, alphabet);
}

function numberLabel(value: number, pi: string): string {
  if (value === 0) return "0";
  const turns = value / Math.PI;
  for (let denominator = 1; denominator <= MAX_DENOMINATOR; denominator++) {
    const numerator = Math.round(turns * denominator);
    if (numerator === 0 || Math.abs(turns * denominator - numerator) > 1e-9 * denominator) continue;
    if (Math.abs(numerator) > 16 * denominator) break; // 50π is less clear than 157.1
    const magnitude = Math.abs(numerator) === 1 ? pi : `${Math.abs(numerator)}${pi}`;
    return `${numerator < 0 ? "-" : ""}${magnitude}${denominator === 1 ? "" : `/${denominator}`}`;
  }
  return decimals(value);
}

function decimals(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** `q[2]`, or `q` for a scalar. */
export function wireName(register: RegisterView, index: number): string {
  return printable(register.scalar ? register.name : `${register.name}[${index}]`);
}

/** At most `width` columns, with an ellipsis where something was cut. */
export function clip(text: string, width: number, alphabet: Alphabet = "unicode"): string {
  if (textWidth(text) <= width) return text;
  const ellipsis = alphabet === "ascii" ? "~" : "…";
  let kept = "";
  for (const { text: glyph } of glyphs(text)) {
    if (textWidth(kept) + textWidth(glyph) > width - 1) break;
    kept += glyph;
  }
  return kept + ellipsis;
}

/** Names come from files of strangers: what could steer a terminal or turn the direction of writing is replaced. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\uFFFD");
}

/** Terminal columns that the text takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const glyph of glyphs(text)) width += glyph.width;
  return width;
}

// East Asian wide and fullwidth blocks and emoji: two columns in every terminal that we know of.
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** The text in units that take one or two columns; combining marks stay with the letter before them. */
export function glyphs(text: string): { text: string; width: 1 | 2 }[] {
  const units: { text: string; width: 1 | 2 }[] = [];
  for (const point of text) {
    const last = units.at(-1);
    if (last !== undefined && /^\p{M}/u.test(point)) last.text += point;
    else units.push({ text: point, width: WIDE.test(point) ? 2 : 1 });
  }
  return units;
}
