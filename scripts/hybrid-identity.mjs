// Writes which sources hybrid jobs run by, as the module that results and receipts name them from.
//
// The content hash is SHA-256 over the sorted lines `path sha256` of ts/algorithms/hybrid.ts and of all that it loads, followed by the
// content hash of the statevector engine, which runs their circuits.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import { engineHash } from "./engine-hash.mjs";

const ENTRY = "ts/algorithms/hybrid.ts";
const IDENTITY = "ts/workers/hybrid-identity.ts";

/** @param {string} root @param {string} path @returns {string[]} what a file loads; imports of types alone are no part of the program */
function loadedBy(root, path) {
  const code = readFileSync(posix.join(root, path), "utf8");
  const found = code.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?\bfrom\s+"(\.[^"]+)"/gm);
  return [...found].map(([, target = ""]) => posix.join(posix.dirname(path), target));
}

/** @param {string} root the repository @returns {string} hexadecimal SHA-256 */
export function hybridHash(root) {
  /** @type {Set<string>} */ const files = new Set([ENTRY]);
  for (const path of files) for (const target of loadedBy(root, path)) files.add(target);
  const lines = [...files].sort().map((path) => {
    const digest = createHash("sha256")
      .update(readFileSync(posix.join(root, path)))
      .digest("hex");
    return `${path} ${digest}`;
  });
  return createHash("sha256")
    .update([...lines, engineHash(root, "statevector")].join("\n"))
    .digest("hex");
}

/** @param {string} root the repository */
export function writeHybridIdentity(root) {
  const { version } = JSON.parse(readFileSync(posix.join(root, "package.json"), "utf8"));
  const identity = { name: "hybrid", version, contentHash: hybridHash(root) };
  const members = Object.entries(identity).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},`);
  const lines = [
    "// Made by scripts/hybrid-identity.mjs: do not edit.",
    "export const HYBRID_ENGINE = {",
    ...members,
    "} as const;",
  ];
  writeFileSync(posix.join(root, IDENTITY), `${lines.join("\n")}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeHybridIdentity(fileURLToPath(new URL("..", import.meta.url)));
