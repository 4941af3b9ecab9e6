// What is measured. A subject is one more entry here, with a process that speaks the protocol of docs/benchmarks.md.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Subject } from "../subject.mjs";
import { PEERS } from "./peers.mjs";

/** @typedef {import("../workload.mjs").LoadedWorkload} LoadedWorkload */
/** @typedef {import("../workload.mjs").Precision} Precision */
/**
 * @typedef {object} SubjectEntry
 * @property {string} name
 * @property {(root: string) => string} about what runs, with its version where that is not ours
 * @property {boolean} makesContainer all subjects that do must agree on its hash
 * @property {boolean} isPeer whether it is somebody else's
 * @property {(own: number, precision: Precision) => number} tolerance of its exact answers; `own` is that of the row
 * @property {(root: string) => void} prepare builds what is needed; throws where it cannot
 * @property {(root: string) => Subject} start
 * @property {(workload: LoadedWorkload, precision: Precision | null, threads: number) => string | undefined} skips the reason not to run it
 */

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BINARY = "target/release/ketflow-bench";
/** Largest circuit for the naive twin: below a second there, most of a minute for the rounds of a row at the next size. */
const NAIVE_QUBITS = 16;

/** @param {string} root */
function buildBinary(root) {
  try {
    execFileSync("cargo", ["build", "--release", "--locked", "-p", "ketflow-bench"], { cwd: root, stdio: "inherit" });
  } catch (cause) {
    throw new Error("the native subject needs cargo and a build that succeeds; leave out --native otherwise", {
      cause,
    });
  }
}

/** @type {SubjectEntry} */
const wasm = {
  name: "wasm",
  about: () => "ketflow/engines in Node, simd128",
  makesContainer: true,
  isPeer: false,
  tolerance: (own) => own,
  prepare: () => {},
  start: (root) => new Subject("wasm", process.execPath, ["bench/subjects/wasm-process.mjs"], root),
  skips: () => undefined,
};

/** @type {SubjectEntry} */
const native = {
  name: "native",
  about: () => "the same crates compiled for this machine's default target",
  makesContainer: true,
  isPeer: false,
  tolerance: (own) => own,
  prepare: buildBinary,
  start: (root) => new Subject("native", BINARY, [], root),
  skips: () => undefined,
};

/** @type {SubjectEntry} */
const naive = {
  name: "naive",
  about: () => "the naive twin: the definition, written to be read and not to be fast",
  makesContainer: false,
  isPeer: false,
  tolerance: (own) => own,
  prepare: buildBinary,
  start: (root) => new Subject("naive", BINARY, ["--naive"], root),
  skips: (workload, precision, threads) => {
    if (workload.kind !== "circuit") return "it is the definition of circuits";
    const { qubits, options, answer } = workload;
    if (threads > 1) return "it is for one thread";
    if (precision === "f32") return "it calculates in f64 only";
    if (options.gradient === true) return "it does not derive";
    if (options.noise !== undefined || answer.counts !== undefined) return "it does not sample";
    return qubits > NAIVE_QUBITS ? `${qubits} qubits would take most of a minute` : undefined;
  },
};

/** @type {ReadonlyMap<string, SubjectEntry>} */
export const SUBJECTS = new Map([wasm, native, naive, ...PEERS].map((subject) => [subject.name, subject]));
