// Builds the sample projects from the packed tarball and records what a browser loads of each: `npm run bench:bundles`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withTable } from "../scripts/operations-table.mjs";
import { root } from "../scripts/runners.mjs";
import { build, installProjects, removeProjects } from "../scripts/sample-projects.mjs";
import { BUNDLES, bundlesTable, measureBundle } from "./bundle-sizes.mjs";
import { describeMachine } from "./machine.mjs";

const folder = installProjects();
if (folder === undefined) throw new Error("npm reaches no registry, and has no copy of the bundlers in its cache");
try {
  const rows = BUNDLES.map((bundle) => {
    build(folder, bundle.bundler);
    return measureBundle(folder, bundle);
  });
  const date = new Date().toISOString();
  const lines = [{ type: "run", date, ...describeMachine(root) }, ...rows].map((line) => JSON.stringify(line));
  const file = join(root, "bench", "results", `${date.slice(0, 10)}-bundles.jsonl`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  const page = join(root, "docs", "npm.md");
  writeFileSync(page, withTable(readFileSync(page, "utf8"), "bundles", bundlesTable(rows)));
  console.log(bundlesTable(rows));
  console.error(`recorded in ${file}`);
} finally {
  removeProjects(folder);
}
