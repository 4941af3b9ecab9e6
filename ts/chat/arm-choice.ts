import { AppError } from "../core/errors.ts";
import type { CallRoute } from "../models/experiment.ts";
import type { SavedRouter } from "../routing/models/router-snapshot.ts";
import { type ChatChoice, type ChoiceQuestion, chooseTargets } from "./choose.ts";

/**
 * Where a call of an experiment goes: the arm's order, and behind it what is left of today's, so that the caller is answered although
 * the arm's models are down or may not take this call: that counts as an error of the arm. Pure, as {@link chooseTargets}.
 *
 * @param routerAt undefined for one that is not there: the arm is then ranked by the router in force
 * @throws {AppError} as `chooseTargets` does of today's route, so in all arms alike
 */
export function chooseForArm(
  question: ChoiceQuestion,
  route: CallRoute,
  routerAt: (hash: string) => SavedRouter | undefined,
): ChatChoice {
  const today = chooseTargets(question);
  const ofArm = questionOf(question, route, routerAt);
  if (ofArm === question) return today;
  const choice = chosen(ofArm) ?? { ...today, order: [], own: 0 };
  const first = new Set(choice.order.map(({ target }) => target));
  return { ...choice, order: [...choice.order, ...today.order.filter(({ target }) => !first.has(target))] };
}

function questionOf(
  question: ChoiceQuestion,
  route: CallRoute,
  routerAt: (hash: string) => SavedRouter | undefined,
): ChoiceQuestion {
  const { request, policy } = question;
  if ("model" in route) return { ...question, request: { ...request, model: route.model } };
  const { router: hash, collapse, costQualityLambda } = route;
  if (hash === undefined && collapse === undefined && costQualityLambda === undefined) return question;
  const lambda = collapse === "best-score" ? 0 : (costQualityLambda ?? policy.routing.costQualityLambda);
  const router = hash === undefined ? question.router : (routerAt(hash) ?? question.router);
  return {
    ...question,
    policy: { ...policy, routing: { ...policy.routing, costQualityLambda: lambda } },
    router: collapse === "cheapest" ? undefined : router,
  };
}

/** Undefined where the arm has no model for this call. */
function chosen(question: ChoiceQuestion): ChatChoice | undefined {
  try {
    return chooseTargets(question);
  } catch (error) {
    if (error instanceof AppError && ["not-found", "forbidden", "no-backend"].includes(error.code)) return undefined;
    throw error;
  }
}
