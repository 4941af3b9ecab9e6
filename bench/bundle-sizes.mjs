// What a browser loads of the sample projects that are built (test/e2e/projects), and the table of it in docs/npm.md.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/**
 * @typedef {{ bytes: number, brotliBytes: number }} Size
 * @typedef {"application" | "thread" | "engines"} Part
 * @typedef {{ type: "bundle", bundler: string, version: string } & Record<Part, Size>} BundleRow
 */

/** @type {readonly Part[]} */
export const PARTS = ["application", "thread", "engines"];

/** Where each bundler writes, and what it calls the worker's script. */
export const BUNDLES = [
  { bundler: "vite", assets: "dist/assets", thread: /^worker-/ },
  { bundler: "webpack", assets: "dist", thread: /^ketflow-engine\.js$/ },
  { bundler: "esbuild", assets: "dist", thread: /^ketflow-worker\.js$/ },
];

/** @param {string} folder of all projects @param {(typeof BUNDLES)[number]} bundle @returns {Record<Part, Buffer[]>} the files of each */
export function partsOf(folder, { bundler, assets, thread }) {
  const place = join(folder, bundler, assets);
  const files = readdirSync(place).filter((file) => /\.(?:js|wasm)$/.test(file));
  /** @param {(file: string) => boolean} belongs */
  const contentsOf = (belongs) => files.filter(belongs).map((file) => readFileSync(join(place, file)));
  return {
    application: contentsOf((file) => file.endsWith(".js") && !thread.test(file)),
    thread: contentsOf((file) => thread.test(file)),
    engines: contentsOf((file) => file.endsWith(".wasm")),
  };
}

/** @param {readonly Buffer[]} files @returns {number} */
export const bytesOf = (files) => files.reduce((sum, { length }) => sum + length, 0);

/** @param {string} folder of all projects @param {(typeof BUNDLES)[number]} bundle @returns {BundleRow} */
export function measureBundle(folder, bundle) {
  const parts = partsOf(folder, bundle);
  const { devDependencies } = JSON.parse(readFileSync(join(folder, bundle.bundler, "package.json"), "utf8"));
  /** @param {Part} part @returns {Size} */
  const sizeOf = (part) => {
    // Each file by itself, as it is sent: together they would look smaller.
    return { bytes: bytesOf(parts[part]), brotliBytes: bytesOf(parts[part].map((file) => brotliCompressSync(file))) };
  };
  return {
    ...{ type: "bundle", bundler: bundle.bundler, version: devDependencies[bundle.bundler] },
    ...{ application: sizeOf("application"), thread: sizeOf("thread"), engines: sizeOf("engines") },
  };
}

/** @param {readonly BundleRow[]} rows @returns {string} in kB of 1000 bytes, as files are and as brotli makes them */
export function bundlesTable(rows) {
  /** @param {Size} size */
  const cell = ({ bytes, brotliBytes }) => `${Math.round(bytes / 1000)} kB, ${Math.round(brotliBytes / 1000)} kB`;
  const lines = rows.map((row) => {
    return `| ${row.bundler} ${row.version} | ${PARTS.map((part) => cell(row[part])).join(" | ")} |`;
  });
  return ["| minified, and with brotli | application | thread | all engines |", "|---|---|---|---|", ...lines].join(
    "\n",
  );
}
