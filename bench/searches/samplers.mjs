// Who searches, and with which settings: ours by method, the peers with a grid of which the best is shown.
import { resolve } from "node:path";
import { toAnnealResult } from "ketflow/engines";
import { Subject } from "../subject.mjs";
import { preparePeers, versionOf } from "../subjects/peers.mjs";
import { ROOT, SUBJECTS } from "../subjects/subjects.mjs";
import { TIME_LIMIT_MS, targetEnergy } from "./instances.mjs";

/** @typedef {import("./instances.mjs").LoadedInstance} LoadedInstance */
/**
 * @typedef {object} Setting
 * @property {string} label
 * @property {object} options besides seed and sense
 * @property {"read" | "call" | "target"} trial what cannot be had less of: one read of many in a call, a whole call, or a call that
 *   ends with the target
 * @property {number} [updates] of spins in a call, where that says anything
 */
/**
 * @typedef {object} Sampler
 * @property {string} name
 * @property {boolean} isPeer
 * @property {() => string} about
 * @property {() => void} prepare
 * @property {() => Subject} start
 * @property {(instance: LoadedInstance) => readonly Setting[]} settings
 * @property {(reply: import("../subject.mjs").RunReply) => { samples: string[], updates?: number }} read
 */

/** A run that has not reached its target by then has missed it. */
export const MISSED_AFTER_MS = 5000;
const METHODS = /** @type {const} */ (["auto", "anneal", "temper", "tabu"]);

/** Long reads for long searches: one default for all models. @type {Record<(typeof METHODS)[number], object>} */
const LENGTHS = {
  auto: { reads: 20_000, sweeps: 1000 },
  anneal: { reads: 20_000, sweeps: 1000 },
  temper: { reads: 20, sweeps: 1_000_000 },
  tabu: { reads: 20, sweeps: 100_000_000 },
};

/** @param {"wasm"} name @returns {Sampler} */
function ours(name) {
  const entry = SUBJECTS.get(name);
  if (entry === undefined) throw new Error(`there is no subject ${name}`);
  return {
    ...{ name, isPeer: false, about: () => entry.about(ROOT), prepare: () => entry.prepare(ROOT) },
    start: () => entry.start(ROOT),
    settings: (instance) =>
      METHODS.map((method) => {
        const ends =
          instance.measure === "time"
            ? { timeLimitMs: TIME_LIMIT_MS }
            : { timeLimitMs: MISSED_AFTER_MS, targetEnergy: targetEnergy(instance) };
        return { label: method, trial: "target", options: { method, ...LENGTHS[method], ...ends, maxSamples: 1 } };
      }),
    read: ({ container = "" }) => {
      const { best, work } = toAnnealResult(new Uint8Array(Buffer.from(container, "base64")));
      return { samples: [best.sample.map((value) => (value > 0 ? "1" : "0")).join("")], updates: work.sweeps };
    },
  };
}

/**
 * @param {string} name as in annealing.py @param {string} distribution on PyPI @param {string} about
 * @param {(instance: LoadedInstance) => readonly Setting[]} settings
 * @returns {Sampler}
 */
function peer(name, distribution, about, settings) {
  return {
    ...{ name, isPeer: true, settings, about: () => `${about}, version ${versionOf(ROOT, distribution)}` },
    prepare: () => preparePeers(ROOT, distribution),
    start: () => {
      const { command, environment } = preparePeers(ROOT, distribution);
      return new Subject(name, command, [resolve(ROOT, "bench/subjects/peers/annealing.py"), name], ROOT, environment);
    },
    read: ({ reads = [] }) => ({ samples: reads }),
  };
}

/** @param {readonly number[]} counts @param {number} reads @returns {(instance: LoadedInstance) => Setting[]} */
const bySweeps = (counts, reads) => (instance) => {
  return counts.map((sweeps) => ({
    ...{ label: `${sweeps} sweeps`, trial: /** @type {const} */ ("read"), options: { reads, sweeps } },
    ...{ updates: reads * sweeps * instance.size },
  }));
};

/** Numbers of sweeps from too few to too many for each kind of instance. @param {LoadedInstance} instance */
function sweepsFor({ format, measure }) {
  if (measure === "time") return [1000, 10_000, 50_000];
  return format === "bqp" ? [30, 100, 300, 1000] : [1000, 2000, 5000, 10_000];
}

/** @type {readonly Sampler[]} */
export const SAMPLERS = [
  ours("wasm"),
  peer("dwave-sa", "dwave-samplers", "SimulatedAnnealingSampler of dwave-samplers", (instance) => {
    return bySweeps(sweepsFor(instance), instance.measure === "time" ? 1 : 8)(instance);
  }),
  peer("dwave-tabu", "dwave-samplers", "TabuSampler of dwave-samplers", () => [
    { label: "default", trial: "target", options: {} },
    { label: "short restarts", trial: "target", options: { coefficient_z_first: 100, lower_bound_z: 2500 } },
    { label: "longer restarts", trial: "target", options: { coefficient_z_first: 1000, lower_bound_z: 50_000 } },
  ]),
  peer("openjij", "openjij", "SASampler of OpenJij", (instance) => {
    return bySweeps(sweepsFor(instance), instance.measure === "time" ? 1 : 8)(instance);
  }),
  peer("bifurcation", "simulated-bifurcation", "simulated-bifurcation, one thread", ({ measure }) =>
    ["ballistic", "discrete"].map((mode) => {
      const [agents, steps] = measure === "time" ? [32, 2000] : [16, 1000];
      return { label: `${mode}, ${agents} agents`, trial: "call", options: { mode, agents, steps } };
    }),
  ),
];
