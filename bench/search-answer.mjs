// The answers of searches and networks. What a search found is checked against its source by a few plain lines that share nothing
// with the engine: the energy of a sample, the rules of a schedule.

/** @param {string} text @returns {number[][]} rows of whole numbers */
const rowsOf = (text) =>
  text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));

/**
 * @param {import("./answer-schemas.mjs").AnnealAnswer} answer
 * @param {string} source of format `coo`
 * @param {import("ketflow/engines").AnnealResult} result
 * @returns {string[]} what is wrong; empty when the answer is right
 */
export function annealFaults({ optimum, within }, source, { best, samples }) {
  const isSpin = source.startsWith("# vartype=SPIN");
  const terms = rowsOf(source.slice(source.indexOf("\n")));
  /** @type {string[]} */ const found = [];
  for (const { energy, sample } of samples) {
    if (sample.some((value) => value !== 1 && value !== (isSpin ? -1 : 0))) found.push("a sample has other values");
    const value = (/** @type {number} */ k) => sample[k] ?? Number.NaN;
    const actual = terms.reduce((sum, [i = 0, j = 0, b = 0]) => sum + b * value(i) * (i === j ? 1 : value(j)), 0);
    if (actual !== energy) found.push(`a sample of energy ${actual} is said to have ${energy}`);
  }
  if (best.energy !== samples[0]?.energy) found.push("the best sample is not the first");
  if (!(best.energy >= optimum && best.energy <= optimum + within)) {
    found.push(`the best energy is ${best.energy}, expected ${optimum} to ${optimum + within}`);
  }
  return found;
}

/**
 * @typedef {object} Task
 * @property {number} duration
 * @property {number[]} after indices
 * @property {number[]} demands by resource
 */

/** @param {string} source @returns {{ tasks: Task[], capacities: number[] }} a machine is a resource of capacity 1 */
function readShop(source) {
  const [[jobs = 0, machines = 0] = [], ...rows] = rowsOf(source);
  /** @type {Task[]} */ const tasks = [];
  for (let job = 0; job < jobs; job++) {
    for (let k = 0; k < machines; k++) {
      const [machine = 0, duration = 0] = rows[job]?.slice(2 * k, 2 * k + 2) ?? [];
      const demands = Array.from({ length: machines }, (_, index) => (index === machine ? 1 : 0));
      tasks.push({ duration, after: k === 0 ? [] : [tasks.length - 1], demands });
    }
  }
  return { tasks, capacities: Array.from({ length: machines }, () => 1) };
}

/** @param {string} source @returns {{ tasks: Task[], capacities: number[] }} */
function readProject(source) {
  const [[count = 0, resources = 0] = [], capacities = [], ...rows] = rowsOf(source);
  /** @type {Task[]} */
  const tasks = rows.slice(0, count).map(([duration = 0, ...rest]) => ({
    ...{ duration, after: [], demands: rest.slice(0, resources) },
  }));
  for (const [index, row] of rows.entries()) {
    for (const successor of row.slice(resources + 2)) tasks[successor - 1]?.after.push(index);
  }
  return { tasks, capacities };
}

/**
 * @param {import("./answer-schemas.mjs").ScheduleAnswer} answer
 * @param {{ format: string, source: string }} input `jsp` or `rcp`
 * @param {import("ketflow/engines").ScheduleResult} result
 * @returns {string[]}
 */
export function scheduleFaults({ makespan: { atLeast, atMost } }, { format, source }, result) {
  const { tasks, capacities } = format === "jsp" ? readShop(source) : readProject(source);
  const { tasks: placed, makespan, lowerBound } = result;
  /** @type {string[]} */ const found = [];
  if (placed.length !== tasks.length) return [`${placed.length} tasks are placed, expected ${tasks.length}`];
  const ends = placed.map(({ end }) => end);
  for (const [k, { duration, after }] of tasks.entries()) {
    const { id, start, end } = placed[k] ?? { id: "", start: Number.NaN, end: Number.NaN };
    if (end - start !== duration) found.push(`task ${id} takes ${end - start}, expected ${duration}`);
    if (after.some((other) => !((ends[other] ?? Number.NaN) <= start))) found.push(`task ${id} starts too early`);
  }
  for (const [resource, capacity] of capacities.entries()) {
    // Use changes for the worse at starts only.
    for (const { start: moment } of placed) {
      const used = placed.reduce((sum, { start, end }, k) => {
        return start <= moment && moment < end ? sum + (tasks[k]?.demands[resource] ?? 0) : sum;
      }, 0);
      if (used > capacity) found.push(`resource ${resource} gives ${used} of ${capacity} at ${moment}`);
    }
  }
  if (Math.max(...ends) !== makespan) found.push(`the last end is ${Math.max(...ends)}, the makespan ${makespan}`);
  if (!(lowerBound <= makespan)) found.push(`the makespan ${makespan} is below the bound ${lowerBound}`);
  if (lowerBound > atMost) found.push(`the bound ${lowerBound} is above a schedule of ${atMost}`);
  if (!(makespan >= atLeast && makespan <= atMost)) {
    found.push(`the makespan is ${makespan}, expected ${atLeast} to ${atMost}`);
  }
  return found;
}

/**
 * @param {import("./answer-schemas.mjs").InferAnswer} answer
 * @param {import("ketflow/engines").InferResult} result
 * @returns {string[]}
 */
export function inferFaults({ tolerance, outputs, means, argmax }, result) {
  /** @type {string[]} */ const found = [];
  /** @param {string} what @param {number | undefined} actual @param {number} expected */
  const near = (what, actual, expected) => {
    // Written so that NaN and a missing value are faults.
    if (actual !== undefined && Math.abs(actual - expected) <= tolerance) return;
    found.push(`${what} is ${actual}, expected ${expected} ± ${tolerance}`);
  };
  if (result.outputs.length !== argmax.length) found.push(`${result.outputs.length} states, expected ${argmax.length}`);
  for (const [state, row] of outputs.entries()) {
    for (const [k, expected] of row.entries()) {
      near(`output ${k} of state ${state}`, result.outputs[state]?.[k], expected);
    }
  }
  for (const [k, expected] of means.entries()) {
    const sum = result.outputs.reduce((total, row) => total + (row[k] ?? Number.NaN), 0);
    near(`the mean of output ${k}`, sum / result.outputs.length, expected);
  }
  for (const [state, expected] of argmax.entries()) {
    if (expected >= 0 && result.argmax[state] !== expected) {
      found.push(`the largest output of state ${state} is ${result.argmax[state]}, expected ${expected}`);
    }
  }
  return found;
}
