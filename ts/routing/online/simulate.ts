import { eventWords, uniform } from "../../core/philox.ts";
import type { RoutingExample } from "../models/example.ts";
import { type ModelRouter, predictFrom, type TaskPrediction } from "../models/model-router.ts";
import { shuffled } from "../models/task-classifier.ts";
import { OnlineLearner } from "./online-learner.ts";

/** Top word of Philox's counter: which model a simulated decision draws; index = request, event = run. Never used for anything else. */
const DRAW_PURPOSE = 50;
/** Event of the draw that orders the requests of a run. */
const ORDER_EVENT = 2_000_000;

/** One request as it came: what is logged of it. */
export interface SimulatedRequest {
  readonly example: RoutingExample;
  readonly prediction: TaskPrediction;
  readonly chances: Float64Array;
  readonly model: number;
}

/**
 * Sends every example once, in an order that the run decides, through a fresh learner, which sees the quality of the answer that it
 * chose and of no other.
 *
 * @param run of many with one seed
 */
export function simulate(
  router: ModelRouter,
  examples: readonly RoutingExample[],
  seed: number,
  run: number,
): SimulatedRequest[] {
  const learner = new OnlineLearner(router.bias.subarray(router.tasks.length), router.tasks.length);
  return Array.from(shuffled(examples.length, seed, ORDER_EVENT + run), (row, index) => {
    const example = examples[row] as RoutingExample;
    const prediction = predictFrom(router, example.features, example.prompt.length);
    const { chances } = learner.decide(prediction);
    const model = drawFrom(chances, uniform(eventWords(seed, DRAW_PURPOSE, index, run)));
    learner.learn({
      ...learner.evidence(prediction, model),
      model,
      chance: chances[model] ?? 1,
      quality: example.quality[model] ?? 0,
    });
    return { example, prediction, chances, model };
  });
}

/** How a learner did against always the same model: the best one, as it is known afterwards. */
export interface SimulatedCurve {
  /** Place of that model. */
  readonly best: number;
  /** After each request: the learner's expected quality less that model's, meaned over all requests so far and over the runs. */
  readonly curve: Float64Array;
}

/** @param runs at least one; all with as many models */
export function curveOf(runs: readonly (readonly SimulatedRequest[])[]): SimulatedCurve {
  const sums = new Float64Array(runs[0]?.[0]?.chances.length ?? 0);
  for (const run of runs) {
    for (const { example } of run)
      for (let k = 0; k < sums.length; k++) sums[k] = (sums[k] ?? 0) + (example.quality[k] ?? 0);
  }
  const best = sums.indexOf(Math.max(...sums));
  const curve = new Float64Array(Math.min(...runs.map(({ length }) => length)));
  for (const run of runs) {
    let gained = 0;
    for (let n = 0; n < curve.length; n++) {
      const { example, chances } = run[n] as SimulatedRequest;
      for (let k = 0; k < sums.length; k++) gained += (chances[k] ?? 0) * (example.quality[k] ?? 0);
      gained -= example.quality[best] ?? 0;
      curve[n] = (curve[n] ?? 0) + gained / (n + 1) / runs.length;
    }
  }
  return { best, curve };
}

/** @param at uniform on [0, 1) */
export function drawFrom(chances: Float64Array, at: number): number {
  let rest = at;
  let last = 0;
  for (let k = 0; k < chances.length; k++) {
    const chance = chances[k] ?? 0;
    if (chance <= 0) continue;
    if (rest < chance) return k;
    rest -= chance;
    last = k;
  }
  return last; // the sum is a rounding error below 1
}
