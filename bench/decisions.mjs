// `node bench/decisions.mjs DATA [--rounds 5]`: how long one routing decision takes for prompts of 400 to 600 characters, without and
// with the online learner, in turns. DATA as `ketflow route fit` reads it; half of it is learned from, in a thread of its own: where a
// fit has run, its code is compiled for the types of both, and a decision of RouteLLM takes 8 µs more than in a service.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { choose, fitModelRouter, predict } from "../dist/routing/models/model-router.js";
import { readRoutingData } from "../dist/routing/models/read-routing-data.js";
import { readRouter, writeRouter } from "../dist/routing/models/router-snapshot.js";
import { OnlineLearner } from "../dist/routing/online/online-learner.js";
import { drawFrom } from "../dist/routing/online/simulate.js";
import { describeMachine } from "./machine.mjs";
import { ROOT } from "./subjects/subjects.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
const bytes = readFileSync(positionals[0] ?? workerData);
const { models, examples, costUnit } = readRoutingData((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString());
if (!isMainThread) {
  const learned = examples.filter((_, row) => row % 2 === 0);
  parentPort?.postMessage(writeRouter(fitModelRouter(models, learned, 0), costUnit).text);
  process.exit();
}
/** @type {string} */
const snapshot = await new Promise((resolve, reject) => {
  new Worker(new URL(import.meta.url), { workerData: positionals[0] ?? "" })
    .once("message", resolve)
    .once("error", reject);
});
const { router } = readRouter(snapshot);
const learner = new OnlineLearner(router.bias.subarray(router.tasks.length), router.tasks.length);
/** @typedef {(typeof examples)[number]} Example */
const asked = examples.filter(({ prompt }, row) => row % 2 === 1 && prompt.length >= 400 && prompt.length <= 600);
let checksum = 0;
let step = 0;

/** @type {Record<string, (example: Example) => void>} */
const SUBJECTS = {
  "offline fit": ({ prompt }) => {
    checksum += choose(predict(router, prompt), 0);
  },
  "online learner": ({ prompt, quality }) => {
    const prediction = predict(router, prompt);
    const { chances } = learner.decide(prediction);
    const model = drawFrom(chances, (step++ * 0.618034) % 1);
    checksum += model;
    if (step % 10 === 0) {
      learner.learn({
        ...learner.evidence(prediction, model),
        model,
        chance: chances[model] ?? 1,
        quality: quality[model] ?? 0,
      });
    }
  },
};

console.log(JSON.stringify({ ...describeMachine(ROOT), models: models.length, tasks: router.tasks.length }));
for (const decide of Object.values(SUBJECTS)) for (let k = 0; k < 5000; k++) decide(exampleAt(k));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, decide] of Object.entries(SUBJECTS)) {
    const took = new Float64Array(20_000);
    const startedAt = performance.now();
    for (let k = 0; k < took.length; k++) {
      const before = performance.now();
      decide(exampleAt(k));
      took[k] = performance.now() - before;
    }
    const rate = took.length / ((performance.now() - startedAt) / 1000);
    took.sort();
    const at = (/** @type {number} */ share) => (1000 * (took[Math.floor(share * took.length)] ?? 0)).toFixed(0);
    console.log(`${name}: p50 ${at(0.5)} µs, p99 ${at(0.99)} µs, ${Math.round(rate)} decisions/s`);
  }
}
/** @param {number} k */
function exampleAt(k) {
  return /** @type {Example} */ (asked[k % asked.length]);
}

if (!Number.isFinite(checksum)) throw new Error("nothing was decided");
