// The hash matrix as text: a row is one value and who gave it, or all values where they differ.

/** @typedef {import("./hash-rows.mjs").Cell} Cell */

/**
 * @param {readonly { name: string, recorded?: string }[]} rows
 * @param {ReadonlyMap<string, ReadonlyMap<string, Cell>>} cells by row and column
 * @returns {{ lines: string[], differing: number }}
 */
export function hashReport(rows, cells) {
  /** @type {string[]} */ const lines = [];
  let differing = 0;
  for (const { name, recorded } of rows) {
    const columns = [...(cells.get(name) ?? [])];
    const values = new Set([...columns.map(([, { hash }]) => hash), ...(recorded === undefined ? [] : [recorded])]);
    if (values.size === 1) {
      const where = columns.flatMap(([column, { isShared }]) => (isShared ? column : []));
      lines.push([name.padEnd(26), [...values].join("").slice(0, 16), ...where].join(" "));
      continue;
    }
    differing++;
    lines.push(`${name.padEnd(26)} DIFFERS`);
    if (recorded !== undefined) lines.push(`  ${recorded.slice(0, 16)} recorded`);
    for (const [column, { hash }] of columns) lines.push(`  ${hash.slice(0, 16)} ${column}`);
  }
  lines.push(differing === 0 ? `one value in each of ${rows.length} rows` : `${differing} rows differ`);
  return { lines, differing };
}
