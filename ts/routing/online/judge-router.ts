import { choose, type ModelRouter, predictFrom } from "../models/model-router.ts";
import { comparePolicies, type PolicyComparison } from "./off-policy.ts";
import { OnlineLearner } from "./online-learner.ts";
import type { RecordedDecision } from "./read-decisions.ts";

/** What always asks the model that it expects to answer best, or always the same. */
export type JudgedPolicy = { readonly router: ModelRouter } | { readonly model: number };

/**
 * Compares two policies by decisions of a third whose chances are known. What answers are expected to be worth is learned on the way,
 * from the candidate's predictions and the decisions before.
 *
 * @param candidate may not have learned from these decisions
 */
export function judgeRouter(
  decisions: readonly RecordedDecision[],
  candidate: ModelRouter,
  incumbent: JudgedPolicy,
): PolicyComparison {
  const learner = new OnlineLearner(candidate.bias.subarray(candidate.tasks.length), candidate.tasks.length);
  const models = candidate.models.length;
  return comparePolicies(
    decisions.map(({ features, length, task, model, chance, quality }) => {
      const prediction = predictFrom(candidate, features, length, task);
      const theirs =
        "model" in incumbent ? incumbent.model : choose(predictFrom(incumbent.router, features, length, task), 0);
      const { quality: expected } = learner.decide(prediction);
      learner.learn({ ...learner.evidence(prediction, model), model, chance, quality });
      return {
        ...{ model, chance, value: quality, expected },
        candidate: always(choose(prediction, 0), models),
        incumbent: always(theirs, models),
      };
    }),
  );
}

function always(model: number, models: number): Float64Array {
  const chances = new Float64Array(models);
  chances[model] = 1;
  return chances;
}
