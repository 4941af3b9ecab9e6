// The table of operations in docs/api.md, and how tables stand in a page.

/**
 * @param {{ paths: Record<string, Record<string, { summary: string, "x-scope"?: string }>> }} document of OpenAPI
 * @returns {string}
 */
export function operationsTable({ paths }) {
  const rows = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { summary, "x-scope": scope }]) => {
      return `| \`${method.replace("x-websocket", "get").toUpperCase()} ${path}\` | ${scope ? `\`${scope}\`` : ""} | ${summary} |`;
    }),
  );
  return ["| operation | scope | does |", "|---|---|---|", ...rows].join("\n");
}

/**
 * The page with the table between its two comments, `<!-- NAME -->` and `<!-- /NAME -->`.
 * @param {string} page @param {string} name @param {string} table @returns {string}
 */
export function withTable(page, name, table) {
  const place = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  return page.replace(place, (_, start, end) => `${start}\n${table}\n\n${end}`);
}
