import { type Evaluation, evaluate, lambdasOf, runPolicy } from "./evaluation.ts";
import type { RoutingData, RoutingExample } from "./example.ts";
import { fitModelRouter, type ModelPrediction, type ModelRouter, predictFrom } from "./model-router.ts";
import { neighbourQualities } from "./neighbours.ts";
import { shuffled } from "./task-classifier.ts";

const FOLDS = 5;
/** Event of the draw that puts rows into folds; the epochs of a fit are far below. */
const FOLD_EVENT = 1_000_000;

/** What the policies of the table expect of each example, which none of them has seen. */
interface Forecast {
  /** From the prompt alone. */
  prompt: ModelPrediction;
  /** With the task that the file names, where it names one. */
  tagged: ModelPrediction;
  /** The mean of 50 neighbours and ridge; absent where there are no examples for it to learn from. */
  rival: ModelPrediction | undefined;
}

/**
 * Judges the way of learning: every fifth of the rows is predicted from the other four.
 *
 * @param onFold told before each fit, from 1
 */
export function crossValidate(data: RoutingData, seed: number, onFold: (fold: number, of: number) => void): Evaluation {
  const { examples, models } = data;
  const order = shuffled(examples.length, seed, FOLD_EVENT);
  const forecasts: Forecast[] = new Array(examples.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    onFold(fold + 1, FOLDS);
    const held = order.filter((_, position) => position % FOLDS === fold);
    const rest = order.filter((_, position) => position % FOLDS !== fold);
    const [known, asked] = [rest, held].map((rows) => Array.from(rows, (row) => examples[row] as RoutingExample)) as [
      RoutingExample[],
      RoutingExample[],
    ];
    const made = forecastsOf(fitModelRouter(models, known, seed), asked, known);
    held.forEach((row, k) => {
      forecasts[row] = made[k] as Forecast;
    });
  }
  return table(data, forecasts, seed);
}

/**
 * Judges a router that was fitted before.
 *
 * @param known what the rival may learn from: the examples that the router was fitted to
 */
export function evaluateRouter(
  data: RoutingData,
  router: ModelRouter,
  known: readonly RoutingExample[] | undefined,
  seed: number,
): Evaluation {
  return table(data, forecastsOf(router, data.examples, known), seed);
}

function forecastsOf(
  router: ModelRouter,
  asked: readonly RoutingExample[],
  known: readonly RoutingExample[] | undefined,
): Forecast[] {
  const near =
    known &&
    neighbourQualities(
      known,
      asked.map(({ features }) => features),
    );
  return asked.map(({ features, prompt, task }, row) => {
    const { length } = prompt;
    const own = predictFrom(router, features, length);
    const ridge = predictFrom({ ...router, blend: [0, 1], trees: undefined }, features, length).quality;
    const averaged = near && ridge.map((quality, k) => (quality + (near[row]?.[k] ?? 0)) / 2);
    return {
      prompt: own,
      tagged: predictFrom(router, features, length, task),
      rival: averaged && { quality: averaged, cost: own.cost },
    };
  });
}

function table(data: RoutingData, forecasts: readonly Forecast[], seed: number): Evaluation {
  const lambdas = lambdasOf(data);
  const policies = [
    runPolicy(
      "ketflow",
      data,
      forecasts.map(({ prompt }) => prompt),
      lambdas,
    ),
  ];
  const rivals = forecasts.flatMap(({ rival }) => rival ?? []);
  if (rivals.length > 0) policies.push(runPolicy("kNN + ridge", data, rivals, lambdas));
  if (data.examples.some(({ task }) => task !== undefined)) {
    policies.push(
      runPolicy(
        "ketflow, task given",
        data,
        forecasts.map(({ tagged }) => tagged),
        lambdas,
      ),
    );
  }
  return evaluate(data, policies, seed);
}
