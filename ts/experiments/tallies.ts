import type { ExperimentDocument, ExperimentMetric } from "../models/experiment.ts";
import type { CovariateTally } from "../routing/experiments/cuped.ts";

/** What is counted of a call: the metrics, and what guard rails look at besides. Shares count 0 and 1. */
const COUNTED = ["success", "quality", "latency", "cost", "errors", "slow"] as const;
type Counted = (typeof COUNTED)[number];

/** What is known of one call; what is left out is not known (yet). */
export type Values = Partial<Record<Counted, number>>;

interface Sum {
  readonly n: number;
  readonly sum: number;
}

/** One unit: its calls are not independent of each other, so they count together, by their mean. */
export interface UnitRecord {
  /** Undefined before it was assigned. */
  readonly arm?: number | undefined;
  /** The experiment's metric in the pre-period. */
  readonly before?: Sum | undefined;
  readonly sums: Readonly<Partial<Record<Counted, Sum>>>;
}

type UnitTally = Omit<CovariateTally, "range">;

/** One arm over its units; for the pre-period, all units. */
export interface ArmRecord {
  readonly assigned: number;
  readonly calls: number;
  readonly tallies: Readonly<Partial<Record<Counted, UnitTally>>>;
}

export const EMPTY_ARM: ArmRecord = { assigned: 0, calls: 0, tallies: {} };
const EMPTY_UNIT: UnitRecord = { sums: {} };
const EMPTY_TALLY: UnitTally = { n: 0, sum: 0, sumOfSquares: 0, deviation: 0, squaredDeviation: 0, product: 0 };

/** What an ended call says. */
export function valuesOf(
  { guardRails }: Pick<ExperimentDocument, "guardRails">,
  call: { readonly outcome: string; readonly latencyMs: number; readonly costMicroUsd: number },
): Values {
  const { outcome, latencyMs, costMicroUsd } = call;
  const limit = guardRails.p95LatencyMs;
  return {
    success: outcome === "succeeded" ? 1 : 0,
    // Who goes away is no error of the model, and no success either.
    errors: outcome === "failed" || outcome === "broken" ? 1 : 0,
    latency: latencyMs,
    cost: costMicroUsd,
    ...(limit !== undefined && { slow: latencyMs > limit ? 1 : 0 }),
  };
}

/**
 * Adds a call of the pre-period to its unit.
 *
 * @param all of the experiment's metric, each unit by its mean so far
 */
export function countBefore(
  metric: ExperimentMetric,
  unit: UnitRecord = EMPTY_UNIT,
  all: ArmRecord = EMPTY_ARM,
  values: Values,
): { unit: UnitRecord; all: ArmRecord } {
  const value = values[metric];
  if (value === undefined) return { unit, all };
  const before = added(unit.before, value);
  const tally = revised(all.tallies[metric], unit.before, before, 0);
  return {
    unit: { ...unit, before },
    all: { assigned: tally.n, calls: all.calls + 1, tallies: { [metric]: tally } },
  };
}

/**
 * Adds to a unit what is known of a call, and revises its arm: the unit's earlier means are taken out and the new ones put in, so the
 * tallies are those of the units' means at any time.
 *
 * @param isCall what is added is a call, and not what is told of one later
 * @param center mean of the covariate over all units of the pre-period; undefined where there was none
 */
export function count(
  arm: { readonly index: number; readonly record: ArmRecord | undefined },
  unit: UnitRecord = EMPTY_UNIT,
  values: Values,
  isCall: boolean,
  center: number | undefined,
): { unit: UnitRecord; arm: ArmRecord } {
  const { assigned, calls, tallies } = arm.record ?? EMPTY_ARM;
  const deviation = unit.before === undefined || center === undefined ? 0 : mean(unit.before) - center;
  const sums: Partial<Record<Counted, Sum>> = { ...unit.sums };
  const next: Partial<Record<Counted, UnitTally>> = { ...tallies };
  for (const name of COUNTED) {
    const value = values[name];
    if (value === undefined) continue;
    const after = added(unit.sums[name], value);
    next[name] = revised(tallies[name], unit.sums[name], after, deviation);
    sums[name] = after;
  }
  return {
    unit: { ...unit, arm: arm.index, sums },
    arm: {
      assigned: assigned + (unit.arm === undefined ? 1 : 0),
      calls: calls + (isCall ? 1 : 0),
      tallies: next,
    },
  };
}

function added({ n, sum }: Sum = { n: 0, sum: 0 }, value: number): Sum {
  return { n: n + 1, sum: sum + value };
}

function mean({ n, sum }: Sum): number {
  return sum / n;
}

function revised(tally: UnitTally = EMPTY_TALLY, before: Sum | undefined, after: Sum, deviation: number): UnitTally {
  const [old, now] = [before === undefined ? 0 : mean(before), mean(after)];
  const isNew = before === undefined;
  return {
    n: tally.n + (isNew ? 1 : 0),
    sum: tally.sum + now - old,
    sumOfSquares: tally.sumOfSquares + now * now - old * old,
    deviation: tally.deviation + (isNew ? deviation : 0),
    squaredDeviation: tally.squaredDeviation + (isNew ? deviation * deviation : 0),
    product: tally.product + deviation * (now - old),
  };
}
