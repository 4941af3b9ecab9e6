// Builds wasm-pkg/ from the crates that have a wasm.rs: wasm-pack, then binaryen's wasm-opt, then manifest.json.
//
// `--out DIR` builds elsewhere (CI compares), `--only CRATE` builds one package.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { engineHash } from "./engine-hash.mjs";
import { describePackage, writeManifest } from "./wasm-manifest.mjs";

const BUILD_KIND = "wasm-simd128";
const TARGET_FEATURES = "+simd128,+bulk-memory,+sign-ext,+mutable-globals,+nontrapping-fptoint";
const WASM_OPT =
  "-O3 --enable-simd --enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals " +
  "--enable-nontrapping-float-to-int --enable-reference-types --enable-multivalue --strip-producers --strip-debug";
const WASM_PACK = "--target web --release --mode no-install --no-pack";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { values: flags } = parseArgs({ options: { out: { type: "string" }, only: { type: "string" } } });
const out = resolve(flags.out ?? join(root, "wasm-pkg"));
const crates = readdirSync(join(root, "crates")).filter(
  (crate) => existsSync(join(root, "crates", crate, "src", "wasm.rs")) && (flags.only ?? crate) === crate,
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
/** @param {string} command @param {string[]} args */
const run = (command, args) => execFileSync(command, args, { env, stdio: ["ignore", "inherit", "inherit"] });

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const compiler = execFileSync("rustc", ["-V"], { env, encoding: "utf8" }).trim();
const wasmOpt = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
/** @type {Record<string, object>} */ const built = {};

for (const crate of crates) {
  // What was there stays until the new one is whole: TypeScript needs it, and the compiler may refuse the sources.
  const folder = join(out, `${crate}.new`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const place = ["--out-dir", folder, "--out-name", crate];
  run("wasm-pack", ["build", join(root, "crates", crate), ...WASM_PACK.split(" "), ...place]);
  rmSync(join(folder, ".gitignore"), { force: true });
  const wasm = join(folder, `${crate}_bg.wasm`);
  run(process.execPath, [wasmOpt, wasm, "-o", `${wasm}.opt`, ...WASM_OPT.split(" ")]);
  renameSync(`${wasm}.opt`, wasm);
  const engine = { crate, version, contentHash: engineHash(root, crate), kind: BUILD_KIND };
  built[crate] = { ...describePackage(folder, engine), compiler, targetFeatures: TARGET_FEATURES, wasmOpt: WASM_OPT };
  rmSync(join(out, crate), { recursive: true, force: true });
  renameSync(folder, join(out, crate));
}
writeManifest(out, built);
