import type { RoutingExample } from "./example.ts";
import { addTrees, type ExtraTrees, fitExtraTrees } from "./extra-trees.ts";
import { meanQuality } from "./neighbours.ts";
import { FEATURES } from "./prompt-features.ts";
import { OUTLINE, type ReadPrompt, readPrompt } from "./prompt-outline.ts";
import { fitRidge } from "./ridge.ts";
import { ScoreTable } from "./score-table.ts";
import { fitTasks, shuffled, softmax } from "./task-classifier.ts";

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
  /**
   * What is added to the blend: trees that ask the prompt's outline and, per model, the task's mean and the ridge. Routers of
   * fewer examples than a split needs have none.
   */
  readonly trees: ExtraTrees | undefined;
}

const RIDGE_PENALTY = 10;
/**
 * The same for every data set: weights found on a quarter of the examples went from 0.5 to 1 between folds of one set and gained
 * nothing. They add up to 1, so where the examples have no tags the ridge is shrunk towards the models' means.
 */
const BLEND = [0.7, 0.3] as const;
/** With trees, of which half is theirs to say: all of the blend before them lost 3 points of LLMRouter's lift, none of it 0.5. */
const BLEND_BESIDE_TREES = [BLEND[0] / 2, BLEND[1] / 2] as const;
/** Examples of the overall mean that are mixed into the mean of a task. */
const SHRINKAGE = 5;

/** Parts of the examples, each predicted from the others for the trees to learn from. */
const PARTS = 3;
/** Event of the draw that puts rows into parts; the epochs of a fit are far below. */
const PARTS_EVENT = 1_000_001;
/** Fewer examples say nothing to trees. */
const LEAST_EXAMPLES = 100;

/**
 * Learns which model answers which prompts well, from examples that say how each model did.
 *
 * Predicted quality = m + a · (Σ_t P(t | prompt) · q_t − m) + b · ridge(prompt) + trees, with m the model's mean, q_t its mean on task
 * t. The trees learn what the rest leaves, of prompts that the rest has not seen: a third at a time (stacking, Wolpert 1992).
 *
 * @param examples at least one
 * @param seed of the order in which the classifier sees them, of the parts and of the trees
 */
export function fitModelRouter(
  models: readonly string[],
  examples: readonly RoutingExample[],
  seed: number,
): ModelRouter {
  const tasks = [...new Set(examples.flatMap(({ task }) => (task === undefined ? [] : [task])))].sort();
  const linear = fitLinear(models, tasks, examples, seed);
  if (examples.length < LEAST_EXAMPLES) return linear;
  const inputs = Array.from({ length: OUTLINE + 2 * models.length }, () => new Float64Array(examples.length));
  const targets = new Float64Array(examples.length * models.length);
  const order = shuffled(examples.length, seed, PARTS_EVENT);
  for (let part = 0; part < PARTS; part++) {
    const rest = Array.from(
      order.filter((_, at) => at % PARTS !== part),
      (row) => examples[row] as RoutingExample,
    );
    const unaware = { ...fitLinear(models, tasks, rest, seed), blend: BLEND_BESIDE_TREES };
    for (let at = part; at < order.length; at += PARTS) {
      const row = order[at] ?? 0;
      const { features, prompt, quality } = examples[row] as RoutingExample;
      const terms = linearTerms(unaware, features, undefined);
      treeInput(features, terms).forEach((value, feature) => {
        (inputs[feature] as Float64Array)[row] = value;
      });
      const predicted = predictFrom(unaware, features, prompt.length).quality;
      for (let k = 0; k < models.length; k++) {
        targets[row * models.length + k] = (quality[k] ?? 0) - (predicted[k] ?? 0);
      }
    }
  }
  return { ...linear, blend: BLEND_BESIDE_TREES, trees: fitExtraTrees(inputs, targets, models.length, seed) };
}

function fitLinear(
  models: readonly string[],
  tasks: readonly string[],
  examples: readonly RoutingExample[],
  seed: number,
): ModelRouter {
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
    const from = feature * classifier.stride;
    weights.set(classifier.weights.subarray(from, from + tasks.length), feature * columns);
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
    trees: undefined,
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
  return predictFrom(router, readPrompt(prompt), prompt.length, task);
}

export function predictFrom(router: ModelRouter, prompt: ReadPrompt, length: number, task?: string): TaskPrediction {
  const { models, taskCost, costLine, bias, blend, trees } = router;
  const terms = linearTerms(router, prompt, task);
  const { tasks, mixed, ridge } = terms;
  const quality = new Float64Array(models.length);
  if (trees !== undefined) addTrees(trees, treeInput(prompt, terms), quality);
  const cost = new Float64Array(models.length);
  for (let k = 0; k < models.length; k++) {
    const linear = (bias[tasks.length + k] ?? 0) + blend[0] * (mixed[k] ?? 0) + blend[1] * (ridge[k] ?? 0);
    quality[k] = linear + (quality[k] ?? 0);
    cost[k] = lineCost(costLine, k, length);
  }
  addMixture(tasks, taskCost, cost);
  return { quality, cost: cost.map((each) => Math.max(0, each)), tasks };
}

/** Routers' weights in the memory of their kernels, as long as the routers are there. */
const tables = new WeakMap<Float32Array, ScoreTable>();

function tableOf({ weights, bias: { length: columns } }: ModelRouter): ScoreTable {
  const known = tables.get(weights);
  if (known !== undefined) return known;
  const table = new ScoreTable(FEATURES, columns, 4);
  for (let feature = 0; feature < FEATURES; feature++) {
    table.weights.set(weights.subarray(feature * columns, (feature + 1) * columns), feature * table.stride);
  }
  tables.set(weights, table);
  return table;
}

/** What the linear part says of a prompt. */
interface LinearTerms {
  /** How likely the prompt is of each task. */
  readonly tasks: Float64Array;
  /** Per model, less its mean: the mean quality of the tasks, and the ridge. */
  readonly mixed: Float64Array;
  readonly ridge: Float64Array;
}

function linearTerms(router: ModelRouter, prompt: ReadPrompt, task: string | undefined): LinearTerms {
  const { models, tasks, bias, taskQuality } = router;
  const scores = new Float64Array(bias.length);
  tableOf(router).addScores(prompt, bias, scores);
  softmax(scores, tasks.length);
  const known = task === undefined ? -1 : tasks.indexOf(task);
  if (known >= 0) scores.fill(0, 0, tasks.length)[known] = 1;
  const chances = scores.subarray(0, tasks.length);
  const mixed = new Float64Array(models.length);
  addMixture(chances, taskQuality, mixed);
  const ridge = scores.subarray(tasks.length);
  for (let k = 0; k < models.length; k++) ridge[k] = (ridge[k] ?? 0) - (bias[tasks.length + k] ?? 0);
  return { tasks: chances, mixed, ridge };
}

/** `out` += Σ chance · the task's row of `perTask`. */
function addMixture(chances: Float64Array, perTask: Float64Array, out: Float64Array): void {
  for (let t = 0; t < chances.length; t++) {
    const chance = chances[t] ?? 0;
    for (let k = 0; k < out.length; k++) out[k] = (out[k] ?? 0) + chance * (perTask[t * out.length + k] ?? 0);
  }
}

function treeInput({ outline }: ReadPrompt, { mixed, ridge }: LinearTerms): Float64Array {
  const input = new Float64Array(OUTLINE + 2 * mixed.length);
  input.set(outline);
  input.set(mixed, OUTLINE);
  input.set(ridge, OUTLINE + mixed.length);
  return input;
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
