import { eventWords, uniform } from "../../core/philox.ts";
import { strictExp } from "../../core/strict-log.ts";
import type { RoutingData, RoutingExample } from "./example.ts";
import { costOf, frontier, meanQualityOver, type Point } from "./frontier.ts";
import { choose, type ModelPrediction } from "./model-router.ts";

/** Top word of Philox's counter: which rows a resample has; index = draw, event = resample. Never used for anything else. */
const RESAMPLE_PURPOSE = 49;
const RESAMPLES = 400;
/**
 * λ = 0, then eight to a factor of two over ten powers of two on either side of one range of quality per range of cost. With two of
 * them the curve of a pair, whose models differ by 0.1 to 0.4, had eight corners, and every policy lost one point of lift to chords.
 */
const LAMBDAS = [0];
const STEPS = Array.from({ length: 8 }, (_, k) => strictExp((k * Math.LN2) / 8));
for (let power = 2 ** -10; power <= 2 ** 10; power *= 2) for (const step of STEPS) LAMBDAS.push(power * step);

/** The figures of one policy on one set of examples. */
interface Figures {
  /** Share of the area between the static mix of models and the oracle that is recovered. */
  aiqLift: number;
  /** Least mean cost for 95 % of the best single model's quality, as a share of that model's cost; `null` where it is not reached. */
  costFor95: number | null;
  /** For two models: average performance gap recovered, and the share of strong calls for 50 % and 80 % of the gap. */
  apgr?: number;
  cpt50?: number | null;
  cpt80?: number | null;
}

export interface Interval {
  low: number;
  high: number;
}

/** What a policy's choices came to. */
export interface PolicyRuns {
  readonly name: string;
  /** Per λ whose choices differ from those of the λ before: cost and quality of the chosen answer, for each example. */
  readonly runs: readonly Outcomes[];
}

interface Outcomes {
  readonly cost: Float64Array;
  readonly quality: Float64Array;
}

/** λ in quality per unit of the data's cost. */
export function lambdasOf({ examples, models }: RoutingData): number[] {
  const costs = models.map((_, k) => mean(examples, ({ cost }) => cost[k] ?? 0));
  const range = Math.max(...costs) - Math.min(...costs);
  return LAMBDAS.map((lambda) => (range > 0 ? lambda / range : 0));
}

export function runPolicy(
  name: string,
  { examples }: RoutingData,
  predictions: readonly ModelPrediction[],
  lambdas: readonly number[],
): PolicyRuns {
  const runs: Outcomes[] = [];
  let before: readonly number[] = [];
  for (const lambda of lambdas) {
    const chosen = predictions.map((prediction) => choose(prediction, lambda));
    // The same point once: at either end of the sweep most are.
    if (runs.length === 0 || chosen.some((model, row) => model !== before[row]))
      runs.push(outcomesOf(examples, chosen));
    before = chosen;
  }
  return { name, runs };
}

function outcomesOf(examples: readonly RoutingExample[], chosen: readonly number[]): Outcomes {
  return {
    cost: Float64Array.from(examples, (each, row) => each.cost[chosen[row] ?? 0] ?? 0),
    quality: Float64Array.from(examples, (each, row) => each.quality[chosen[row] ?? 0] ?? 0),
  };
}

function mean(examples: readonly RoutingExample[], value: (example: RoutingExample) => number): number {
  return examples.reduce((sum, example) => sum + value(example), 0) / examples.length;
}

/** How often each example counts, with 1 for each as the data has them. */
type Weights = Float64Array;

function pointOf({ cost, quality }: Outcomes, weights: Weights): Point {
  let [costs, qualities, total] = [0, 0, 0];
  for (let row = 0; row < weights.length; row++) {
    const weight = weights[row] ?? 0;
    costs += weight * (cost[row] ?? 0);
    qualities += weight * (quality[row] ?? 0);
    total += weight;
  }
  return { cost: costs / total, quality: qualities / total };
}

interface Compared {
  /** Always the same model. */
  singles: readonly Outcomes[];
  oracle: PolicyRuns;
  policies: readonly PolicyRuns[];
}

/** @returns for each policy its figures on the weighted examples */
function figuresOf({ singles, oracle, policies }: Compared, weights: Weights): Figures[] {
  const single = singles.map((each) => pointOf(each, weights));
  const costs = single.map(({ cost }) => cost);
  const [low, high] = [Math.min(...costs), Math.max(...costs)];
  const best = single.reduce((a, b) => (b.quality > a.quality ? b : a));
  const hullOf = ({ runs }: PolicyRuns): Point[] => frontier(runs.map((each) => pointOf(each, weights)));
  const still = meanQualityOver(frontier(single), low, high);
  const gap = meanQualityOver(hullOf(oracle), low, high) - still;
  return policies.map((policy) => {
    const hull = hullOf(policy);
    const enough = costOf(hull, 0.95 * best.quality);
    const figures: Figures = {
      aiqLift: gap > 0 ? (meanQualityOver(hull, low, high) - still) / gap : 0,
      costFor95: enough === undefined || best.cost === 0 ? null : enough / best.cost,
    };
    return single.length === 2 ? { ...figures, ...pairFigures(single, hull) } : figures;
  });
}

/** Source: Ong et al., "RouteLLM" (2024), §4: performance gap recovered, its mean over the share of strong calls, and CPT. */
function pairFigures(single: readonly Point[], hull: readonly Point[]): Pick<Figures, "apgr" | "cpt50" | "cpt80"> {
  const [weak, strong] = [...single].sort((a, b) => a.cost - b.cost) as [Point, Point];
  const gap = strong.quality - weak.quality;
  const range = strong.cost - weak.cost;
  if (gap <= 0 || range <= 0) return { apgr: 0, cpt50: null, cpt80: null };
  const callsFor = (share: number): number | null => {
    const cost = costOf(hull, weak.quality + share * gap);
    return cost === undefined ? null : Math.max(0, cost - weak.cost) / range;
  };
  const recovered = (meanQualityOver(hull, weak.cost, strong.cost) - weak.quality) / gap;
  return { apgr: recovered, cpt50: callsFor(0.5), cpt80: callsFor(0.8) };
}

export interface Evaluation {
  rows: readonly { name: string; figures: Figures; liftInterval: Interval }[];
  /** How much more lift the first policy has than each other, on the same resamples. */
  differences: readonly { name: string; lift: number; interval: Interval }[];
  singles: readonly (Point & { model: string })[];
  /** A model drawn evenly for each prompt. */
  random: Point;
  /** The best answer to each prompt, the cheapest of equals. */
  oracle: Point;
}

/**
 * The table of `route evaluate`. Intervals are 95 % percentiles of 400 paired bootstrap resamples of the rows, the same for every
 * policy (Efron, Tibshirani 1993, §13); what was learned stays as it is.
 */
export function evaluate(data: RoutingData, policies: readonly PolicyRuns[], seed: number): Evaluation {
  const { examples, models } = data;
  const oracle = runPolicy("oracle", data, examples, lambdasOf(data));
  const singles = models.map((_, k) => outcomesOf(examples, new Array(examples.length).fill(k)));
  const compared = { singles, oracle, policies };
  const even = new Float64Array(examples.length).fill(1);
  const whole = figuresOf(compared, even);
  const lifts = policies.map(() => [] as number[]);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const drawn = figuresOf(compared, resampled(examples.length, seed, resample));
    for (const [k, { aiqLift }] of drawn.entries()) lifts[k]?.push(aiqLift);
  }
  const rows = policies.map(({ name }, k) => ({
    name,
    figures: whole[k] as Figures,
    liftInterval: percentiles(lifts[k] ?? []),
  }));
  const [first] = lifts;
  const single = singles.map((each) => pointOf(each, even));
  return {
    rows,
    differences: rows.slice(1).map(({ name, figures }, k) => {
      const apart = (first ?? []).map((lift, resample) => lift - (lifts[k + 1]?.[resample] ?? 0));
      return { name, lift: (whole[0]?.aiqLift ?? 0) - figures.aiqLift, interval: percentiles(apart) };
    }),
    singles: models.map((model, k) => ({ model, ...(single[k] as Point) })),
    random: {
      cost: single.reduce((sum, { cost }) => sum + cost, 0) / models.length,
      quality: single.reduce((sum, { quality }) => sum + quality, 0) / models.length,
    },
    oracle: pointOf(oracle.runs[0] as Outcomes, even),
  };
}

function resampled(count: number, seed: number, event: number): Weights {
  const weights = new Float64Array(count);
  for (let draw = 0; draw < count; draw++) {
    const row = Math.floor(uniform(eventWords(seed, RESAMPLE_PURPOSE, draw, event)) * count);
    weights[row] = (weights[row] ?? 0) + 1;
  }
  return weights;
}

function percentiles(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}
