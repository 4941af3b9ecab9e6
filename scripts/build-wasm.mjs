// Builds wasm-pkg/ from the crates that have a wasm.rs: wasm-pack, then binaryen's wasm-opt, then manifest.json.
//
// Every crate is built for one thread; those in THREADED a second time, into CRATE-threads/, for a memory that workers share. That
// takes a standard library with atomics, so the compiler builds it from its sources each time.
//
// `--out DIR` builds elsewhere (CI compares), `--only CRATE` builds one package.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { engineHash } from "./engine-hash.mjs";
import { writeHybridIdentity } from "./hybrid-identity.mjs";
import { describePackage, writeManifest } from "./wasm-manifest.mjs";

const THREADED = ["annealer", "statevector"];
const TARGET_FEATURES = "+simd128,+bulk-memory,+sign-ext,+mutable-globals,+nontrapping-fptoint";
// The largest memory: shared ones must name it. Only the address space is reserved.
const MAX_MEMORY = "4294967296";
const TLS = ["__wasm_init_tls", "__tls_size", "__tls_align", "__tls_base"];
const SHARED = [
  "--shared-memory",
  "--import-memory",
  `--max-memory=${MAX_MEMORY}`,
  ...TLS.map((name) => `--export=${name}`),
];
/** @typedef {{ kind: string, suffix: string, features: string, linkArgs: string[], cargo: string[], wasmOpt: string[] }} Build */
/** @type {Build} */
const SINGLE = { kind: "wasm-simd128", suffix: "", features: TARGET_FEATURES, linkArgs: [], cargo: [], wasmOpt: [] };
/** @type {Build} */
const THREADS = {
  kind: "wasm-simd128-threads",
  suffix: "-threads",
  features: `+atomics,${TARGET_FEATURES}`,
  linkArgs: SHARED,
  cargo: ["--", "-Zbuild-std=std,panic_abort"],
  wasmOpt: ["--enable-threads"],
};
const WASM_OPT =
  "-O3 --enable-simd --enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals " +
  "--enable-nontrapping-float-to-int --enable-reference-types --enable-multivalue --strip-producers --strip-debug";
/**
 * Functions with one caller stay functions where they are long: inlined, the kernels of the statevector engine became one of 100 kB and the
 * runs of the annealer one of 70 kB, which V8 ran unoptimised at first, and then took as long to optimise as dozens of short runs take.
 * @param {string} crate
 */
const wasmOptOf = (crate) => (["annealer", "statevector"].includes(crate) ? `${WASM_OPT} -ocimfs=50` : WASM_OPT);
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
  ...(debian ? { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: "lld-22" } : {}),
};
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const compiler = execFileSync("rustc", ["-V"], { env, encoding: "utf8" }).trim();
const sysroot = execFileSync("rustc", ["--print", "sysroot"], { env, encoding: "utf8" }).trim();

/** @param {Build} build */
const environmentOf = (build) => ({
  ...env,
  CARGO_TARGET_DIR: join(root, "target", `wasm${build.suffix}`),
  // Paths of the machine stay out of the binary, so that the same sources and compiler give the same bytes.
  RUSTFLAGS: [
    `-Ctarget-feature=${build.features}`,
    ...build.linkArgs.map((arg) => `-Clink-arg=${arg}`),
    `--remap-path-prefix=${root}=.`,
    `--remap-path-prefix=${process.env.CARGO_HOME ?? join(homedir(), ".cargo")}=cargo`,
    `--remap-path-prefix=${sysroot}=rust`,
  ].join(" "),
  // A standard library of one's own, and atomics for wasm32, are not stable yet; the compiler is.
  ...(build === THREADS ? { RUSTC_BOOTSTRAP: "1" } : {}),
});
const wasmOpt = join(root, "node_modules", "binaryen", "bin", "wasm-opt");
/** @type {Record<string, object>} */ const built = {};

/**
 * Builds one package into a folder beside its place.
 * @param {string} crate @param {Build} build
 */
function buildPackage(crate, build) {
  const name = `${crate}${build.suffix}`;
  const folder = join(out, `${name}.new`);
  /** @param {string} command @param {string[]} args */
  const run = (command, args) =>
    execFileSync(command, args, { env: environmentOf(build), stdio: ["ignore", "inherit", "inherit"] });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const place = ["--out-dir", folder, "--out-name", crate];
  run("wasm-pack", ["build", join(root, "crates", crate), ...WASM_PACK.split(" "), ...place, ...build.cargo]);
  rmSync(join(folder, ".gitignore"), { force: true });
  const wasm = join(folder, `${crate}_bg.wasm`);
  run(process.execPath, [wasmOpt, wasm, "-o", `${wasm}.opt`, ...wasmOptOf(crate).split(" "), ...build.wasmOpt]);
  renameSync(`${wasm}.opt`, wasm);
  const engine = { crate, version, contentHash: engineHash(root, crate), kind: build.kind };
  const { files, ...entry } = describePackage(folder, name, engine);
  return { name, folder, files, entry: { ...entry, targetFeatures: build.features } };
}

for (const crate of crates) {
  // What was there stays until the new ones are whole: TypeScript needs it, and the compiler may refuse the sources.
  const packages = (THREADED.includes(crate) ? [SINGLE, THREADS] : [SINGLE]).map((build) => buildPackage(crate, build));
  for (const { name, folder } of packages) {
    rmSync(join(out, name), { recursive: true, force: true });
    renameSync(folder, join(out, name));
  }
  built[crate] = {
    version,
    contentHash: engineHash(root, crate),
    compiler,
    wasmOpt: wasmOptOf(crate),
    builds: packages.map(({ entry }) => entry),
    files: Object.assign({}, ...packages.map(({ files }) => files)),
  };
}
writeManifest(out, built);
// Built elsewhere to be compared: what is checked in stays as it is, and a test says whether it is stale.
if (flags.out === undefined) writeHybridIdentity(root);
