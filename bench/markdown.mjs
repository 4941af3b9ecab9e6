// Numbers and tables in Markdown.

/** @param {number} value */
export const ratio = (value) => (value >= 10 ? `${value.toFixed(0)}×` : `${value.toFixed(2)}×`);

/** @param {number} names columns of text, left-aligned, before the numbers @param {readonly (readonly string[])[]} rows the first is the head */
export function table(names, [head = [], ...rows]) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column < names ? "---" : "---:"))), ...rows.map(line)].join("\n");
}
