// `node bench/inference.mjs [--rounds N] [--native]`: one network in the caller's own thread, beside onnxruntime: microseconds for one
// state, from and into arrays of JavaScript, and for all 256 at once. Each answer is checked before its time counts.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadEngines } from "ketflow/engines";
import { describeMachine } from "./machine.mjs";
import { ROOT } from "./subjects/subjects.mjs";

/**
 * @typedef {object} Runner
 * @property {string} name
 * @property {(states: Float32Array, outputs: Float32Array) => void | Promise<void>} answer
 * @property {(() => void | Promise<void>) | undefined} [close]
 */

const FOLDER = join(ROOT, "bench/workloads");
const { input, answer } = JSON.parse(readFileSync(join(FOLDER, "qnet-router.json"), "utf8"));
const source = readFileSync(join(FOLDER, input.file), "utf8");
const document = JSON.parse(source);
const [count, width] = document.states.shape;
const states = new Float32Array(new Uint8Array(Buffer.from(document.states.base64, "base64")).buffer);
const actions = document.layers.at(-1).advantage.bias.shape[0];
/** Two operations for each weight. */
const operations = document.layers
  .flatMap((/** @type {any} */ layer) => [layer, layer.value, layer.advantage])
  .reduce((/** @type {number} */ sum, /** @type {any} */ part) => {
    const [outputs, inputs] = part?.weights?.shape ?? [0, 0];
    return sum + 2 * outputs * inputs;
  }, 0);
const model = readFileSync(join(FOLDER, input.file.replace(".net.json", ".onnx")));

/** @returns {Promise<Runner>} */
async function ours() {
  const engines = await loadEngines({ threads: 1 });
  const network = await engines.network.load(source);
  const evaluator = await network.evaluator(count);
  const run = (/** @type {Float32Array} */ given, /** @type {Float32Array} */ outputs) => {
    evaluator.evaluate(given, outputs);
  };
  return { name: "ketflow, WASM", answer: run, close: () => engines.close() };
}

/** @param {string} name @returns {Promise<Runner>} */
async function onnxruntime(name) {
  const require = createRequire(join(ROOT, "bench/subjects/peers/npm/package.json"));
  const ort = require(name);
  const { version } = JSON.parse(
    readFileSync(join(ROOT, `bench/subjects/peers/npm/node_modules/${name}/package.json`), "utf8"),
  );
  if (name === "onnxruntime-web") ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return {
    name: `${name} ${version}`,
    answer: async (given, outputs) => {
      const { q } = await session.run({ states: new ort.Tensor("float32", given, [given.length / width, width]) });
      outputs.set(q.data);
    },
  };
}

/** @param {Runner} runner @throws {Error} when an output is further from numpy's than 1e-5 of the largest */
async function check({ name, answer: run }) {
  const outputs = new Float32Array(count * actions);
  await run(states, outputs);
  const all = answer.outputs.flat();
  const scale = Math.max(1, ...all.map(Math.abs));
  const error = Math.max(
    ...all.map((/** @type {number} */ value, /** @type {number} */ k) => Math.abs(value - (outputs[k] ?? 9))),
  );
  if (!(error <= 1e-5 * scale)) throw new Error(`${name} is ${error} away from numpy's outputs`);
  const one = new Float32Array(actions);
  await run(states.subarray(0, width), one);
  const apart = Math.max(...one.map((value, k) => Math.abs(value - (outputs[k] ?? 9))));
  if (!(apart <= 1e-5 * scale)) throw new Error(`${name} answers one state otherwise than a batch, by ${apart}`);
  return error / scale;
}

const { values: flags } = parseArgs({
  options: { rounds: { type: "string", default: "300" }, native: { type: "boolean", default: false } },
});
const rounds = Number(flags.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error("--rounds is a number above 0");

const runners = [await ours(), await onnxruntime("onnxruntime-web"), await onnxruntime("onnxruntime-node")];
const rows = [];
for (const runner of runners) rows.push({ runner, error: await check(runner), one: [0], all: [0] });
const single = Array.from({ length: count }, (_, k) => states.slice(k * width, (k + 1) * width));
const [one, all] = [new Float32Array(actions), new Float32Array(count * actions)];
// As many rounds before the clock counts: JavaScript engines compile what they have seen often.
for (let round = -rounds; round < rounds; round++) {
  for (const row of rows) {
    let startMs = performance.now();
    // Another state each time: what a processor has learned about one does not help with the next.
    for (const state of single) {
      const pending = row.runner.answer(state, one);
      if (pending !== undefined) await pending;
    }
    const oneUs = ((performance.now() - startMs) * 1000) / count;
    startMs = performance.now();
    await row.runner.answer(states, all);
    const allUs = (performance.now() - startMs) * 1000;
    if (round >= 0) [row.one[round], row.all[round]] = [oneUs, allUs];
  }
}
for (const { runner } of rows) await runner.close?.();

const { cpu, cores, node, commit, loadAverage } = describeMachine(ROOT);
console.log(
  `${cpu}, ${cores} cores (load ${loadAverage.toFixed(1)}), Node ${node}, commit ${commit}, ${rounds} rounds\n`,
);
console.log(
  `| 64-128-128-8, one thread | one state µs: fastest | median | ${count} states µs: fastest | median | GFLOP/s | error |`,
);
console.log("|---|---:|---:|---:|---:|---:|---:|");
/** @param {number} value @param {number} digits */
const shown = (value, digits) => (Number.isNaN(value) ? "–" : value.toFixed(digits));
/** @param {number[]} times */
const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
/** @param {string} name @param {number[]} times */
const line = (name, [one = 0, oneMedian = 0, all = 0, allMedian = 0], error = "") =>
  `| ${name} | ${one.toFixed(2)} | ${shown(oneMedian, 2)} | ${all.toFixed(0)} | ${shown(allMedian, 0)} | ${((count * operations) / all / 1e3).toFixed(1)} | ${error} |`;
for (const { runner, one, all, error } of rows) {
  console.log(
    line(runner.name, [Math.min(...one), median(one), Math.min(...all), median(all)], error.toExponential(1)),
  );
}
if (flags.native) {
  const command = `run --release --quiet --locked -p ketflow-qnet --example measure_networks -- ${join(FOLDER, input.file)} ${rounds}`;
  const { oneUs, allUs } = JSON.parse(execFileSync("cargo", command.split(" "), { cwd: ROOT, encoding: "utf8" }));
  console.log(line("ketflow, native", [oneUs, Number.NaN, allUs, Number.NaN]));
}
