import type { Strategy } from "../models/job.ts";
import type { RoutingPolicy } from "../models/policy.ts";
import type { Candidate } from "../models/route.ts";
import { type Distribution, onUnitInterval } from "./distribution.ts";
import { askedOptions, type RoutableJob } from "./eligibility.ts";
import type { JobFeatures } from "./features.ts";

/** What a strategy scores: one eligible candidate for one job. */
export interface Prospect {
  job: RoutableJob;
  features: JobFeatures;
  predicted: Candidate["predicted"];
  /** Expected errors per shot, see `expectedErrors`. */
  errors: number;
  references: RoutingPolicy["references"];
  remainingMs: number | undefined;
}

/** Published error rates are taken to be right within 20 % (1 σ). */
const ERROR_RATE_SPREAD = 0.2;

/** Error-free shots at which the precision of an average counts half. */
const REFERENCE_SHOTS = 100;

/**
 * The six opinions. Each is monotone: less time, less variance, a lower price or a higher fidelity never lowers a score.
 * Variances follow from those of time and fidelity to first order. Only + − × ÷ and √ are used, so that every machine that
 * reads the same record computes the same scores. Formulas and reasons: docs/routing.md.
 */
export const SCORERS: { readonly [name in Strategy]: (prospect: Prospect) => Distribution } = {
  /** Fidelity for circuits that entangle much, speed for those that do not; times the chance to meet the deadline. */
  "task-optimized": (prospect) => {
    const { twoQubitGates, qubits } = prospect.features;
    // A program may declare no qubit at all.
    const weight = twoQubitGates === 0 ? 0 : twoQubitGates / (twoQubitGates + qubits);
    const [f, l, met] = [fidelity(prospect), latency(prospect), deadlineMet(prospect)];
    return onUnitInterval(
      (weight * f.mean + (1 - weight) * l.mean) * met,
      (weight * weight * f.variance + (1 - weight) * (1 - weight) * l.variance) * met * met,
    );
  },

  /** What an error-free shot costs: price ÷ fidelity against the reference price. */
  "cost-efficient": (prospect) => {
    const f = fidelity(prospect);
    if (f.mean === 0) return { mean: 0, variance: 0 };
    const ratio = prospect.predicted.costMicroUsd / (prospect.references.costMicroUsd * f.mean);
    const mean = 1 / (1 + ratio);
    const slope = (mean * mean * ratio) / f.mean;
    return onUnitInterval(mean, slope * slope * f.variance);
  },

  /** Queue and execution time against the reference time; times the chance to meet the deadline. */
  "latency-optimized": (prospect) => {
    const [l, met] = [latency(prospect), deadlineMet(prospect)];
    return onUnitInterval(l.mean * met, l.variance * met * met);
  },

  /**
   * How precise the answer is. Errors shrink a signal to F of its size, so N shots are worth F²N error-free ones. Exact
   * answers have no shot noise: there the fidelity alone counts.
   */
  "quality-first": (prospect) => {
    const f = fidelity(prospect);
    if (asksExactAnswers(prospect.job)) return f;
    if (f.mean === 0) return { mean: 0, variance: 0 };
    const ratio = REFERENCE_SHOTS / (f.mean * f.mean * prospect.features.shots);
    const mean = 1 / (1 + ratio);
    const slope = (2 * mean * mean * ratio) / f.mean;
    return onUnitInterval(mean, slope * slope * f.variance);
  },

  /** The fidelity of this circuit, of which an endless queue can take away half. */
  "fidelity-aware": (prospect) => {
    const [f, l] = [fidelity(prospect), latency(prospect)];
    const patience = (1 + l.mean) / 2;
    return onUnitInterval(f.mean * patience, patience * patience * f.variance + (f.mean * f.mean * l.variance) / 4);
  },

  /** Harmonic mean of fidelity, speed and price: no strength makes up for a weakness. */
  balanced: (prospect) => {
    const [f, l] = [fidelity(prospect), latency(prospect)];
    if (f.mean === 0) return { mean: 0, variance: 0 };
    const price = 1 / (1 + prospect.predicted.costMicroUsd / prospect.references.costMicroUsd);
    const mean = 3 / (1 / f.mean + 1 / l.mean + 1 / price);
    const slopeOf = (part: number): number => (mean * mean) / (3 * part * part);
    const [df, dl] = [slopeOf(f.mean), slopeOf(l.mean)];
    return onUnitInterval(mean, df * df * f.variance + dl * dl * l.variance);
  },
};

/** Probability that a shot is free of error. */
function fidelity({ predicted, errors }: Prospect): Distribution {
  const deviation = ERROR_RATE_SPREAD * predicted.fidelity * errors;
  return onUnitInterval(predicted.fidelity, deviation * deviation);
}

/** 1 at no time at all, ½ at the reference time. */
function latency({ predicted, references }: Prospect): Distribution {
  const mean = 1 / (1 + (predicted.queueMs + predicted.executionMs) / references.timeMs);
  const slope = (mean * mean) / references.timeMs;
  return onUnitInterval(mean, slope * slope * predicted.variance);
}

/**
 * Lower bound of the probability to end in time, whatever the distribution of the time: Cantelli's inequality. 1 without a
 * deadline. (Candidates whose mean is past the deadline are not eligible.)
 */
function deadlineMet({ predicted, remainingMs }: Prospect): number {
  if (remainingMs === undefined || predicted.variance === 0) return 1;
  const slack = remainingMs - (predicted.queueMs + predicted.executionMs);
  return slack <= 0 ? 0 : 1 / (1 + predicted.variance / (slack * slack));
}

function asksExactAnswers(job: RoutableJob): boolean {
  return askedOptions(job.options ?? {}).some((name) => EXACT_ANSWERS.has(name));
}

const EXACT_ANSWERS: ReadonlySet<string> = new Set([
  "probabilities",
  "observable",
  "amplitudes",
  "marginals",
  "entropy",
  "reducedDensity",
  "mutualInformation",
  "fidelity",
]);
