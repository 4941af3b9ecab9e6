import { setImmediate } from "node:timers/promises";
import { type EventOrigin, newEvent } from "../audit/new-event.ts";
import { toHex } from "../core/bytes.ts";
import { canonicalHash, type Json } from "../core/canonical-json.ts";
import type { Clock } from "../core/clock.ts";
import { AppError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import { freshBytes } from "../core/random.ts";
import { AUTO_MODEL } from "../models/chat.ts";
import {
  type ArmRoute,
  CallRoute,
  type CreateExperiment,
  type ExperimentDocument,
  type ExperimentView,
  JobRoute,
} from "../models/experiment.ts";
import {
  type AssignedCall,
  type AssignedJob,
  type Assignment,
  assignmentOf,
  isEachItsOwn,
  jobAssignmentOf,
} from "./assignment.ts";
import { judgementOf } from "./judgement.ts";
import { type ExperimentStore, type ExperimentVersion, type ListPlace, PRE_PERIOD, type VersionKey } from "./store.ts";
import { count, countBefore, EMPTY_ARM, type Values, valuesOf } from "./tallies.ts";
import { viewExperiment } from "./view.ts";

/** What is known when a call or a job has ended. */
interface EndedCall {
  readonly outcome: string;
  readonly latencyMs: number;
  readonly costMicroUsd: number;
}

interface ListPage {
  readonly limit: number;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** A tenant's experiments: which arm a call or a job is in, what became of it, and when they end. */
export interface Experiments {
  /** @throws {AppError} `conflict` for arms that contradict each other or the store, and while one runs for the same calls */
  create(tenant: TenantId, body: CreateExperiment, origin: EventOrigin): Promise<ExperimentView>;
  /** The newest version of each, the newest first. */
  list(tenant: TenantId, page: ListPage): Promise<{ experiments: ExperimentView[]; next: string | null }>;
  /** Those that run. */
  running(tenant: TenantId): Promise<ExperimentView[]>;
  /** @throws {AppError} `not-found` for unknown and foreign names alike */
  get(tenant: TenantId, name: string, version?: number): Promise<ExperimentView>;
  /** Calls take today's way again; one that was stopped stays as it is. @throws {AppError} `not-found` */
  stop(tenant: TenantId, name: string, origin: EventOrigin): Promise<ExperimentView>;
  assign(tenant: TenantId, call: AssignedCall): Assignment | undefined;
  /** The same answer before and after the job ran, while the experiment runs. */
  assignJob(tenant: TenantId, job: AssignedJob): Assignment<JobRoute> | undefined;
  /** Counts an ended call or job. Synchronous, and only inside an open transaction, with its event. */
  countCall(assignment: Assignment<ArmRoute>, call: EndedCall): void;
  /** Counts what was told of a call later; as {@link countCall}. */
  countTold(assignment: Pick<Assignment<ArmRoute>, "experiment" | "arm" | "unit">, values: Values): void;
  /** Judges a running experiment, and stops it where it has to be; once for all calls of a turn. */
  look(key: VersionKey): Promise<void>;
}

export interface ExperimentServices {
  readonly store: ExperimentStore;
  readonly clock: Clock;
  /** Whether the tenant ever had this router in force. */
  hasRouter(tenant: TenantId, hash: string): boolean;
  /** Who ends experiments that break a guard rail. */
  readonly system: EventOrigin;
  /** Counts it, for metrics. */
  onStop(cause: NonNullable<ExperimentView["stopCause"]>): void;
}

/** Units of one version: each is a row. Whoever comes later takes today's way. */
const MOST_UNITS = 1_000_000;

export function createExperiments({ store, clock, hasRouter, system, onStop }: ExperimentServices): Experiments {
  /** Looks that have not begun: what is committed until then they will see. */
  const planned = new Set<string>();
  /** What every call looks at. */
  const running = new Map<TenantId, readonly ExperimentVersion[]>();

  function runningOf(tenant: TenantId): readonly ExperimentVersion[] {
    let found = running.get(tenant);
    if (found === undefined) {
      found = store.running(tenant);
      running.set(tenant, found);
    }
    return found;
  }

  const missing = (name: string): AppError => new AppError("not-found", `there is no experiment ${name}`);

  async function view(version: ExperimentVersion): Promise<ExperimentView> {
    return viewExperiment(version, await store.arms(version), clock());
  }

  async function get(tenant: TenantId, name: string, version?: number): Promise<ExperimentView> {
    const found = await store.find(tenant, name, version);
    if (found === undefined) throw missing(version === undefined ? name : `${name} of version ${version}`);
    return view(found);
  }

  async function stop(
    key: VersionKey,
    cause: NonNullable<ExperimentView["stopCause"]>,
    origin: EventOrigin,
    detail: Readonly<Record<string, Json>>,
  ): Promise<void> {
    const { tenant, name } = key;
    let isNew = false;
    try {
      await store.change(key, (found) => {
        if (found === undefined) throw missing(name);
        isNew = found.stopped === null;
        if (!isNew) return undefined;
        const at = clock();
        const facts = { tenant, at, subject: name, detail: { version: found.version, cause, ...detail } };
        return {
          version: { ...found, stopped: { at, cause } },
          event: newEvent(origin, { ...facts, action: "experiment.stop" }),
        };
      });
    } finally {
      running.delete(tenant);
    }
    if (isNew) onStop(cause);
  }

  function countTold(
    { experiment, arm, unit }: Pick<Assignment<ArmRoute>, "experiment" | "arm" | "unit">,
    values: Values,
    isCall = false,
  ): void {
    const version = runningOf(experiment.tenant).find(
      ({ name, version: number }) => name === experiment.name && number === experiment.version,
    );
    // Ended meanwhile: what it was judged by stays.
    if (version === undefined) return;
    const { rows } = store;
    const record = rows.arm(experiment, arm);
    const before = unit === null ? undefined : rows.unit(experiment, unit);
    if (arm === PRE_PERIOD) {
      // What comes later is no longer from before, and has assigned units.
      if (unit === null || before?.arm !== undefined || clock() >= beginOf(version)) return;
      const counted = countBefore(version.document.metric, before, record, values);
      rows.setUnit(experiment, unit, counted.unit);
      rows.setArm(experiment, arm, counted.all);
      return;
    }
    if (unit !== null && before?.arm === undefined && (record?.assigned ?? 0) >= MOST_UNITS) return;
    const counted = count({ index: arm, record }, before, values, isCall, centerOf(version));
    if (unit !== null) rows.setUnit(experiment, unit, counted.unit);
    const assigned = unit === null && !isCall ? (record?.assigned ?? 0) : counted.arm.assigned;
    rows.setArm(experiment, arm, { ...counted.arm, assigned });
  }

  /** Mean of the covariate; it changes no more when arms are assigned. */
  function centerOf(version: ExperimentVersion): number | undefined {
    const tally = version.document.prePeriodMs > 0 ? store.rows.arm(version, PRE_PERIOD) : undefined;
    const known = tally?.tallies[version.document.metric];
    return known && known.sum / known.n;
  }

  return {
    async create(tenant, { name, ...asked }, origin) {
      const document = asked.jobs === undefined ? { ...asked, calls: asked.calls ?? AUTO_MODEL } : asked;
      checkDocument(document, (hash) => hasRouter(tenant, hash));
      const at = clock();
      let made: ExperimentVersion | undefined;
      try {
        await store.create(tenant, name, (newest, others) => {
          const other = others.find(
            ({ document: { calls, jobs } }) => calls === document.calls && jobs === document.jobs,
          );
          if (newest?.stopped === null) throw new AppError("conflict", `${name} is running; stop it first`);
          if (other !== undefined)
            throw new AppError("conflict", `${other.name} is running for ${subjectOf(document)}; stop it first`);
          const version = (newest?.version ?? 0) + 1;
          const salt = toHex(freshBytes(32));
          made = { tenant, name, version, document, createdAt: at, createdBy: origin.actor.id, salt, stopped: null };
          const detail = { version, hash: canonicalHash(document as unknown as Json) };
          return {
            version: made,
            event: newEvent(origin, { tenant, at, action: "experiment.create", subject: name, detail }),
          };
        });
      } finally {
        running.delete(tenant);
      }
      if (made === undefined) throw missing(name);
      return view(made);
    },
    async list(tenant, { limit, cursor }) {
      const found = await store.list(tenant, limit + 1, cursor === undefined ? undefined : placeOf(cursor));
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last !== undefined ? `${last.createdAt}.${last.name}` : null;
      return { experiments: await Promise.all(page.map(view)), next };
    },
    running: async (tenant) => Promise.all(runningOf(tenant).map(view)),
    get,
    async stop(tenant, name, origin) {
      const newest = await store.find(tenant, name);
      if (newest === undefined) throw missing(name);
      await stop(newest, "asked", origin, {});
      return get(tenant, name, newest.version);
    },
    assign(tenant, call) {
      for (const experiment of runningOf(tenant)) {
        const found = assignmentOf(experiment, call);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    assignJob(tenant, job) {
      for (const experiment of runningOf(tenant)) {
        const found = jobAssignmentOf(experiment, job);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    countCall(assignment, call) {
      const { tenant, name, version } = assignment.experiment;
      const found = runningOf(tenant).find((each) => each.name === name && each.version === version);
      if (found !== undefined) countTold(assignment, valuesOf(found.document, call), true);
    },
    countTold,
    async look(key) {
      const id = JSON.stringify([key.tenant, key.name, key.version]);
      if (planned.has(id)) return;
      planned.add(id);
      await setImmediate();
      planned.delete(id);
      const found = runningOf(key.tenant).find(({ name, version }) => name === key.name && version === key.version);
      if (found === undefined) return;
      const records = await store.arms(key);
      const { judgement } = judgementOf(
        found.document,
        found.document.arms.map((_, k) => records.get(k) ?? EMPTY_ARM),
      );
      if (judgement.state === "sample-ratio-mismatch") return stop(key, judgement.state, system, {});
      const harmful = judgement.arms.filter(({ verdict }) => verdict === "harmful");
      if (harmful.length === 0) return;
      await stop(key, "guard-rail", system, {
        broken: harmful.map(({ arm, broken }) => ({ arm, guardRails: [...broken] })),
      });
    },
  };
}

/** What a cursor names; its form was checked where it came in. */
function placeOf(cursor: string): ListPlace {
  const end = cursor.indexOf(".");
  return { createdAt: Number(cursor.slice(0, end)), name: cursor.slice(end + 1) };
}

function beginOf({ createdAt, document }: ExperimentVersion): number {
  return createdAt + document.prePeriodMs;
}

/** What it compares ways for, in words. */
function subjectOf({ calls, jobs }: ExperimentDocument): string {
  return jobs === undefined ? `calls of ${calls}` : `${jobs} jobs`;
}

/** What the schema cannot say. @throws {AppError} `conflict` */
function checkDocument(document: ExperimentDocument, hasRouter: (hash: string) => boolean): void {
  const { arms, unit, prePeriodMs, jobs } = document;
  checkKind(document);
  const names = arms.map(({ name }) => name);
  const again = names.findIndex((name, k) => names.indexOf(name) < k);
  if (again >= 0)
    throw new AppError("conflict", `body.arms[${again}].name: ${names[again]} is there already; rename one of them`);
  for (const [k, { route }] of arms.entries()) {
    if ("router" in route && route.router !== undefined && !hasRouter(route.router)) {
      const remedy = "PUT /v1/model-router puts one in force";
      throw new AppError("conflict", `body.arms[${k}].route.router: the tenant never had ${route.router}; ${remedy}`);
    }
  }
  if (isEachItsOwn(unit) && prePeriodMs > 0) {
    const what = jobs === undefined ? "call" : "job";
    throw new AppError("conflict", `body.prePeriodMs: a ${what} has no past; choose another unit, or leave it out`);
  }
}

/** Calls have models and users, jobs have back ends. @throws {AppError} `conflict` */
function checkKind({ calls, jobs, unit, metric, arms }: ExperimentDocument): void {
  const refuse = (what: string): never => {
    throw new AppError("conflict", `body.${what}`);
  };
  if (jobs !== undefined && calls !== undefined) refuse("calls: an experiment is for calls or for jobs; leave out one");
  if (jobs !== undefined && (unit === "call" || unit === "user"))
    refuse(`unit: jobs have no ${unit}; choose job, key or metadata.NAME`);
  if (jobs === undefined && unit === "job") refuse("unit: a call is no job; choose call, key, user or metadata.NAME");
  if (jobs !== undefined && metric === "quality")
    refuse("metric: nobody tells the quality of a job; choose success, latency or cost");
  const kind = jobs === undefined ? CallRoute : JobRoute;
  const foreign = arms.findIndex(({ route }) => !kind.safeParse(route).success);
  if (foreign < 0) return;
  const [whose, what] =
    jobs === undefined ? ["calls", "model, router or collapse"] : ["jobs", "backend, strategies or collapse"];
  refuse(`arms[${foreign}].route: of ${whose}: must name a ${what} of theirs, or nothing`);
}
