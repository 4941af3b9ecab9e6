import type { RoutingExample } from "./example.ts";
import { meanQuality } from "./neighbours.ts";
import { FEATURES, promptFeatures, type SparseVector } from "./prompt-features.ts";
import { fitRidge } from "./ridge.ts";
import { addScores, fitTasks, softmax } from "./task-classifier.ts";

/** What a prompt's answers are expected to be worth and to cost, per model. */
export interface ModelPrediction {
  quality: Float64Array;
  cost: Float64Array;
}

/** With what it was made of. */
export interface TaskPrediction extends ModelPrediction {
  /** How likely the prompt is of each of the router's tasks. */
  readonly tasks: Float64Array;
}

/** Everything that a fit gives; all of it goes into the snapshot. */
export interface ModelRouter {
  readonly models: readonly string[];
  readonly tasks: readonly string[];
  /** Per feature: the score of each task, then the weight of each model's ridge. */
  readonly weights: Float32Array;
  /** The scores of the tasks, then the mean quality of each model. */
  readonly bias: Float64Array;
  /** Per task, per model: mean quality of the task, shrunk to the model's mean, less that mean. */
  readonly taskQuality: Float64Array;
  /** Per task, per model: what the task costs beyond what its prompts' lengths say. */
  readonly taskCost: Float64Array;
  /** Per model: cost of an empty prompt and of a character. */
  readonly costLine: Float64Array;
  /** How far the task's mean and the ridge are believed, 0…1 each. */
  readonly blend: readonly [number, number];
}

const RIDGE_PENALTY = 10;
/**
 * The same for every data set: weights found on a quarter of the examples went from 0.5 to 1 between folds of one set and gained
 * nothing. They add up to 1, so where the examples have no tags the ridge is shrunk towards the models' means.
 */
const BLEND = [0.7, 0.3] as const;
/** Examples of the overall mean that are mixed into the mean of a task. */
const SHRINKAGE = 5;

/**
 * Learns which model answers which prompts well, from examples that say how each model did.
 *
 * Predicted quality = m + a · (Σ_t P(t | prompt) · q_t − m) + b · ridge(prompt), with m the model's mean, q_t its mean on task t.
 *
 * @param examples at least one
 * @param seed of the order in which the classifier sees them
 */
export function fitModelRouter(
  models: readonly string[],
  examples: readonly RoutingExample[],
  seed: number,
): ModelRouter {
  const tasks = [...new Set(examples.flatMap(({ task }) => (task === undefined ? [] : [task])))].sort();
  const tagged = examples.filter(({ task }) => task !== undefined);
  const labels = Int32Array.from(tagged, ({ task }) => tasks.indexOf(task ?? ""));
  const rows = examples.map(({ features }) => features);
  const classifier = fitTasks(
    tagged.map(({ features }) => features),
    labels,
    tasks.length,
    seed,
  );
  const mean = meanQuality(examples);
  const ridges = models.map((_, k) =>
    fitRidge(
      rows,
      Float64Array.from(examples, ({ quality }) => (quality[k] ?? 0) - (mean[k] ?? 0)),
      RIDGE_PENALTY,
    ),
  );
  const columns = tasks.length + models.length;
  const weights = new Float32Array(FEATURES * columns);
  for (let feature = 0; feature < FEATURES; feature++) {
    const scores = classifier.weights.subarray(feature * tasks.length, (feature + 1) * tasks.length);
    weights.set(scores, feature * columns);
    ridges.forEach((ridge, k) => {
      weights[feature * columns + tasks.length + k] = ridge[feature] ?? 0;
    });
  }
  const costLine = costLines(models.length, examples);
  const residual = ({ prompt, cost }: RoutingExample, k: number): number =>
    (cost[k] ?? 0) - lineCost(costLine, k, prompt.length);
  return {
    models,
    tasks,
    weights,
    bias: Float64Array.of(...classifier.bias, ...mean),
    taskQuality: taskMeans(
      models.length,
      tasks.length,
      tagged,
      labels,
      ({ quality }, k) => (quality[k] ?? 0) - (mean[k] ?? 0),
    ),
    taskCost: taskMeans(models.length, tasks.length, tagged, labels, residual),
    costLine,
    blend: BLEND,
  };
}

/** Per task and model the mean of `value`, with {@link SHRINKAGE} examples of 0. */
function taskMeans(
  models: number,
  tasks: number,
  examples: readonly RoutingExample[],
  labels: Int32Array,
  value: (example: RoutingExample, model: number) => number,
): Float64Array {
  const sums = new Float64Array(tasks * models);
  const counts = new Float64Array(tasks).fill(SHRINKAGE);
  examples.forEach((example, row) => {
    const task = labels[row] ?? 0;
    counts[task] = (counts[task] ?? 0) + 1;
    for (let k = 0; k < models; k++) sums[task * models + k] = (sums[task * models + k] ?? 0) + value(example, k);
  });
  return sums.map((sum, at) => sum / (counts[Math.floor(at / models)] ?? 1));
}

/** Least squares of each model's cost over the length of the prompt: pairs (cost of an empty prompt, cost of a character). */
function costLines(models: number, examples: readonly RoutingExample[]): Float64Array {
  const lines = new Float64Array(2 * models);
  const n = examples.length;
  const meanLength = examples.reduce((sum, { prompt }) => sum + prompt.length, 0) / n;
  const spread = examples.reduce(
    (sum, { prompt: { length } }) => sum + (length - meanLength) * (length - meanLength),
    0,
  );
  for (let k = 0; k < models; k++) {
    const meanCost = examples.reduce((sum, { cost }) => sum + (cost[k] ?? 0), 0) / n;
    const shared = examples.reduce(
      (sum, { prompt, cost }) => sum + (prompt.length - meanLength) * ((cost[k] ?? 0) - meanCost),
      0,
    );
    const slope = spread === 0 ? 0 : shared / spread;
    lines[2 * k] = meanCost - slope * meanLength;
    lines[2 * k + 1] = slope;
  }
  return lines;
}

function lineCost(lines: Float64Array, model: number, length: number): number {
  return (lines[2 * model] ?? 0) + (lines[2 * model + 1] ?? 0) * length;
}

/** @param task the caller's tag, believed where the router knows it */
export function predict(router: ModelRouter, prompt: string, task?: string): TaskPrediction {
  return predictFrom(router, promptFeatures(prompt), prompt.length, task);
}

export function predictFrom(
  router: ModelRouter,
  { indices, values }: SparseVector,
  length: number,
  task?: string,
): TaskPrediction {
  const { models, tasks, weights, bias, taskQuality, taskCost, costLine, blend } = router;
  const scores = new Float64Array(bias.length);
  addScores(indices, values, weights, bias.length, scores, bias);
  softmax(scores, tasks.length);
  const known = task === undefined ? -1 : tasks.indexOf(task);
  if (known >= 0) scores.fill(0, 0, tasks.length)[known] = 1;
  const quality = new Float64Array(models.length);
  const cost = new Float64Array(models.length);
  for (let k = 0; k < models.length; k++) {
    let [mixedQuality, mixedCost] = [0, 0];
    for (let t = 0; t < tasks.length; t++) {
      const chance = scores[t] ?? 0;
      mixedQuality += chance * (taskQuality[t * models.length + k] ?? 0);
      mixedCost += chance * (taskCost[t * models.length + k] ?? 0);
    }
    const mean = bias[tasks.length + k] ?? 0;
    quality[k] = mean + blend[0] * mixedQuality + blend[1] * ((scores[tasks.length + k] ?? 0) - mean);
    cost[k] = Math.max(0, lineCost(costLine, k, length) + mixedCost);
  }
  return { quality, cost, tasks: scores.subarray(0, tasks.length) };
}

/** The model with the highest quality − λ · cost; the first of equals. @param lambda ≥ 0, quality per unit of cost */
export function choose({ quality, cost }: ModelPrediction, lambda: number): number {
  let best = 0;
  let value = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < quality.length; k++) {
    const own = (quality[k] ?? 0) - lambda * (cost[k] ?? 0);
    if (own > value) [best, value] = [k, own];
  }
  return best;
}
