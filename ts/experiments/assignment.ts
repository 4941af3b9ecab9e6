import { createHmac } from "node:crypto";
import { fromHex } from "../core/bytes.ts";
import type { ArmRoute } from "../models/experiment.ts";
import { armOf } from "../routing/experiments/arms.ts";
import { type ExperimentVersion, PRE_PERIOD, type VersionKey } from "./store.ts";

/** Where a call stands in an experiment. */
export interface Assignment {
  readonly experiment: VersionKey;
  /** Its place in the document, or {@link PRE_PERIOD}. */
  readonly arm: number;
  /** Null in the pre-period. */
  readonly armName: string | null;
  readonly route: ArmRoute;
  /** What it is counted with; null where each call is a unit. */
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

/**
 * The arm of a call; undefined where it takes no part. Pure: whoever knows tenant, name, version and unit finds the same arm by
 * `armOf("TENANT/NAME/VERSION", arms, unit)`.
 */
export function assignmentOf(experiment: ExperimentVersion, call: AssignedCall): Assignment | undefined {
  const { tenant, name, version, document, createdAt, salt } = experiment;
  const unit = unitOf(document.unit, call);
  if (document.calls !== call.request.model || unit === undefined) return undefined;
  const isBefore = call.at < createdAt + document.prePeriodMs;
  const index = isBefore ? 0 : armOf(`${tenant}/${name}/${version}`, document.arms, unit);
  const arm = document.arms[index];
  if (arm === undefined) return undefined;
  return {
    experiment: { tenant, name, version },
    arm: isBefore ? PRE_PERIOD : index,
    armName: isBefore ? null : arm.name,
    route: arm.route,
    unit: document.unit === "call" ? null : keyed(salt, unit),
  };
}

function unitOf(kind: string, { request, key, decision }: AssignedCall): string | undefined {
  if (kind === "call") return decision;
  if (kind === "key") return key;
  const { user, metadata } = request;
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
