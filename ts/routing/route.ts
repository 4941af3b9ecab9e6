import { toHex, utf8 } from "../core/bytes.ts";
import { canonicalHash, canonicalJson, type Json } from "../core/canonical-json.ts";
import { AppError } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import type { BackendDescription } from "../models/backend.ts";
import type { Calibration } from "../models/calibration.ts";
import type { JobRoute } from "../models/experiment.ts";
import type { Strategy } from "../models/job.ts";
import type { RoutingPolicy } from "../models/policy.ts";
import type { Candidate, RouteDecision } from "../models/route.ts";
import type { BackendOffer } from "../providers/provider.ts";
import { collapse } from "./collapse.ts";
import { combine } from "./distribution.ts";
import { isAuto, type RoutableJob, refusals } from "./eligibility.ts";
import type { JobFeatures } from "./features.ts";
import { rounded } from "./numbers.ts";
import { expectedErrors, predictFor } from "./predictions.ts";
import { type Prospect, SCORERS } from "./strategies.ts";

/** The arm of an experiment that a job is in. */
export interface RouteArm {
  readonly experiment: NonNullable<RouteDecision["experiment"]>;
  readonly route: JobRoute;
}

export interface RouteInput {
  job: RoutableJob;
  features: JobFeatures;
  /** What each configured back end says about this job; its execution time comes from `calibration` where it runs here. */
  backends: readonly BackendOffer[];
  /** Hashed by identity, like the calibration: another one is another object. */
  policy: RoutingPolicy;
  calibration: Calibration;
  /** Of the selection rules that draw. */
  seed: number;
  /** Milliseconds left until the deadline; absent: all of the job's `deadlineMs`. */
  remainingMs?: number;
  /** The most that a job without a deadline of its own may run on this machine. */
  budgetMs?: number;
  /** Its way is taken where the job asks for none: its back end before all others if that may take the job, or its rules. */
  arm?: RouteArm | undefined;
}

/**
 * Chooses the back end of a job: eligibility → strategies → collapse. Pure: no clock and no I/O, so the same input gives the
 * same decision on every machine, in whatever order the back ends come.
 *
 * A `target` other than `auto` leaves that back end alone as a candidate; every rule but "auto may not spend or leave the
 * machine" still holds for it, and `needsPlan` says whether it may run without being planned first.
 *
 * @throws {AppError} `no-backend` with every candidate's reasons
 */
export function route(input: RouteInput): RouteDecision {
  const { job, policy, seed, arm } = input;
  const way = arm?.route ?? {};
  const ofArm: Exclude<JobRoute, { backend: string }> = "backend" in way ? {} : way;
  const strategies = [...new Set(job.routing?.strategies ?? ofArm.strategies ?? policy.strategies)];
  const weights = strategies.map((strategy) => policy.weights[strategy] ?? 1);
  const rule = job.routing?.collapse ?? ofArm.collapse ?? policy.collapse;
  const offers = [...input.backends].sort((a, b) => (a.description.id < b.description.id ? -1 : 1));
  const candidates = asked(job, offers).map((offer) => judge(offer, input, strategies, weights));
  const parameters = {
    strategies,
    weights,
    collapse: rule,
    ...(rule === "cost-quality" && {
      costQuality: {
        lambda: ofArm.costQualityLambda ?? policy.costQualityLambda,
        costReferenceMicroUsd: policy.references.costMicroUsd,
      },
    }),
    ...("backend" in way && { first: way.backend }),
    seed,
  };
  const [chosen, ...fallbacks] = collapse(candidates, parameters);
  if (chosen === undefined) throw noBackend(candidates);
  return {
    candidates,
    ...parameters,
    ...(arm && { experiment: arm.experiment }),
    chosen,
    fallbacks,
    snapshotHashes: {
      backends: offersHash(offers),
      policy: snapshotHash(policy),
      calibration: snapshotHash(input.calibration),
    },
  };
}

/**
 * Decides again from the record alone.
 *
 * @returns the back end that follows from the record; the record is sound when it equals `decision.chosen`
 * @throws {AppError} `integrity-violation` when a candidate's score does not follow from its strategies, or none is eligible
 */
export function replay(decision: RouteDecision): string {
  for (const candidate of decision.candidates) {
    const { mean, variance } = overall(candidate.scores, decision.weights ?? []);
    if (candidate.eligible && (mean !== candidate.mean || variance !== candidate.variance)) {
      throw new AppError(
        "integrity-violation",
        `route: candidate ${candidate.backend} is recorded with mean ${candidate.mean} and variance ${candidate.variance}, its strategies give ${mean} and ${variance}`,
      );
    }
  }
  const [chosen] = collapse(decision.candidates, decision);
  if (chosen === undefined) throw new AppError("integrity-violation", "route: no recorded candidate is eligible");
  return chosen;
}

function asked(job: RoutableJob, offers: readonly BackendOffer[]): readonly BackendOffer[] {
  if (isAuto(job)) return offers;
  const named = offers.filter((offer) => offer.description.id === job.target);
  if (named.length > 0) return named;
  const ids = offers.map((offer) => offer.description.id).join(", ");
  throw new AppError("no-backend", `target "${job.target}" is not configured; the back ends are ${ids || "none"}`);
}

function judge(
  offer: BackendOffer,
  input: RouteInput,
  strategies: readonly Strategy[],
  weights: readonly number[],
): Candidate {
  const { job, features, policy } = input;
  const backend = offer.description;
  const predicted = predictFor(offer, features);
  const remainingMs = input.remainingMs ?? job.constraints?.deadlineMs;
  const reasons = refusals({ job, features, backend, predicted, policy, remainingMs, budgetMs: input.budgetMs });
  if (reasons.length > 0) {
    const reason = reasons.join("; ");
    return { backend: backend.id, eligible: false, reason, predicted, scores: [], mean: 0, variance: 0 };
  }
  const prospect: Prospect = {
    job,
    features,
    predicted,
    errors: expectedErrors(offer, features),
    references: policy.references,
    remainingMs,
  };
  const scores = strategies.map((strategy) => {
    const { mean, variance } = SCORERS[strategy](prospect);
    return { strategy, mean: rounded(mean), variance: rounded(variance) };
  });
  return { backend: backend.id, eligible: true, predicted, scores, ...overall(scores, weights) };
}

function overall(scores: Candidate["scores"], weights: readonly number[]): { mean: number; variance: number } {
  if (scores.length === 0) return { mean: 0, variance: 0 };
  const { mean, variance } = combine(scores, weights);
  return { mean: rounded(mean), variance: rounded(variance) };
}

function noBackend(candidates: readonly Candidate[]): AppError {
  const reasons = candidates.map((candidate) => `${candidate.backend}: ${candidate.reason}`);
  return new AppError("no-backend", `no back end can take this job – ${reasons.join(" | ") || "none is configured"}`);
}

/** Of policies and calibrations, which are replaced and never changed. */
const hashes = new WeakMap<object, string>();

/** Descriptions, policies and calibrations hold nothing but JSON. */
function snapshotHash(snapshot: object): string {
  let hash = hashes.get(snapshot);
  if (hash === undefined) {
    hash = canonicalHash(snapshot as Json);
    hashes.set(snapshot, hash);
  }
  return hash;
}

/** Canonical JSON of frozen descriptions: a back end that gives the same frozen object again has not changed. */
const texts = new WeakMap<BackendDescription, string>();

function textOf(description: BackendDescription): string {
  const known = texts.get(description);
  if (known !== undefined) return known;
  const text = canonicalJson(description as unknown as Json);
  if (Object.isFrozen(description)) texts.set(description, text);
  return text;
}

/** The hash of the offers' canonical JSON, in which "description" stands before "execution". */
function offersHash(offers: readonly BackendOffer[]): string {
  const members = offers.map(
    ({ description, execution: { meanMs, varianceMs2 } }) =>
      `{"description":${textOf(description)},"execution":${canonicalJson({ meanMs, varianceMs2 })}}`,
  );
  return toHex(sha256(utf8(`[${members.join(",")}]`)));
}
