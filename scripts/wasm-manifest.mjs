// What wasm-pkg/ says about itself: identity.js in each package, and one entry per package in manifest.json.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * Writes who the engine is as a module, because browsers and Node 20 do not import JSON, and describes all files of its package.
 * @param {string} folder of the package, where it is now
 * @param {string} name of that folder in wasm-pkg/
 * @param {{ crate: string, version: string, contentHash: string, kind: string }} engine
 */
export function describePackage(folder, name, { crate, version, contentHash, kind }) {
  const wasm = readFileSync(join(folder, `${crate}_bg.wasm`));
  const build = { kind, sha256: sha256(wasm) };
  const identity = { engine: { name: crate, version, contentHash }, build };
  writeFileSync(join(folder, "identity.js"), `export const identity = ${JSON.stringify(identity, null, 2)};\n`);
  const declaration = [
    "export declare const identity: {",
    "  readonly engine: { readonly name: string; readonly version: string; readonly contentHash: string };",
    "  readonly build: { readonly kind: string; readonly sha256: string };",
    "};",
  ];
  writeFileSync(join(folder, "identity.d.ts"), `${declaration.join("\n")}\n`);
  const files = readdirSync(folder)
    .sort()
    .map((file) => {
      const content = readFileSync(join(folder, file));
      return [`${name}/${file}`, { sha256: sha256(content), sizeBytes: content.length }];
    });
  const sizes = { sizeBytes: wasm.length, brotliBytes: brotliCompressSync(wasm).length };
  console.log(`${name}: ${sizes.sizeBytes} bytes, ${sizes.brotliBytes} with brotli`);
  return { ...build, file: `${name}/${crate}_bg.wasm`, ...sizes, files: Object.fromEntries(files) };
}

/** Adds entries to manifest.json; those of packages that were not built stay. @param {string} out @param {Record<string, object>} built */
export function writeManifest(out, built) {
  const path = join(out, "manifest.json");
  const present = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).engines : {};
  const engines = Object.entries({ ...present, ...built }).sort(([a], [b]) => a.localeCompare(b));
  const manifest = { format: "ketflow-wasm-manifest/1", engines: Object.fromEntries(engines) };
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
