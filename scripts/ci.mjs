// What CI runs after the tools are installed (.ci/run): the README's commands, every test on every supported Node, the rebuilt
// WASM against the checked-in one, and the checks of the package as others will install it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { check, failuresIn, report, root, run, vitest } from "./runners.mjs";

const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`;
/** @type {import("./runners.mjs").Tally[]} */ const tallies = [];
/** @param {Promise<import("./runners.mjs").Tally>} step */
const step = async (step) => tallies.push(await step);

await step(check("format and lint", bin("biome"), ["check", "."]));
await step(check("types", bin("tsc"), ["--noEmit"]));
await step(check("clippy", "cargo", ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]));
const addon = ["clippy", "--manifest-path", "crates/node/Cargo.toml", "--locked", "--", "-D", "warnings"];
await step(check("clippy of the addon", "cargo", addon));
await step(check("native package", process.execPath, ["scripts/build-native.mjs"]));
await step(check("rustfmt", "cargo", ["fmt", "--all", "--check"]));
await step(check("cargo-deny", "cargo", ["deny", "--offline", "check", "licenses", "bans", "sources"]));
await step(check("rebuilt WASM", process.execPath, ["scripts/compare-wasm.mjs"]));
// Small circuits: the builds take most of its two minutes. A processor without AVX-512 leaves those columns out and says so.
const matrix = ["bench/hash-matrix.mjs", "--max-qubits", "16", "--require"];
await step(check("hash matrix", process.execPath, matrix));
await step(check("package", "npm", ["run", "--silent", "check:package"]));
await step(check("knip", bin("knip"), []));
// The README's test command, whose own last line is the count.
const suite = await run("npm", ["test"]);
const counted = /^(\d+) passed, (\d+) failed$/m.exec(suite.output.trim().split("\n").pop() ?? "");
const [passed, failed] = [Number(counted?.[1] ?? 0), Number(counted?.[2] ?? 1)];
tallies.push({ name: "npm test", passed, failed, skipped: 0, failures: failuresIn(suite.output) });
for (const version of ["22", "24"]) {
  const found = await run("npx", ["--yes", "-p", `node@${version}`, "which", "node"]);
  const node = found.output.trim().split("\n").pop() ?? "";
  if (found.code !== 0)
    tallies.push({ name: `Node ${version}`, passed: 0, failed: 1, skipped: 0, note: "npx could not install it" });
  else {
    await step(vitest("unit", { name: `unit on Node ${version}`, node: [node] }));
    await step(vitest("service", { name: `service on Node ${version}`, node: [node] }));
  }
}
await step(check("version", process.execPath, ["dist/cli.js", "--version"]));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
console.log(`ketflow ${version}`);
process.exit(report(tallies));
