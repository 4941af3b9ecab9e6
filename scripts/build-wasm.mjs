// Builds wasm-pkg/ from the crates that have a wasm.rs: wasm-pack, then binaryen's wasm-opt, then manifest.json.
//
// `--out DIR` builds elsewhere (CI compares), `--only CRATE` builds one package.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { engineHash } from "./engine-hash.mjs";

const TARGET_FEATURES = "+simd128,+bulk-memory,+sign-ext,+mutable-globals,+nontrapping-fptoint";
const OPT_FLAGS = [
  "-O3",
  "--enable-simd",
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-multivalue",
  "--strip-producers",
  "--strip-debug",
];

const BUILD_KIND = "wasm-simd128";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values: flags } = parseArgs({ options: { out: { type: "string" }, only: { type: "string" } } });
const out = resolve(flags.out ?? join(root, "wasm-pkg"));
const crates = readdirSync(join(root, "crates")).filter((crate) =>
  existsSync(join(root, "crates", crate, "src", "wasm.rs")),
);

// Debian's compiler carries the wasm32 library that scripts/setup-wasm-toolchain.sh builds; rustup's is used where it has its own.
const debian = existsSync("/usr/lib/rustlib/wasm32-unknown-unknown/lib/.ketflow-std");
const env = {
  ...process.env,
  PATH: `${debian ? "/usr/bin:" : ""}${process.env.PATH}:${join(homedir(), ".cargo", "bin")}`,
  CARGO_TARGET_DIR: join(root, "target", "wasm"),
  // Paths of the machine stay out of the binary, so that the same sources and compiler give the same bytes.
  RUSTFLAGS: [
    `-Ctarget-feature=${TARGET_FEATURES}`,
    `--remap-path-prefix=${root}=.`,
    `--remap-path-prefix=${process.env.CARGO_HOME ?? join(homedir(), ".cargo")}=cargo`,
  ].join(" "),
  ...(debian ? { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: "lld-22" } : {}),
};

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * Who the engine is, as a module, because browsers and Node 20 do not import JSON.
 * @param {string} folder @param {import("../ts/models/job.ts").EngineIdentity} identity
 */
function writeIdentity(folder, identity) {
  const declaration = [
    "export declare const identity: {",
    "  readonly engine: { readonly name: string; readonly version: string; readonly contentHash: string };",
    "  readonly build: { readonly kind: string; readonly sha256: string };",
    "};",
  ];
  writeFileSync(join(folder, "identity.js"), `export const identity = ${JSON.stringify(identity, null, 2)};\n`);
  writeFileSync(join(folder, "identity.d.ts"), `${declaration.join("\n")}\n`);
}

const version = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
const compiler = execFileSync("rustc", ["-V"], { env, encoding: "utf8" }).trim();
const manifestPath = join(out, "manifest.json");
const manifest = existsSync(manifestPath)
  ? JSON.parse(readFileSync(manifestPath, "utf8"))
  : { format: "ketflow-wasm-manifest/1", engines: {} };

for (const crate of crates) {
  if (flags.only !== undefined && flags.only !== crate) continue;
  const folder = join(out, crate);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(
    "wasm-pack",
    [
      "build",
      join(root, "crates", crate),
      "--target",
      "web",
      "--release",
      "--mode",
      "no-install",
      "--no-pack",
      "--out-dir",
      folder,
      "--out-name",
      crate,
    ],
    { env, stdio: ["ignore", "inherit", "inherit"] },
  );
  rmSync(join(folder, ".gitignore"), { force: true });
  const wasm = join(folder, `${crate}_bg.wasm`);
  execFileSync(
    process.execPath,
    [join(root, "node_modules", "binaryen", "bin", "wasm-opt"), wasm, "-o", `${wasm}.opt`, ...OPT_FLAGS],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  renameSync(`${wasm}.opt`, wasm);
  const bytes = readFileSync(wasm);
  const contentHash = engineHash(root, crate);
  writeIdentity(folder, {
    engine: { name: crate, version, contentHash },
    build: { kind: BUILD_KIND, sha256: sha256(bytes) },
  });
  /** @type {Record<string, { sha256: string, sizeBytes: number }>} */ const files = {};
  for (const file of readdirSync(folder).sort()) {
    const content = readFileSync(join(folder, file));
    files[file] = { sha256: sha256(content), sizeBytes: content.length };
  }
  manifest.engines[crate] = {
    version,
    contentHash,
    builds: [
      {
        kind: BUILD_KIND,
        file: `${crate}/${crate}_bg.wasm`,
        sha256: sha256(bytes),
        sizeBytes: bytes.length,
        brotliBytes: brotliCompressSync(bytes).length,
      },
    ],
    compiler,
    targetFeatures: TARGET_FEATURES,
    wasmOpt: OPT_FLAGS.join(" "),
    files,
  };
  console.log(`${crate}: ${bytes.length} bytes, ${manifest.engines[crate].builds[0].brotliBytes} with brotli`);
}
manifest.engines = Object.fromEntries(Object.entries(manifest.engines).sort(([a], [b]) => a.localeCompare(b)));
writeFileSync(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
