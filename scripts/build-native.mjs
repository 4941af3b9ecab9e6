// Builds the engines as an addon of Node for this machine's platform: `npm run build:native` (needs cargo).
//
// native/ketflow-native-PLATFORM-ARCH is a package of its own; where it is installed beside `ketflow`, engines run natively.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { engineHash } from "./engine-hash.mjs";

const ENGINES = ["statevector", "annealer", "scheduler", "qnet"];
const root = resolve(import.meta.dirname, "..");
const crate = join(root, "crates", "node");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target", "node");
const { version, license, repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** @type {Record<string, string>} */
const LIBRARIES = { darwin: "libketflow_node.dylib", win32: "ketflow_node.dll" };
const library = LIBRARIES[process.platform] ?? "libketflow_node.so";
const { name, libc } = platformPackage();

execFileSync("cargo", ["build", "--release", "--locked", "--manifest-path", join(crate, "Cargo.toml")], {
  stdio: ["ignore", "inherit", "inherit"],
  env: { ...process.env, CARGO_TARGET_DIR: target },
});
const folder = join(root, "native", name);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const addon = join(folder, "ketflow.node");
copyFileSync(join(target, "release", library), addon);
copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
const sha256 = createHash("sha256").update(readFileSync(addon)).digest("hex");
const build = { kind: name.replace("ketflow-", ""), sha256 };
const identities = ENGINES.map((engine) => [
  engine,
  { engine: { name: engine, version, contentHash: engineHash(root, engine) }, build },
]);
writeJson("identities.json", Object.fromEntries(identities));
writeJson("package.json", {
  ...{ name, version, license, repository },
  description: `The engines of ketflow, native for ${process.platform} on ${process.arch}.`,
  ...{ os: [process.platform], cpu: [process.arch], ...(libc && { libc: [libc] }) },
  files: ["ketflow.node", "identities.json", "LICENSE"],
});
console.log(folder);

/** As ts/workers/native-addon.ts looks for it. */
function platformPackage() {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  const isGlibc = header.glibcVersionRuntime !== undefined;
  const libc = process.platform === "linux" ? (isGlibc ? "glibc" : "musl") : undefined;
  const suffix = libc === "musl" ? "-musl" : "";
  return { name: `ketflow-native-${process.platform}-${process.arch}${suffix}`, libc };
}

/** @param {string} file @param {object} value */
function writeJson(file, value) {
  writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`);
}
