// Where and with what a run was made.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

/** @param {string} command @param {string[]} args @param {string} cwd @returns {string | null} its output, null where it fails */
function output(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return null;
  }
}

/** @typedef {ReturnType<typeof describeMachine>} MachineRecord */

/** @param {string} root the repository */
export function describeMachine(root) {
  const manifestPath = join(root, "wasm-pkg", "manifest.json");
  /** @type {Record<string, { contentHash: string, compiler: string, builds: { kind: string, sha256: string }[] }>} */
  const engines = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, "utf8")).engines : {};
  const engine = engines.statevector;
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${release()}`,
    /** Over the last minute; above the threads in use, other work disturbed the run. */
    loadAverage: loadavg()[0] ?? 0,
    node: process.version,
    rustc: output("rustc", ["--version"], root),
    rustFlags: process.env.RUSTFLAGS ?? "",
    commit: output("git", ["rev-parse", "--short=12", "HEAD"], root),
    isDirty: output("git", ["status", "--porcelain", "--", "crates", "ts", "wasm-pkg", "bench"], root) !== "",
    contentHash: engine?.contentHash ?? null,
    wasmCompiler: engine?.compiler ?? null,
    wasmBuilds: engine?.builds.map(({ kind, sha256 }) => ({ kind, sha256 })) ?? [],
  };
}
