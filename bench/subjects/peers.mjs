// Other simulators as subjects: Python programs in an environment of their own, see bench/subjects/peers.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Subject } from "../subject.mjs";

/** @typedef {import("./subjects.mjs").SubjectEntry} SubjectEntry */

export const FOLDER = "bench/subjects/peers";
export const PYTHON = process.env.KETFLOW_PEERS_PYTHON ?? ".venv-peers/bin/python";
/** One thread, and no pinning of it to a core that another process may have. */
export const ENVIRONMENT = { OMP_NUM_THREADS: "1", OMP_PROC_BIND: "false" };
/**
 * What a peer may be wrong by in single precision, absolute: scaluq 0.2.0 sums thirty terms to within 0.024, Lightning 0.45.0 to
 * within 0.002. Their double precision is held to the tolerance of the row.
 */
const SINGLE_TOLERANCE = 0.03;

/** Those that derive, in gradients.py. */
const GRADIENTS = ["lightning", "qulacs", "scaluq"];

/**
 * Where the Python of the peers is, and what it runs with.
 * @param {string} root @param {string} distribution on PyPI
 * @throws {Error} where it is not installed
 */
export function preparePeers(root, distribution) {
  try {
    versionOf(root, distribution);
    return { command: resolve(root, PYTHON), environment: ENVIRONMENT };
  } catch (cause) {
    throw new Error(
      `the peers need Python with ${FOLDER}/requirements.txt: python3 -m venv .venv-peers && ` +
        `.venv-peers/bin/pip install -r ${FOLDER}/requirements.txt (or KETFLOW_PEERS_PYTHON=…/bin/python)`,
      { cause },
    );
  }
}

/** @param {string} root @param {string} distribution on PyPI */
export function versionOf(root, distribution) {
  const program = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))";
  return execFileSync(resolve(root, PYTHON), ["-c", program, distribution], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/**
 * @param {string} name as in simulators.py @param {string} distribution on PyPI @param {string} about
 * @param {{ precisions: readonly string[], hasNoise: boolean }} can
 * @returns {SubjectEntry}
 */
function simulator(name, distribution, about, { precisions, hasNoise }) {
  return {
    name,
    about: (root) => `${about}, version ${versionOf(root, distribution)}`,
    makesContainer: false,
    isPeer: true,
    tolerance: (own, precision) => (precision === "f32" ? Math.max(own, SINGLE_TOLERANCE) : own),
    prepare: (root) => void preparePeers(root, distribution),
    start: (root) => new Subject(name, resolve(root, PYTHON), [`${FOLDER}/circuits.py`, name], root, ENVIRONMENT),
    skips: (workload, precision, threads) => {
      if (workload.kind !== "circuit") return "it runs circuits";
      if (threads > 1) return "peers run on one thread";
      if (precision !== null && !precisions.includes(precision)) return `it has no ${precision}`;
      const { method, noise, gradient } = workload.options;
      if (method === "stabilizer" || method === "mps") return "it has amplitudes, and here are too many";
      if (noise !== undefined && !hasNoise) return "it has no noise";
      if (gradient === true && !GRADIENTS.includes(name)) return "it has no gradients, or none by one way back";
      return /\b(if|for|reset)\b/.test(workload.input.source) ? "its reader is for plain circuits" : undefined;
    },
  };
}

/**
 * One that goes beyond amplitudes, in wide.py.
 * @param {string} name @param {string} distribution @param {string} about @param {string} only why it runs no other rows
 * @param {(workload: CircuitWorkload) => boolean} takes
 * @returns {SubjectEntry}
 */
function wideSimulator(name, distribution, about, only, takes) {
  const entry = simulator(name, distribution, about, { precisions: ["f64"], hasNoise: true });
  return {
    ...entry,
    skips: (workload, precision, threads) => {
      if (workload.kind !== "circuit") return "it runs circuits";
      if (threads > 1) return "peers run on one thread";
      return precision === "f64" && takes(workload) ? undefined : only;
    },
  };
}

/** @typedef {Extract<import("../workload.mjs").LoadedWorkload, { kind: "circuit" }>} CircuitWorkload */
/** @param {CircuitWorkload} workload */
const isMps = ({ options }) => options.method === "mps";
/** @param {CircuitWorkload} workload */
const isClifford = ({ options }) => options.method === "stabilizer";
/** @param {CircuitWorkload} workload */
const hasFewOutcomes = ({ options, answer }) => options.method === "stabilizer" && answer.counts?.only !== undefined;

/**
 * A simulator from npm.
 * @param {string} name @param {string} distribution @param {number} most qubits @param {string} about
 * @returns {SubjectEntry}
 */
function npmSimulator(name, distribution, most, about) {
  const folder = `${FOLDER}/npm`;
  return {
    name,
    about: (root) => {
      const file = resolve(root, folder, "node_modules", distribution, "package.json");
      return `${about}, version ${JSON.parse(readFileSync(file, "utf8")).version}`;
    },
    makesContainer: false,
    isPeer: true,
    tolerance: (own) => own,
    prepare: (root) => {
      if (existsSync(resolve(root, folder, "node_modules", distribution))) return;
      throw new Error(`the peers from npm are not installed: npm ci --ignore-scripts --prefix ${folder}`);
    },
    start: (root) => new Subject(name, process.execPath, [`${folder}/circuits.mjs`, name], root),
    skips: (workload, precision, threads) => {
      if (
        workload.kind !== "circuit" ||
        !/^[^;]*;[^;]*;[^;]*;(\s*(U|cx|cz)\b[^;]*;)*\s*$/.test(workload.input.source)
      ) {
        return "here it runs circuits of U, cx and cz";
      }
      if (threads > 1) return "peers run on one thread";
      if (precision === "f32") return "it has no f32";
      return workload.qubits > most ? `${workload.qubits} qubits would take minutes` : undefined;
    },
  };
}

const both = ["f64", "f32"];
export const PEERS = [
  simulator("aer", "qiskit-aer", "Qiskit Aer, statevector", { precisions: both, hasNoise: true }),
  simulator("qulacs", "qulacs", "Qulacs, its fastest optimiser", { precisions: ["f64"], hasNoise: true }),
  simulator("qsim", "qsimcirq", "qsim by Cirq, its fastest size of fused gates", {
    precisions: ["f32"],
    hasNoise: true,
  }),
  simulator("lightning", "pennylane-lightning", "PennyLane Lightning", { precisions: both, hasNoise: false }),
  simulator("scaluq", "scaluq", "scaluq, its fastest optimiser", { precisions: both, hasNoise: false }),
  wideSimulator("stim", "stim", "Stim, bit-packed samples", "it runs Clifford circuits", isClifford),
  wideSimulator("quimb", "quimb", "quimb, CircuitMPS", "here it runs matrix product states", isMps),
  wideSimulator(
    "aer-mps",
    "qiskit-aer",
    "Qiskit Aer, matrix product state",
    "here it runs matrix product states",
    isMps,
  ),
  wideSimulator(
    "ddsim",
    "mqt.ddsim",
    "MQT DDSIM, decision diagrams",
    "here it runs wide circuits of few outcomes",
    hasFewOutcomes,
  ),
  npmSimulator("quantum-circuit", "quantum-circuit", 12, "quantum-circuit, plain JavaScript"),
  npmSimulator("qsharp", "qsharp-lang", 16, "Q#'s sparse simulator in WASM"),
];
