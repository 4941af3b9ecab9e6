import { type Arm, sharesOf } from "./arms.ts";
import { type Difference, differenceOf, meanOf, type Tally } from "./difference.ts";
import { sampleRatioEvidence } from "./sample-ratio.ts";

/** What no arm may do. */
type GuardRail = {
  readonly name: string;
  /** See `differenceOf`. */
  readonly tau: number;
} & (
  | {
      /** More of the metric is worse (errors, cost) or better. */
      readonly worse: "more" | "less";
      /** A change for the worse against the first arm is borne up to here; in the metric's unit, 0 or more. */
      readonly tolerance: number;
    }
  | {
      /** The most that the arm's own mean may be, whatever the first arm's is. */
      readonly limit: number;
    }
);

export interface Experiment {
  /** The first one is in use today; the others are each compared with it. */
  readonly arms: readonly Arm[];
  /** Chance that anything false is ever said about the main metric; 0.05 by default. */
  readonly alpha?: number;
  /** Which is the better of two values of the main metric; the larger by default. */
  readonly better?: "more" | "less";
  /** Of the main metric: the difference that would matter. */
  readonly tau: number;
  readonly guardRails: readonly GuardRail[];
}

/** What one arm has so far. */
export interface ArmTally {
  /** Units that were assigned to it, whether they answered or not. */
  readonly assigned: number;
  readonly metric: Tally;
  readonly guardRails: Readonly<Record<string, Tally>>;
}

/** What can be said of an arm against the first one. */
export interface ArmVerdict {
  readonly arm: string;
  readonly difference: Difference | undefined;
  /** `harmful`: a guard rail is broken, send it nothing more. */
  readonly verdict: "open" | "better" | "worse" | "harmful";
  /** Names of the broken ones. */
  readonly broken: readonly string[];
}

export type Judgement =
  /** Units are not spread as configured: something drops or repeats them, and no comparison can be believed. */
  | { readonly state: "sample-ratio-mismatch" }
  | { readonly state: "running" | "decided"; readonly arms: readonly ArmVerdict[] };

/** An alarm stops everything, so it has to be surer than a result. */
const RATIO_ALPHA = 0.001;

/**
 * Judges an experiment; may be asked after every unit. All bounds hold at all times, so its verdicts are as good at the hundredth
 * look as at the first. Comparisons of several arms share α, and so do guard rails.
 *
 * `decided`: no arm is open any more. A guard rail is broken when surely more than its tolerance is lost, or its limit passed.
 */
export function judge(experiment: Experiment, tallies: readonly ArmTally[]): Judgement {
  const { arms, alpha = 0.05, better = "more", tau, guardRails } = experiment;
  const counts = tallies.map(({ assigned }) => assigned);
  if (sampleRatioEvidence(counts, sharesOf(arms)) > Math.log(1 / RATIO_ALPHA))
    return { state: "sample-ratio-mismatch" };
  const [control, ...others] = tallies;
  const each = alpha / others.length;
  const verdicts = others.map((tally, k): ArmVerdict => {
    const broken = guardRails.filter((rail) => isBroken(rail, control, tally, each / guardRails.length));
    const difference = control && differenceOf(control.metric, tally.metric, each, tau);
    const arm = arms[k + 1]?.name ?? "";
    return {
      arm,
      difference,
      verdict: broken.length > 0 ? "harmful" : verdictOf(difference, better),
      broken: broken.map(({ name }) => name),
    };
  });
  return { state: verdicts.some(({ verdict }) => verdict === "open") ? "running" : "decided", arms: verdicts };
}

function verdictOf(difference: Difference | undefined, better: "more" | "less"): ArmVerdict["verdict"] {
  if (difference === undefined || (difference.low <= 0 && difference.high >= 0)) return "open";
  return difference.low > 0 === (better === "more") ? "better" : "worse";
}

function isBroken(rail: GuardRail, control: ArmTally | undefined, arm: ArmTally, alpha: number): boolean {
  const [before, after] = [control?.guardRails[rail.name], arm.guardRails[rail.name]];
  if (after === undefined) return false;
  if ("limit" in rail) return (meanOf(after, alpha, rail.tau)?.low ?? Number.NEGATIVE_INFINITY) > rail.limit;
  const difference = before && differenceOf(before, after, alpha, rail.tau);
  if (difference === undefined) return false;
  return rail.worse === "more" ? difference.low > rail.tolerance : -difference.high > rail.tolerance;
}
