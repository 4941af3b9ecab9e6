// `npm run bench:hashes -- …`: the result hash of every workload in every build and number of threads, as one table; exit code 1
// when two of a row differ. Answers are not checked here (see run.mjs): equal and wrong would be as equal.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startChromium } from "./chromium-subject.mjs";
import { Subject } from "./subject.mjs";
import { ROOT } from "./subjects/subjects.mjs";
import { loadWorkload, workloadFiles } from "./workload.mjs";

const USAGE = `usage: npm run bench:hashes -- [options]
  --native           the native builds too: baseline, AVX2 and AVX-512 where this processor has them (needs cargo)
  --chromium         Chromium too (CHROMIUM_PATH, else /usr/bin/chromium)
  --wasmtime PYTHON  the engine compiled for WASI, in the package wasmtime of that Python (needs cargo and target wasm32-wasip1)
  --max-qubits N     workloads of at most N qubits, default 22
  --threads N,…      numbers of threads, default 1,2`;

/** Levels of the x86-64 ABI; the compiler then vectorises with their registers. None of them may contract a·b + c. */
const LEVELS = [
  { name: "native", cpu: "x86-64", flag: "sse2" },
  { name: "avx2", cpu: "x86-64-v3", flag: "avx2" },
  { name: "avx512", cpu: "x86-64-v4", flag: "avx512vl" },
];

/** @typedef {Pick<Subject, "run" | "close"> | Awaited<ReturnType<typeof startChromium>>} Column */

/** @param {string[]} args @param {string} rustflags @param {string} folder */
function cargo(args, rustflags, folder) {
  const env = { ...process.env, RUSTFLAGS: rustflags, CARGO_TARGET_DIR: join(ROOT, "target", folder) };
  const command = ["build", "--release", "--locked", "-p", "ketflow-bench", ...args];
  execFileSync("cargo", command, { cwd: ROOT, env, stdio: ["ignore", "ignore", "inherit"] });
  return env.CARGO_TARGET_DIR;
}

/** @param {(name: string, subject: Column, canShare?: boolean) => void} add */
function addNative(add) {
  const flags = new Set(/^flags\s*: (.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" "));
  for (const { name, cpu, flag } of LEVELS) {
    if (!flags.has(flag)) {
      console.error(`${name}: left out, this processor has no ${flag}`);
      continue;
    }
    const folder = cargo([], `-Ctarget-cpu=${cpu}`, name);
    add(name, new Subject(name, join(folder, "release", "ketflow-bench"), [], ROOT));
  }
}

/** @param {readonly string[]} args */
async function main(args) {
  const { values: flags } = parseArgs({
    args: [...args],
    options: {
      native: { type: "boolean", default: false },
      chromium: { type: "boolean", default: false },
      wasmtime: { type: "string" },
      "max-qubits": { type: "string", default: "22" },
      threads: { type: "string", default: "1,2" },
      help: { type: "boolean", default: false },
    },
  });
  if (flags.help) return console.log(USAGE);
  const counts = flags.threads.split(",").map(Number);
  const maxQubits = Number(flags["max-qubits"]);
  if (!counts.every((count) => Number.isInteger(count) && count > 0) || !(maxQubits > 0)) throw new Error(USAGE);
  /** @type {{ name: string, threads: number, subject: Column }[]} */ const columns = [];
  /** @param {string} name @param {Column} subject */
  const add = (name, subject, canShare = true) => {
    for (const threads of canShare ? counts : [1]) columns.push({ name: `${name}/${threads}`, threads, subject });
  };
  add("node", new Subject("node", process.execPath, ["bench/subjects/wasm-process.mjs"], ROOT));
  if (flags.chromium) add("chromium", await startChromium(ROOT));
  if (flags.wasmtime !== undefined) {
    const folder = cargo(["--target", "wasm32-wasip1"], "-Ctarget-feature=+simd128", "wasi");
    const file = join(folder, "wasm32-wasip1", "release", "ketflow-bench.wasm");
    add("wasmtime", new Subject("wasmtime", flags.wasmtime, ["bench/subjects/wasmtime-process.py", file], ROOT), false);
  }
  if (flags.native) addNative(add);
  let differing = 0;
  console.log(["workload".padEnd(20), ...columns.map(({ name }) => name.padEnd(12))].join(" "));
  for (const workload of workloadFiles().map(loadWorkload)) {
    if (workload.qubits > maxQubits) continue;
    for (const precision of /** @type {(keyof typeof workload.precisions)[]} */ (Object.keys(workload.precisions))) {
      const { input, options, seed } = workload;
      /** @type {string[]} */ const hashes = [];
      for (const { threads, subject } of columns) {
        const reply = await subject.run({ ...input, options: { ...options, precision, seed, threads } }, false);
        hashes.push(reply.resultHash ?? "none");
      }
      const isSame = new Set(hashes).size === 1;
      differing += isSame ? 0 : 1;
      const cells = hashes.map((hash) => hash.slice(0, 12).padEnd(12));
      console.log([`${workload.name}-${precision}`.padEnd(20), ...cells, isSame ? "" : "DIFFER"].join(" ").trimEnd());
    }
  }
  for (const subject of new Set(columns.map((column) => column.subject))) await subject.close();
  console.log(differing === 0 ? "one value in every row" : `${differing} rows differ`);
  process.exitCode = differing === 0 ? 0 : 1;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
});
