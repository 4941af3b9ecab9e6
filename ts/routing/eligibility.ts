import type { BackendDescription } from "../models/backend.ts";
import { type Constraints, moreSensitive, type RoutingRequest, sensitivity } from "../models/job.ts";
import type { JobOptions } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { RoutingPolicy } from "../models/policy.ts";
import type { Candidate } from "../models/route.ts";
import type { JobFeatures } from "./features.ts";

/** What routing reads of a job. */
export interface RoutableJob {
  readonly type: JobType;
  readonly options?: JobOptions | undefined;
  readonly target?: string | undefined;
  readonly constraints?: Constraints | undefined;
  readonly routing?: RoutingRequest | undefined;
}

/** One candidate before its verdict, with all that a rule may look at. */
export interface Case {
  job: RoutableJob;
  features: JobFeatures;
  backend: BackendDescription;
  predicted: Candidate["predicted"];
  policy: RoutingPolicy;
  /** Milliseconds left until the job's deadline. */
  remainingMs: number | undefined;
  /** The most that the policy lets a job without a deadline run on this machine. */
  budgetMs: number | undefined;
}

/**
 * Why the back end cannot take the job, one sentence with the value and the limit per broken rule; empty when it can. The
 * sentences stand in the log's leaf for everyone to read, so none quotes a text of the job: numbers and words of ours alone.
 */
export function refusals(item: Case): string[] {
  return RULES.flatMap((rule) => rule(item) ?? []);
}

/**
 * A job for this back end is planned first and executed on its plan hash, because it has a price or leaves the machine and
 * the policy does not let that happen unasked.
 */
export function needsPlan(backend: BackendDescription, policy: RoutingPolicy): boolean {
  return (isPriced(backend) && !policy.allowPriced) || (backend.external && !policy.allowExternal);
}

type Rule = (item: Case) => string | undefined;

const jobType: Rule = ({ job, backend }) =>
  backend.jobTypes.includes(job.type)
    ? undefined
    : `takes jobs of type ${backend.jobTypes.join(", ") || "none"}, this one is of type ${job.type}`;

const qubits: Rule = ({ features, backend }) =>
  features.qubits > backend.maxQubits
    ? `needs ${features.qubits} qubits, the limit is ${backend.maxQubits}`
    : undefined;

const shots: Rule = ({ features, backend }) =>
  features.shots > backend.maxShots ? `asks for ${features.shots} shots, the limit is ${backend.maxShots}` : undefined;

const memory: Rule = ({ features, backend }) =>
  backend.maxBytes !== undefined && features.bytes > backend.maxBytes
    ? `needs ${mebibytes(features.bytes)} MiB of memory, the limit is ${mebibytes(backend.maxBytes)} MiB`
    : undefined;

const options: Rule = ({ job, backend }) => {
  // What another type of job calls its options is beside the point.
  if (!backend.jobTypes.includes(job.type)) return undefined;
  const missing = askedOptions(job.options ?? {}).filter((name) => !backend.options.includes(name));
  return missing.length > 0
    ? `cannot answer ${missing.join(", ")}; it answers ${backend.options.join(", ")}`
    : undefined;
};

const policyBackends: Rule = ({ backend, policy }) =>
  policy.backends && !policy.backends.includes(backend.id)
    ? `the policy allows ${policy.backends.join(", ") || "no back end"} only`
    : undefined;

const external: Rule = ({ job, backend, policy }) =>
  backend.external && !policy.allowExternal && isAuto(job)
    ? "leaves this machine, and target auto may not unless the policy sets allowExternal"
    : undefined;

const priced: Rule = ({ job, backend, predicted, policy }) =>
  isPriced(backend) && !policy.allowPriced && isAuto(job)
    ? `costs ${predicted.costMicroUsd} µUSD, and target auto may not spend unless the policy sets allowPriced`
    : undefined;

const policyCost: Rule = ({ predicted, policy }) =>
  policy.maxCostMicroUsd !== undefined && predicted.costMicroUsd > policy.maxCostMicroUsd
    ? `costs ${predicted.costMicroUsd} µUSD, the policy's limit is ${policy.maxCostMicroUsd} µUSD`
    : undefined;

const jobCost: Rule = ({ job, predicted }) => {
  const limit = job.constraints?.maxCostMicroUsd;
  return limit !== undefined && predicted.costMicroUsd > limit
    ? `costs ${predicted.costMicroUsd} µUSD, the job's limit is ${limit} µUSD`
    : undefined;
};

const dataClass: Rule = ({ job, backend, policy }) => {
  const needed = moreSensitive(policy.dataClass, job.constraints?.dataClass ?? policy.dataClass);
  return sensitivity(needed) > sensitivity(backend.maxDataClass)
    ? `the job's data is ${needed}, at most ${backend.maxDataClass} is allowed there`
    : undefined;
};

const region: Rule = ({ job, backend, policy }) => {
  // `local` is where the data already lies; regions say where else it may go.
  if (backend.region === "local") return undefined;
  if (policy.regions && !policy.regions.includes(backend.region)) {
    return `is in region ${backend.region}, the policy allows ${policy.regions.join(", ") || "none but this machine"}`;
  }
  const wanted = job.constraints?.regions;
  return wanted && !wanted.includes(backend.region)
    ? `is in region ${backend.region}, which is none of the job's constraints.regions`
    : undefined;
};

const deadline: Rule = ({ predicted, remainingMs }) => {
  if (remainingMs === undefined) return undefined;
  const ms = predicted.queueMs + predicted.executionMs;
  return ms > remainingMs ? `would take ${ms.toFixed(1)} ms, the deadline is in ${remainingMs} ms` : undefined;
};

/** Only what surely passes the budget is refused: the run itself is stopped at it. */
const budget: Rule = ({ backend, predicted, budgetMs }) => {
  if (budgetMs === undefined || backend.kind !== "embedded") return undefined;
  const { executionMs, variance } = predicted;
  return executionMs - 2 * Math.sqrt(variance) > budgetMs
    ? `would run ${executionMs.toFixed(0)} ms here, the policy gives such work ${budgetMs} ms; give constraints.deadlineMs, or raise policy.deadlines`
    : undefined;
};

const RULES: readonly Rule[] = [
  jobType,
  qubits,
  shots,
  memory,
  options,
  policyBackends,
  external,
  priced,
  policyCost,
  jobCost,
  dataClass,
  region,
  deadline,
  budget,
];

/**
 * Options whose answer would differ from what a job gets without them; `threads` never changes a result, and naming the
 * default asks for nothing.
 */
export function askedOptions(options: JobOptions): string[] {
  const questions = Object.entries(options).filter(([name, value]) => {
    if (name === "threads" || value === undefined || value === false) return false;
    if (typeof value === "object") return Object.keys(value).length > 0;
    return !(name === "precision" && value === "f64") && !(name === "method" && value === "auto");
  });
  return questions.map(([name]) => name);
}

export function isAuto(job: RoutableJob): boolean {
  return job.target === undefined || job.target === "auto";
}

function isPriced(backend: BackendDescription): boolean {
  return backend.price.perTaskMicroUsd > 0 || backend.price.perShotMicroUsd > 0;
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 2 ** 20);
}
