import type { CollapseRule } from "../models/job.ts";
import type { Candidate, RouteDecision } from "../models/route.ts";
import { drawStandard, drawUniform } from "./draw.ts";

/** What a selection rule reads besides the candidates. */
export type CollapseParameters = Pick<
  RouteDecision,
  "collapse" | "strategies" | "weights" | "costQuality" | "first" | "seed"
>;

/**
 * Orders the eligible candidates by the named rule: the first is chosen, the others are the fallbacks. It reads recorded
 * numbers only, so a record replays; and the order in which candidates come in never matters. `first` goes to the front.
 */
export function collapse(candidates: readonly Candidate[], parameters: CollapseParameters): string[] {
  const eligible = candidates.filter((candidate) => candidate.eligible).sort(byMerit);
  const order = ORDERS[parameters.collapse](eligible, parameters).map((candidate) => candidate.backend);
  const { first } = parameters;
  return first !== undefined && order.includes(first) ? [first, ...order.filter((id) => id !== first)] : order;
}

type Order = (eligible: readonly Candidate[], parameters: CollapseParameters) => readonly Candidate[];

const ORDERS: { readonly [rule in CollapseRule]: Order } = {
  "best-score": (eligible) => eligible,

  fastest: (eligible) => highestFirst(eligible, (candidate) => -timeOf(candidate)),

  cheapest: (eligible) => highestFirst(eligible, (candidate) => -candidate.predicted.costMicroUsd),

  "cost-quality": (eligible, { costQuality }) => {
    const { lambda, costReferenceMicroUsd } = costQuality ?? { lambda: 0.5, costReferenceMicroUsd: 100_000 };
    return highestFirst(eligible, ({ predicted }) => {
      const thrift = 1 / (1 + predicted.costMicroUsd / costReferenceMicroUsd);
      return (1 - lambda) * predicted.fidelity + lambda * thrift;
    });
  },

  /** Borda: per strategy a point for each candidate scored lower and half a point for each scored the same. */
  consensus: (eligible, { strategies, weights }) =>
    highestFirst(eligible, (candidate) =>
      strategies.reduce((points, _, k) => {
        const own = candidate.scores[k]?.mean ?? 0;
        const beaten = eligible.reduce((sum, other) => {
          const score = other.scores[k]?.mean ?? 0;
          return sum + (own > score ? 1 : own === score && other !== candidate ? 0.5 : 0);
        }, 0);
        return points + (weights?.[k] ?? 1) * beaten;
      }, 0),
    ),

  thompson: (eligible, { seed }) =>
    highestFirst(
      eligible,
      ({ backend, mean, variance }) => mean + Math.sqrt(variance) * drawStandard(seed, "thompson", backend),
    ),

  /** Without replacement: each place goes to one of those left, with a probability in proportion to its score. */
  weighted: (eligible, { seed }) => {
    const left = [...eligible];
    return eligible.flatMap((_, place) => {
      const total = left.reduce((sum, candidate) => sum + candidate.mean, 0);
      let mark = drawUniform(seed, "weighted", String(place)) * total;
      // The last one when rounding leaves the mark at the end, and when all scores are 0.
      const index = left.findIndex((candidate, k) => {
        mark -= candidate.mean;
        return mark < 0 || k === left.length - 1;
      });
      return left.splice(index, 1);
    });
  },
};

/** Stable: candidates of equal grade keep their order by merit. */
function highestFirst(eligible: readonly Candidate[], gradeOf: (candidate: Candidate) => number): Candidate[] {
  return eligible
    .map((candidate) => ({ candidate, grade: gradeOf(candidate) }))
    .sort((a, b) => b.grade - a.grade)
    .map(({ candidate }) => candidate);
}

/**
 * Higher score first; ties by price, time, fidelity, variance, then id. That chain, and not the id alone, keeps a candidate
 * that is nowhere better and somewhere worse behind the other one also when rounding makes their scores equal.
 */
function byMerit(a: Candidate, b: Candidate): number {
  return (
    b.mean - a.mean ||
    a.predicted.costMicroUsd - b.predicted.costMicroUsd ||
    timeOf(a) - timeOf(b) ||
    b.predicted.fidelity - a.predicted.fidelity ||
    a.predicted.variance - b.predicted.variance ||
    byId(a, b)
  );
}

function byId(a: Candidate, b: Candidate): number {
  return a.backend < b.backend ? -1 : a.backend > b.backend ? 1 : 0;
}

function timeOf({ predicted }: Candidate): number {
  return predicted.queueMs + predicted.executionMs;
}
