import { printable } from "./labels.ts";

/** Text for an SVG element or attribute. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

type Attributes = Record<string, string | number>;

/** One element; `content` is markup already. Numbers are written with at most two decimals. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === "number" ? Number(value.toFixed(2)) : escapeXml(value)}"`)
    .join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/**
 * Colours are presentation attributes, so that a strict content security policy does not take them away; lines and names use the
 * text colour of the page, boxes bring their own dark ink on a light fill. Both read on light and on dark ground.
 */
export const PALETTE = {
  gate: "var(--ketflow-gate, #bcd4f6)",
  control: "var(--ketflow-control, #4f83cc)",
  measure: "var(--ketflow-measure, #b5e0bf)",
  classical: "var(--ketflow-classical, #f3dca2)",
  frame: "var(--ketflow-frame, #b8860b)",
  bar: "var(--ketflow-bar, #4f83cc)",
  ink: "#10203a",
} as const;

/** A file of its own has no page to take its text colour from. */
const STANDALONE_STYLE =
  "<style>svg{color:#1b2430;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e4e8ee;background:#14181f}}</style>";

export interface SvgOptions {
  /** For a file: sets text and ground colours by the reader's colour scheme. Inside a page, leave it out. */
  standalone?: boolean;
}

/** The outer element, with a title and a description for those who hear the picture. */
export function svgDocument(
  size: { width: number; height: number },
  text: { title: string; description: string },
  content: string,
  { standalone = false }: SvgOptions,
): string {
  const { width, height } = size;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
      width: Math.ceil(width),
      height: Math.ceil(height),
      role: "img",
      "font-family": "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
      "font-size": 13,
      fill: "currentColor",
    },
    `<title>${escapeXml(text.title)}</title><desc>${escapeXml(text.description)}</desc>${standalone ? STANDALONE_STYLE : ""}${content}`,
  );
}
