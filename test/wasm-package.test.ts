import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { engineHash } from "../scripts/engine-hash.mjs";
import { hybridHash } from "../scripts/hybrid-identity.mjs";
import { HYBRID_ENGINE } from "../ts/workers/hybrid-identity.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}wasm-pkg/manifest.json`, "utf8"));

/** One for each build of an engine. */
function foldersOf(engine: { builds: { file: string }[] }): string[] {
  return engine.builds.map(({ file }) => dirname(file));
}

describe("wasm-pkg", () => {
  it("holds a package for every crate with a wasm.rs, and no other", () => {
    const crates = readdirSync(`${root}crates`).filter((crate) =>
      readdirSync(`${root}crates/${crate}/src`).includes("wasm.rs"),
    );
    expect(Object.keys(manifest.engines)).toEqual(crates.sort());
    const folders = crates.flatMap((crate) => foldersOf(manifest.engines[crate]));
    expect(readdirSync(`${root}wasm-pkg`).sort()).toEqual([...folders, "manifest.json"].sort());
  });

  it.each(Object.keys(manifest.engines))(
    "%s is built from the sources beside it (else: npm run build:wasm)",
    (crate) => {
      expect(manifest.engines[crate].contentHash).toBe(engineHash(root, crate));
    },
  );

  it.each(Object.keys(manifest.engines))("%s has exactly the files of the manifest", (crate) => {
    const files = foldersOf(manifest.engines[crate]).flatMap((folder) =>
      readdirSync(`${root}wasm-pkg/${folder}`).map((file) => `${folder}/${file}`),
    );
    const found = files.map((file) => {
      const bytes = readFileSync(`${root}wasm-pkg/${file}`);
      return [file, { sha256: createHash("sha256").update(bytes).digest("hex"), sizeBytes: bytes.length }];
    });
    expect(Object.fromEntries(found)).toEqual(manifest.engines[crate].files);
  });

  it("has the engine of hybrid jobs by the sources that they run by (else: node scripts/hybrid-identity.mjs)", () => {
    expect(HYBRID_ENGINE.contentHash).toBe(hybridHash(root));
  });
});
