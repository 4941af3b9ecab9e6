import type { AuditEvent } from "../audit/event.ts";
import type { TenantId } from "../core/ids.ts";
import type { ExperimentDocument, ExperimentView } from "../models/experiment.ts";
import type { ArmRecord, UnitRecord } from "./tallies.ts";

/** One version of an experiment. */
export interface ExperimentVersion {
  readonly tenant: TenantId;
  readonly name: string;
  readonly version: number;
  readonly document: ExperimentDocument;
  readonly createdAt: number;
  /** Id of the key. */
  readonly createdBy: string;
  /** Key of the HMAC by which units are kept: the table names nobody. Hexadecimal. */
  readonly salt: string;
  readonly stopped: { readonly at: number; readonly cause: NonNullable<ExperimentView["stopCause"]> } | null;
}

export type VersionKey = Pick<ExperimentVersion, "tenant" | "name" | "version">;

/** What a caller told of a call's answer. */
export interface Outcome {
  readonly tenant: TenantId;
  /** Id of the event `chat.complete`. */
  readonly decision: string;
  readonly quality: number;
  readonly at: number;
  /** Id of the key. */
  readonly by: string;
  readonly experiment: { readonly name: string; readonly version: number; readonly arm: string | null } | null;
}

/** Where a page of the list ended. */
export type ListPlace = Pick<ExperimentVersion, "createdAt" | "name">;

/** The place of the pre-period among the arms. */
export const PRE_PERIOD = -1;

export interface ExperimentStore {
  /** The newest version, or the one that is named. */
  find(tenant: TenantId, name: string, version?: number): Promise<ExperimentVersion | undefined>;
  /** The newest version of each, the newest first and of equal times by name; those that come after `after` in that order. */
  list(tenant: TenantId, limit: number, after?: ListPlace): Promise<readonly ExperimentVersion[]>;
  /** At once: every call asks, and is nearly always answered from memory. */
  running(tenant: TenantId): readonly ExperimentVersion[];
  /** By arm; {@link PRE_PERIOD} is the pre-period. */
  arms(key: VersionKey): Promise<ReadonlyMap<number, ArmRecord>>;
  /**
   * Inserts what `make` makes inside the transaction of the newest version of that name and of all that run, and forgets the units of
   * earlier versions. What it throws undoes the write.
   */
  create(
    tenant: TenantId,
    name: string,
    make: (
      newest: ExperimentVersion | undefined,
      running: readonly ExperimentVersion[],
    ) => { readonly version: ExperimentVersion; readonly event: AuditEvent },
  ): Promise<void>;
  /** As `create`, for a version that is there; undefined: nothing is to be done. */
  change(
    key: VersionKey,
    move: (
      version: ExperimentVersion | undefined,
    ) => { readonly version: ExperimentVersion; readonly event: AuditEvent } | undefined,
  ): Promise<void>;
  /** Keeps an outcome unless there is one; `count` counts it in the same transaction. @returns the one that is kept */
  setOutcome(outcome: Outcome, event: AuditEvent, count: () => void): Promise<Outcome>;
  /** The rows that a call changes. Synchronous, and only inside an open transaction. */
  readonly rows: {
    arm(key: VersionKey, arm: number): ArmRecord | undefined;
    unit(key: VersionKey, unit: string): UnitRecord | undefined;
    setArm(key: VersionKey, arm: number, record: ArmRecord): void;
    setUnit(key: VersionKey, unit: string, record: UnitRecord): void;
  };
}
