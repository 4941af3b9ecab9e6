import { type ExperimentDocument, effectOf } from "../models/experiment.ts";
import { type CovariateTally, cuped } from "../routing/experiments/cuped.ts";
import type { Tally } from "../routing/experiments/difference.ts";
import { type ArmTally, type Experiment, type Judgement, judge } from "../routing/experiments/judge.ts";
import type { ArmRecord } from "./tallies.ts";

/** p95 ≤ limit says that at most this share of calls is above the limit. */
const SLOW_SHARE = 0.05;
/** Of shares of calls: the difference that would matter to a guard rail. */
const SHARE_EFFECT = 0.02;
const NOTHING = { n: 0, sum: 0, sumOfSquares: 0, deviation: 0, squaredDeviation: 0, product: 0 };
const SHARE = [0, 1] as const;

export interface Judged {
  readonly judgement: Judgement;
  /** Null without a pre-period. */
  readonly covariate: { readonly theta: number; readonly explained: number } | null;
}

/**
 * What can be said of an experiment now: {@link judge} over the means of its units, with what the pre-period explains taken out. May be
 * asked after every call.
 */
export function judgementOf(document: ExperimentDocument, records: readonly ArmRecord[]): Judged {
  const { metric, prePeriodMs } = document;
  const isShare = metric === "success" || metric === "quality";
  const main = records.map(
    ({ tallies }): CovariateTally => ({ ...(tallies[metric] ?? NOTHING), range: isShare ? SHARE : undefined }),
  );
  const adjusted = prePeriodMs > 0 ? cuped(main) : undefined;
  const tallies = records.map((record, k): ArmTally => {
    const tally: Tally = adjusted?.tallies[k] ?? main[k] ?? NOTHING;
    return { assigned: record.assigned, metric: tally, guardRails: railsOf(record) };
  });
  return {
    judgement: judge(experimentOf(document), tallies),
    covariate: adjusted === undefined ? null : { theta: adjusted.theta, explained: adjusted.explained },
  };
}

function railsOf({ tallies: { errors = NOTHING, cost = NOTHING, slow = NOTHING } }: ArmRecord): ArmTally["guardRails"] {
  return { errorRate: { ...errors, range: SHARE }, costMicroUsd: cost, p95LatencyMs: { ...slow, range: SHARE } };
}

function experimentOf(document: ExperimentDocument): Experiment {
  const { arms, significance, metric, guardRails } = document;
  const { errorRate, costMicroUsd, p95LatencyMs } = guardRails;
  return {
    ...{
      arms,
      alpha: significance,
      tau: effectOf(document),
      better: metric === "success" || metric === "quality" ? "more" : "less",
    },
    guardRails: [
      ...(errorRate === undefined
        ? []
        : [
            { name: "errorRate", worse: "more", tolerance: errorRate, tau: Math.max(errorRate, SHARE_EFFECT) } as const,
          ]),
      ...(costMicroUsd === undefined
        ? []
        : [{ name: "costMicroUsd", worse: "more", tolerance: costMicroUsd, tau: Math.max(costMicroUsd, 1) } as const]),
      ...(p95LatencyMs === undefined ? [] : [{ name: "p95LatencyMs", limit: SLOW_SHARE, tau: SHARE_EFFECT }]),
    ],
  };
}
