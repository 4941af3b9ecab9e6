// The builds and JavaScript engines whose results must be the same bytes.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startChromium } from "./chromium-subject.mjs";
import { Subject } from "./subject.mjs";
import { ROOT } from "./subjects/subjects.mjs";

/**
 * @typedef {object} Column
 * @property {(request: import("./subject.mjs").RunRequest, wantResult: false) => Promise<{ resultHash?: string, fewerThreads?: string }>} run
 * @property {() => unknown} close
 */

/** Why a subject is not there. */
export class Skip extends Error {
  /** @param {string} message @param {boolean} isOfMachine whether nothing that one could install would help */
  constructor(message, isOfMachine = false) {
    super(message);
    this.isOfMachine = isOfMachine;
  }
}

/** JavaScriptCore: with V8 in Node and Chromium the second implementation of WebAssembly that runs the packages as they are. */
const BUN = "bun@1.4.5";

/**
 * Levels of the x86-64 ABI: the compiler vectorises with their registers, and the engines that choose at run time are held to them.
 * None of them may contract a·b + c.
 */
const LEVELS = new Map([
  ["native", { cpu: "x86-64", flag: "sse2", lanes: "baseline" }],
  ["native-avx2", { cpu: "x86-64-v3", flag: "avx2", lanes: "avx2" }],
  ["native-avx512", { cpu: "x86-64-v4", flag: "avx512vl", lanes: "avx512" }],
]);

export const SUBJECT_NAMES = ["node", "chromium", "bun", ...LEVELS.keys()];

/** @param {string} name of {@link SUBJECT_NAMES} @returns {Promise<Column>} @throws {Skip} */
export async function columnsOf(name) {
  if (name === "node") return new Subject(name, process.execPath, ["bench/subjects/wasm-process.mjs"], ROOT);
  if (name === "chromium") {
    const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
    if (!existsSync(path)) throw new Skip(`there is no ${path}; install Chromium or set CHROMIUM_PATH`);
    return startChromium(ROOT);
  }
  if (name === "bun") return new Subject(name, bunPath(), ["bench/subjects/wasm-process.mjs"], ROOT);
  return startNative(name);
}

function bunPath() {
  try {
    const output = execFileSync("npx", ["--yes", "-p", BUN, "which", "bun"], { encoding: "utf8", stdio: "pipe" });
    return output.trim().split("\n").pop() ?? "";
  } catch {
    throw new Skip(`npx could not install ${BUN}`);
  }
}

/** @param {string} name */
function startNative(name) {
  const { cpu, flag, lanes } = LEVELS.get(name) ?? { cpu: "", flag: "", lanes: "" };
  if (process.arch !== "x64") throw new Skip("the levels are those of x86-64", true);
  const flags = new Set(/^flags\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" "));
  if (!flags.has(flag)) throw new Skip(`this processor has no ${flag}`, true);
  const target = join(ROOT, "target", name);
  // Without link-time optimisation and with many units a build takes a third of the time; what is compared is the arithmetic.
  const quick = { CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16" };
  const env = { ...process.env, ...quick, RUSTFLAGS: `-Ctarget-cpu=${cpu}`, CARGO_TARGET_DIR: target };
  try {
    const args = ["build", "--release", "--locked", "-p", "ketflow-bench"];
    execFileSync("cargo", args, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  } catch {
    throw new Skip("cargo could not build it");
  }
  return new Subject(name, "env", [`KETFLOW_LANES=${lanes}`, join(target, "release", "ketflow-bench")], ROOT);
}
