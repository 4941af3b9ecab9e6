// The content hash of an engine: what a receipt names and what decides whether wasm-pkg/ is stale.
//
// SHA-256 over the sorted lines `path sha256` of the crate and of its path dependencies (manifest and sources), followed by the
// sorted lines `crate version checksum` of every locked crate that they use. Needs no cargo, so machines without Rust check it too.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { parse } from "smol-toml";

/** @typedef {{ name: string, version: string, checksum?: string, dependencies?: string[] }} LockedPackage */

/** @param {string} root the repository @returns {Map<string, string>} package name → folder of every workspace crate */
function workspaceCrates(root) {
  const crates = new Map();
  for (const entry of readdirSync(join(root, "crates"))) {
    const manifest = parse(readFileSync(join(root, "crates", entry, "Cargo.toml"), "utf8"));
    crates.set(/** @type {{ name: string }} */ (manifest.package).name, join(root, "crates", entry));
  }
  return crates;
}

/** @param {string} folder @returns {string[]} names of the packages that the crate needs outside its tests */
function runtimeDependencies(folder) {
  const manifest = parse(readFileSync(join(folder, "Cargo.toml"), "utf8"));
  const tables = [manifest.dependencies ?? {}];
  for (const target of Object.values(manifest.target ?? {})) tables.push(target.dependencies ?? {});
  return tables.flatMap((table) =>
    Object.entries(table).map(([name, spec]) => (typeof spec === "object" && spec?.package) || name),
  );
}

/** @param {string} folder @returns {string[]} every source file of a crate, sorted */
function sourceFiles(folder) {
  const files = [join(folder, "Cargo.toml")];
  for (const entry of readdirSync(join(folder, "src"), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) files.push(join(entry.parentPath, entry.name));
  }
  return files.sort();
}

/**
 * @param {string} root the repository
 * @param {string} crate the folder name under crates/
 * @returns {string} hexadecimal SHA-256
 */
export function engineHash(root, crate) {
  const crates = workspaceCrates(root);
  const locked = /** @type {LockedPackage[]} */ (parse(readFileSync(join(root, "Cargo.lock"), "utf8")).package);
  /** @type {Set<string>} */ const lines = new Set();
  /** @type {Set<string>} */ const seen = new Set();
  const pending = [...crates].filter(([, folder]) => basename(folder) === crate).map(([name]) => name);
  if (pending.length === 0) throw new Error(`no crate in crates/${crate}`);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const folder = crates.get(name);
    if (folder !== undefined) {
      for (const file of sourceFiles(folder)) {
        const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
        lines.add(`${relative(root, file).split(sep).join("/")} ${digest}`);
      }
      pending.push(...runtimeDependencies(folder));
      continue;
    }
    for (const found of locked.filter((entry) => entry.name === name)) {
      lines.add(`${found.name} ${found.version} ${found.checksum ?? ""}`);
      pending.push(...(found.dependencies ?? []).map((dependency) => dependency.split(" ")[0] ?? dependency));
    }
  }
  return createHash("sha256")
    .update([...lines].sort().join("\n"))
    .digest("hex");
}
