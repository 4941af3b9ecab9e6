// Every sampler with every setting on one instance, interleaved round by round; each sample's value is computed from the file.
import { isAsGood, loadInstance, TIME_LIMIT_MS, worth } from "./instances.mjs";
import { MISSED_AFTER_MS, SAMPLERS } from "./samplers.mjs";

/** @typedef {import("./instances.mjs").LoadedInstance} LoadedInstance */
/** @typedef {{ cpuMs: number, hits: number, samples: number, best: number }} Call */
/**
 * @typedef {object} SearchRow
 * @property {"search"} type
 * @property {string} instance
 * @property {"target" | "time"} measure
 * @property {number} bestKnown
 * @property {string} sampler
 * @property {boolean} isPeer
 * @property {string} setting
 * @property {import("./samplers.mjs").Setting["trial"]} trial
 * @property {Call[]} calls in order of rounds, each with its own seed
 * @property {number} [updatesPerNs] of spins, the fastest call
 */

/**
 * Seconds of the processor to the best known value with a probability of 99 %; undefined where it was never met.
 *
 * Of trials of one length t with the probability p: t · max(1, ln 0.01 / ln(1 − p)). Of runs that end with the target: the quantile of the
 * shifted exponential distribution of their times (Aiex, Resende, Ribeiro, J. Heuristics 8, 2002), where a missed run is censored.
 * @param {Pick<SearchRow, "trial" | "calls">} row
 */
export function secondsToTarget({ trial, calls }) {
  const sum = (/** @type {(call: Call) => number} */ of) => calls.reduce((total, call) => total + of(call), 0);
  const [seconds, hits] = [
    sum(({ cpuMs }) => cpuMs) / 1000,
    sum((call) => (trial === "read" ? call.hits : Math.min(1, call.hits))),
  ];
  if (hits === 0) return undefined;
  if (trial === "target") {
    const least = Math.min(...calls.map(({ cpuMs }) => cpuMs)) / 1000;
    const rest = (seconds - calls.length * least) / Math.max(1, hits - 1);
    return Math.max(0, least - rest / calls.length) + rest * Math.log(100);
  }
  const trials = trial === "read" ? sum(({ samples }) => samples) : calls.length;
  const repeats = hits === trials ? 1 : Math.max(1, Math.log(0.01) / Math.log(1 - hits / trials));
  return (seconds / trials) * repeats;
}

/**
 * @param {LoadedInstance} instance
 * @param {readonly { sampler: import("./samplers.mjs").Sampler, subject: import("../subject.mjs").Subject }[]} started
 * @param {{ rounds: number, budgetMs: number }} limits
 * @returns {Promise<SearchRow[]>}
 */
async function measureInstance(instance, started, { rounds, budgetMs }) {
  const { measure, best: bestKnown, format, source, sense } = instance;
  const entries = started.flatMap(({ sampler, subject }) =>
    sampler.settings(instance).map((setting) => {
      const { name, isPeer } = sampler;
      /** @type {SearchRow} */
      const row = {
        ...{ type: "search", instance: instance.name, measure, bestKnown, sampler: name, isPeer },
        ...{ setting: setting.label, trial: setting.trial, calls: [] },
      };
      return { sampler, subject, setting, row };
    }),
  );
  const startMs = performance.now();
  for (let round = 0; round < rounds && (round < 3 || performance.now() - startMs < budgetMs); round++) {
    for (let turn = 0; turn < entries.length; turn++) {
      const entry = entries[(round + turn) % entries.length];
      if (entry === undefined) continue;
      const { sampler, subject, setting, row } = entry;
      const shared = { sense, seed: 1 + round };
      const limitMs = measure === "time" ? TIME_LIMIT_MS : MISSED_AFTER_MS;
      const peers = { target: bestKnown, limitMs, isTrial: measure === "target" };
      const options = { ...setting.options, ...shared, ...(sampler.isPeer && peers) };
      const ask = { type: /** @type {const} */ ("anneal"), format, source, options };
      if (round === 0 && measure === "target") await subject.run(ask, true); // warms up
      const reply = await subject.run(ask, true);
      const { samples, updates } = sampler.read(reply);
      const values = samples.map((sample) => worth(instance, sample));
      const best = values.reduce((one, other) => (isAsGood(instance, one, other) ? one : other));
      const hits = values.filter((value) => isAsGood(instance, value, bestKnown)).length;
      const { cpuMs = Number.NaN } = reply;
      row.calls.push({ cpuMs, hits, samples: samples.length, best });
      const done = sampler.isPeer
        ? measure === "target"
          ? setting.updates
          : undefined
        : countedOf(setting.label, updates, instance);
      if (done !== undefined) row.updatesPerNs = Math.max(row.updatesPerNs ?? 0, done / (cpuMs * 1e6));
    }
  }
  return entries.map(({ row }) => row);
}

/** A sweep of tabu search is one flip, so only sweeps over all spins are counted. @param {string} method @param {number | undefined} sweeps @param {LoadedInstance} instance */
function countedOf(method, sweeps, { size }) {
  return method === "anneal" && sweeps !== undefined ? sweeps * size : undefined;
}

/**
 * @param {readonly import("./instances.mjs").Instance[]} instances @param {string} folder
 * @param {{ withPeers: boolean, rounds: number, budgetMs: number }} limits
 * @returns {Promise<object[]>} lines of the result file
 */
export async function measureSearches(instances, folder, { withPeers, rounds, budgetMs }) {
  const samplers = SAMPLERS.filter(({ isPeer }) => withPeers || !isPeer);
  /** @type {object[]} */ const lines = [];
  const loaded = instances.map((instance) => loadInstance(folder, instance));
  for (const reason of loaded) if (typeof reason === "string") lines.push({ type: "searchSkipped", reason });
  const present = loaded.filter((instance) => typeof instance !== "string");
  if (present.length === 0) return lines;
  for (const sampler of samplers) sampler.prepare();
  const started = samplers.map((sampler) => ({ sampler, subject: sampler.start() }));
  lines.push({ type: "searchers", about: Object.fromEntries(samplers.map(({ name, about }) => [name, about()])) });
  try {
    for (const instance of present) {
      const isTarget = instance.measure === "target";
      lines.push(
        ...(await measureInstance(instance, started, {
          rounds: isTarget ? 4 * rounds : Math.min(3, rounds),
          budgetMs,
        })),
      );
      console.error(`searched ${instance.name}`);
    }
  } finally {
    for (const { subject } of started) subject.close();
  }
  return lines;
}
