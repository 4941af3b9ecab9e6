import { createHash } from "node:crypto";
import type { RoutingPolicy } from "../models/policy.ts";
import type { OnlineLearner } from "../routing/online/online-learner.ts";
import { drawFrom } from "../routing/online/simulate.ts";
import { type ChatCandidate, type ChatChoice, valueFor } from "./choose.ts";

/**
 * Puts the model that the learner draws before the others, which follow by what was learned of them. Models that the router does not know
 * stay behind.
 *
 * @param models of the router
 * @param decision whose hash is the draw, so that it can be made again
 * @returns the same choice where no router made it, or its router knows none of the models
 */
export function learnedChoice(
  choice: ChatChoice,
  { learner, models }: { learner: OnlineLearner; models: readonly string[] },
  routing: RoutingPolicy,
  decision: string,
): ChatChoice {
  const { order, prediction } = choice;
  const placeOf = ({ target }: ChatCandidate): number => models.indexOf(target.model.name);
  const cheapest = new Map<number, ChatCandidate>();
  for (const candidate of order) {
    const place = placeOf(candidate);
    const other = cheapest.get(place);
    if (place >= 0 && (other === undefined || candidate.expectedMicroUsd < other.expectedMicroUsd)) {
      cheapest.set(place, candidate);
    }
  }
  if (prediction === null || cheapest.size === 0) return choice;
  const worth = (quality: number, place: number): number =>
    valueFor(routing, quality, cheapest.get(place)?.expectedMicroUsd ?? 0);
  const { mode, chances, quality } = learner.decide(prediction, worth, [...cheapest.keys()]);
  const drawn = drawFrom(chances, uniformOf(decision));
  const rank = (candidate: ChatCandidate): number => {
    const place = placeOf(candidate);
    if (place === drawn) return Number.POSITIVE_INFINITY;
    return place < 0 ? Number.NEGATIVE_INFINITY : worth(quality[place] ?? 0, place);
  };
  const ranks = new Map(order.map((candidate) => [candidate, rank(candidate)]));
  return {
    ...choice,
    order: [...order].sort((a, b) => compare(ranks.get(b) ?? 0, ranks.get(a) ?? 0)),
    learned: { mode, model: models[drawn] ?? "", chance: chances[drawn] ?? 0, ...learner.evidence(prediction, drawn) },
  };
}

/** Of infinities, too; equals stay as they are. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** 48 bits of the SHA-256 of an id, on [0, 1). */
function uniformOf(decision: string): number {
  return createHash("sha256").update(decision).digest().readUIntBE(0, 6) / 2 ** 48;
}
