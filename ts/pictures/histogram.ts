import { grouped } from "../core/grouped.ts";
import { type Alphabet, clip, textWidth } from "./labels.ts";
import { element, escapeXml, PALETTE, type SvgOptions, svgDocument } from "./svg.ts";

/** Numbers of shots, or exact probabilities, by outcome. */
export type Distribution = Readonly<Record<string, number>>;

export interface HistogramOptions {
  /** Outcomes shown; the rest is one line. Default 16. */
  top?: number;
  /** What the numbers are. Default `counts`. */
  kind?: "counts" | "probabilities";
}

export interface HistogramTextOptions extends HistogramOptions {
  /** Columns of the terminal; no line is longer. At least 30; default 80. */
  width?: number;
  ascii?: boolean;
}

interface Bar {
  outcome: string;
  value: number;
  share: number;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** Most frequent outcomes first, then by outcome. */
function barsOf(
  distribution: Distribution,
  top: number,
): { bars: Bar[]; rest: { outcomes: number; value: number }; total: number } {
  const entries = Object.entries(distribution).filter(([, value]) => value > 0);
  const total = entries.reduce((sum, [, value]) => sum + value, 0);
  entries.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const bars = entries
    .slice(0, top)
    .map(([outcome, value]) => ({ outcome: outcome === "" ? "(no bits)" : outcome, value, share: value / total }));
  const hidden = entries.slice(top);
  const value = hidden.reduce((sum, [, count]) => sum + count, 0);
  return { bars, rest: { outcomes: hidden.length, value }, total };
}

/** `00 ████████ 517  50.5 %`, one line per outcome, bars to an eighth of a character. */
export function histogramText(distribution: Distribution, options: HistogramTextOptions = {}): string {
  const { top = 16, kind = "counts", ascii = false } = options;
  const width = Math.max(30, options.width ?? 80);
  const alphabet: Alphabet = ascii ? "ascii" : "unicode";
  const { bars, rest, total } = barsOf(distribution, top);
  if (bars.length === 0) return "no outcomes";
  const values = bars.map((bar) => valueText(bar, kind));
  const valueWidth = Math.max(...values.map((value) => value.length));
  // However long the outcomes are, four columns of bar remain, and two spaces.
  const labels = bars.map((bar) => clip(bar.outcome, width - valueWidth - 6, alphabet));
  const labelWidth = Math.max(...labels.map(textWidth));
  const room = Math.max(1, width - labelWidth - valueWidth - 2);
  const longest = bars[0]?.share ?? 1;
  const lines = bars.map((bar, k) => {
    const drawn = barText(Math.min(room, 50) * (bar.share / longest), ascii);
    const label = (labels[k] ?? "").padEnd(labelWidth);
    return `${label} ${drawn.padEnd(Math.min(room, 50))} ${(values[k] ?? "").padStart(valueWidth)}`;
  });
  if (rest.outcomes > 0) {
    const sum = kind === "counts" ? `${grouped(rest.value)} shots, ` : "";
    lines.push(clip(`+${moreOutcomes(rest.outcomes)} (${sum}${percent(rest.value / total)})`, width, alphabet));
  }
  return lines.join("\n");
}

function barText(length: number, ascii: boolean): string {
  if (ascii) return "#".repeat(Math.max(1, Math.round(length)));
  const eighths = Math.max(1, Math.round(length * 8));
  return "█".repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? "");
}

function valueText(bar: Bar, kind: "counts" | "probabilities"): string {
  return kind === "counts" ? `${grouped(bar.value)} ${percent(bar.share).padStart(7)}` : bar.value.toFixed(6);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`;
}

function moreOutcomes(count: number): string {
  return `${grouped(count)} more ${count === 1 ? "outcome" : "outcomes"}`;
}

const ROW = 24;
const BAR_WIDTH = 320;

/** The same histogram as SVG; every text is escaped, and the description carries the numbers. */
export function histogramSvg(distribution: Distribution, options: HistogramOptions & SvgOptions = {}): string {
  const { top = 16, kind = "counts" } = options;
  const { bars, rest, total } = barsOf(distribution, top);
  const labels = bars.map((bar) => clip(bar.outcome, 40));
  const labelWidth = Math.max(40, ...labels.map((label) => textWidth(label) * 7.9 + 12));
  const longest = bars[0]?.share ?? 1;
  const values = bars.map((bar) => valueText(bar, kind).replace(/ +/g, " "));
  const valueWidth = Math.max(60, ...values.map((value) => textWidth(value) * 7.9 + 12));
  const text = (x: number, y: number, anchor: string, content: string): string =>
    element("text", { x, y, "text-anchor": anchor, "dominant-baseline": "central" }, escapeXml(content));
  const rows = bars.map((bar, k) => {
    const y = 8 + k * ROW;
    const length = Math.max(1, (BAR_WIDTH * bar.share) / longest);
    return (
      text(labelWidth - 6, y + ROW / 2, "end", labels[k] ?? "") +
      element("rect", { x: labelWidth, y: y + 3, width: length, height: ROW - 6, rx: 2, fill: PALETTE.bar }) +
      text(labelWidth + length + 6, y + ROW / 2, "start", values[k] ?? "")
    );
  });
  if (rest.outcomes > 0) {
    const content = `+${moreOutcomes(rest.outcomes)} (${percent(rest.value / total)})`;
    rows.push(text(labelWidth, 8 + bars.length * ROW + ROW / 2, "start", content));
  }
  const size = { width: labelWidth + BAR_WIDTH + valueWidth, height: 16 + Math.max(1, rows.length) * ROW };
  const description = bars.map((bar, k) => `${bar.outcome}: ${values[k]}`).join("; ");
  const more = rest.outcomes > 0 ? `; ${moreOutcomes(rest.outcomes)}` : "";
  const what = kind === "counts" ? `counts of ${grouped(total)} shots` : "probabilities of the outcomes";
  return svgDocument(size, { title: `Histogram: ${what}`, description: description + more }, rows.join(""), options);
}
