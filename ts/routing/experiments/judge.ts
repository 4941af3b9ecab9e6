import { type Arm, sharesOf } from "./arms.ts";
import { type Difference, differenceOf, type Tally } from "./difference.ts";
import { sampleRatioEvidence } from "./sample-ratio.ts";

/** A metric that no arm may make worse. */
interface GuardRail {
  readonly name: string;
  /** More of it is worse (errors, latency, cost) or better. */
  readonly worse: "more" | "less";
  /** A change for the worse up to here is borne; in the metric's unit, 0 or more. */
  readonly tolerance: number;
  /** See `differenceOf`. */
  readonly tau: number;
}

export interface Experiment {
  /** The first one is in use today; the others are each compared with it. */
  readonly arms: readonly Arm[];
  /** Chance that anything false is ever said about the main metric; 0.05 by default. */
  readonly alpha?: number;
  /** Of the main metric, of which more is better: the difference that would matter. */
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
interface ArmVerdict {
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
 * `decided`: no arm is open any more. A guard rail is broken when surely more than its tolerance is lost.
 */
export function judge({ arms, alpha = 0.05, tau, guardRails }: Experiment, tallies: readonly ArmTally[]): Judgement {
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
      verdict: broken.length > 0 ? "harmful" : verdictOf(difference),
      broken: broken.map(({ name }) => name),
    };
  });
  return { state: verdicts.some(({ verdict }) => verdict === "open") ? "running" : "decided", arms: verdicts };
}

function verdictOf(difference: Difference | undefined): ArmVerdict["verdict"] {
  if (difference !== undefined && difference.low > 0) return "better";
  return difference !== undefined && difference.high < 0 ? "worse" : "open";
}

function isBroken(rail: GuardRail, control: ArmTally | undefined, arm: ArmTally, alpha: number): boolean {
  const [before, after] = [control?.guardRails[rail.name], arm.guardRails[rail.name]];
  const difference = before && after && differenceOf(before, after, alpha, rail.tau);
  if (difference === undefined) return false;
  return rail.worse === "more" ? difference.low > rail.tolerance : -difference.high > rail.tolerance;
}
