import { createHmac } from "node:crypto";
import { fromHex } from "../core/bytes.ts";
import type { ArmRoute, CallRoute, JobRoute } from "../models/experiment.ts";
import type { JobType } from "../models/job-type.ts";
import { armOf } from "../routing/experiments/arms.ts";
import { type ExperimentVersion, PRE_PERIOD, type VersionKey } from "./store.ts";

/** Where a call or a job stands in an experiment. */
export interface Assignment<Route extends ArmRoute = CallRoute> {
  readonly experiment: VersionKey;
  /** Its place in the document, or {@link PRE_PERIOD}. */
  readonly arm: number;
  /** Null in the pre-period. */
  readonly armName: string | null;
  readonly route: Route;
  /** What it is counted with; null where each call or job is a unit. */
  readonly unit: string | null;
}

/** One call as experiments see it. */
export interface AssignedCall {
  readonly request: { readonly model: string; readonly user?: unknown; readonly metadata?: unknown };
  /** Id of the key that asks. */
  readonly key: string;
  readonly decision: string;
  /** When it began, milliseconds since the epoch. */
  readonly at: number;
}

/** One job as experiments see it. */
export interface AssignedJob {
  readonly id: string;
  readonly type: JobType;
  /** Id of the key; absent: the command line of this machine. */
  readonly submittedBy?: string | undefined;
  readonly metadata: unknown;
  readonly createdAt: number;
}

/**
 * The arm of a call; undefined where it takes no part. Pure: whoever knows tenant, name, version and unit finds the same arm by
 * `armOf("TENANT/NAME/VERSION", arms, unit)`.
 */
export function assignmentOf(experiment: ExperimentVersion, call: AssignedCall): Assignment | undefined {
  const { request, key, decision, at } = call;
  if (experiment.document.calls !== request.model) return undefined;
  return assigned<CallRoute>(experiment, { ...request, key, id: decision, at });
}

/** As {@link assignmentOf}, of a job; those from before the experiment take no part. */
export function jobAssignmentOf(experiment: ExperimentVersion, job: AssignedJob): Assignment<JobRoute> | undefined {
  const { id, type, submittedBy: key = "local", metadata, createdAt: at } = job;
  if (experiment.document.jobs !== type || at < experiment.createdAt) return undefined;
  return assigned<JobRoute>(experiment, { id, key, metadata, at });
}

interface Participant {
  readonly id: string;
  readonly key: string;
  readonly user?: unknown;
  readonly metadata?: unknown;
  readonly at: number;
}

function assigned<Route extends ArmRoute>(
  experiment: ExperimentVersion,
  participant: Participant,
): Assignment<Route> | undefined {
  const { tenant, name, version, document, createdAt, salt } = experiment;
  const unit = unitOf(document.unit, participant);
  if (unit === undefined) return undefined;
  const isBefore = participant.at < createdAt + document.prePeriodMs;
  const index = isBefore ? 0 : armOf(`${tenant}/${name}/${version}`, document.arms, unit);
  const arm = document.arms[index];
  if (arm === undefined) return undefined;
  return {
    experiment: { tenant, name, version },
    arm: isBefore ? PRE_PERIOD : index,
    armName: isBefore ? null : arm.name,
    // Of the kind of the experiment: it was checked when it began.
    route: arm.route as Route,
    unit: isEachItsOwn(document.unit) ? null : keyed(salt, unit),
  };
}

/** Whether each call or job is a unit. */
export function isEachItsOwn(unit: string): boolean {
  return unit === "call" || unit === "job";
}

function unitOf(kind: string, { id, key, user, metadata }: Participant): string | undefined {
  if (isEachItsOwn(kind)) return id;
  if (kind === "key") return key;
  const named = kind === "user" ? user : entryOf(metadata, kind.slice("metadata.".length));
  return typeof named === "string" && named !== "" ? named : undefined;
}

function entryOf(metadata: unknown, name: string): unknown {
  return typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, name)
    ? (metadata as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** 128 bits: nobody is known by them without the salt, and two units are never one. */
function keyed(salt: string, unit: string): string {
  return createHmac("sha256", fromHex(salt)).update(unit, "utf8").digest("hex").slice(0, 32);
}
