import { createSqliteEventStore } from "../audit/event-store-sqlite.ts";
import { AppError } from "../core/errors.ts";
import type { JobId, TenantId } from "../core/ids.ts";
import { type BufferedConnection, createCounter } from "../database/buffered-connection.ts";
import type { SqlRow, SqlValue } from "../database/sqlite-connection.ts";
import type { SqliteDatabase } from "../database/sqlite-database.ts";
import { FINAL_STATES, type JobState } from "../models/job.ts";
import { type Command, type Effect, transition } from "./core.ts";
import type { Job } from "./job.ts";
import { JobMemory, type StoredJob } from "./job-memory.ts";
import type { BuildOutcomeLeaf, ClaimRequest, JobEvent, JobListener, JobRef, ListRequest, Store } from "./store.ts";

const MAX_PAGE = 1000;

/** What a command did to a job. */
interface Moved {
  readonly job: Job;
  readonly changed: boolean;
  readonly before: JobState | undefined;
}

/** The jobs of a database; closing the store closes it. @param audit the events of that database, where somebody has them already */
export function createSqliteStore(
  database: SqliteDatabase,
  buildOutcomeLeaf: BuildOutcomeLeaf,
  audit = createSqliteEventStore(database),
): Store {
  const { connection, group, leaves } = database;
  const listeners = new Set<JobListener>();
  const counts: ((job: Job) => void)[] = [];
  const sql = prepareStatements(connection);

  const memory = new JobMemory();
  let rollbacks = connection.rollbacks;
  /** How many jobs are queued; counted when it is first asked for. */
  let queued: number | undefined;

  /** What is remembered, unless it was rolled back since. */
  function remembered(): JobMemory {
    if (rollbacks !== connection.rollbacks) {
      rollbacks = connection.rollbacks;
      memory.clear();
      queued = undefined;
    }
    return memory;
  }

  function find(ref: JobRef): StoredJob | undefined {
    return remembered().find(ref) ?? toStored(sql.job.get(ref.tenant, ref.id));
  }

  function mustFind(ref: JobRef): Job {
    const stored = find(ref);
    if (stored === undefined) throw new AppError("not-found", `there is no job ${ref.id}`);
    return stored.job;
  }

  /** One command inside the transaction: read, move, write with everything that belongs to it. */
  function applyNow(command: Command): Moved {
    const stored = command.kind === "submit" ? findByIdempotencyKey(command) : find(command);
    return moveNow(stored, isWithoutItsResult(command) ? { ...command, kind: "hand-back" } : command);
  }

  /** The job whose stored result was to answer this one was deleted meanwhile: this one runs by itself then. */
  function isWithoutItsResult(command: Command): command is Command & { kind: "succeed" } {
    if (command.kind !== "succeed" || command.container !== undefined) return false;
    return sql.hasResult.get(command.tenant, command.result.resultHash) === undefined;
  }

  function moveNow(stored: StoredJob | undefined, command: Command): Moved {
    const before = stored?.job;
    const { job: moved, effects } = transition(before, command);
    if (moved === before) return { job: moved, changed: false, before: before.status };
    const row = stored?.row ?? insert(moved);
    if (command.kind === "submit") remembered().add({ row, job: moved }, command.input);
    let job = moved;
    let salt: Uint8Array | null = null;
    for (const effect of effects) {
      if (effect.effect === "outcome") {
        const outcome = buildOutcomeLeaf(job, inputOf(job));
        salt = outcome.salt;
        job = { ...job, leafIndex: leaves.add(outcome.leaf) };
        const { engineMs = 0 } = job.result ?? {};
        sql.addUsage(job.tenant, dayOf(command.at), engineMs, job.costMicroUsd);
      } else if (effect.effect === "event") addEvent(job, effect, command.at);
      else if (effect.effect === "result") {
        sql.addResult(job.tenant, effect.resultHash, effect.container);
        remembered().addResult(job.id, effect.container);
      } else sql.addInput(row, effect.bytes);
    }
    if (before !== undefined || salt !== null) sql.putJob(...constants(row, job), ...changing(job, salt));
    remembered().change(job, FINAL_STATES.has(job.status));
    if (queued !== undefined) queued += Number(job.status === "queued") - Number(before?.status === "queued");
    if (command.event !== undefined) audit.record(command.event);
    if (salt !== null) for (const count of counts) count(job);
    return { job, changed: true, before: before?.status };
  }

  function findByIdempotencyKey(command: Command & { kind: "submit" }): StoredJob | undefined {
    return command.idempotency && toStored(sql.jobByKey.get(command.tenant, command.idempotency.key));
  }

  /** @returns the number of its row, by which its input is found */
  function insert(job: Job): number {
    const { status, readyAt, deadlineAt = null } = job;
    const row = sql.nextRow("");
    sql.addJob(...constants(row, job), status, readyAt, deadlineAt, JSON.stringify(job));
    return row;
  }

  function addEvent({ tenant, id }: Job, { kind, data }: Effect & { effect: "event" }, at: number): void {
    sql.addEvent(tenant, sql.nextEvent(tenant), id, at, kind, JSON.stringify(data));
  }

  function inputOf(ref: JobRef): Uint8Array {
    const known = remembered().find(ref)?.input;
    if (known !== undefined) return known;
    const source = sql.input.get(ref.tenant, ref.id)?.source;
    if (!(source instanceof Uint8Array))
      throw new AppError("integrity-violation", `the input of job ${ref.id} is missing`);
    return source;
  }

  function nextQueued(after: string, at: number): StoredJob | undefined {
    const known = remembered();
    queued ??= Number(sql.countQueued.get()?.jobs);
    const first = known.firstQueued(queued, after, at);
    if (first !== undefined) return first ?? undefined;
    const row = sql.nextQueued.get(after, at, at) ?? (after && sql.nextQueued.get("", at, at));
    if (!row) return undefined;
    const stored = known.find(toRef(row)) ?? toStored(row);
    known.take(stored);
    return stored;
  }

  function claimNow({ worker, at, leaseMs, limit, after }: ClaimRequest): Moved[] {
    const leased: Moved[] = [];
    let turn: string = after ?? "";
    while (leased.length < limit) {
      const stored = nextQueued(turn, at);
      if (stored === undefined) break;
      const { job } = stored;
      turn = job.tenant;
      leased.push(moveNow(stored, { kind: "lease", worker, at, leaseMs, tenant: job.tenant, id: job.id }));
    }
    return leased;
  }

  function removeNow(ref: JobRef): Job {
    const job = mustFind(ref);
    if (!FINAL_STATES.has(job.status)) {
      throw new AppError(
        "conflict",
        `job ${ref.id} is ${job.status}: only a job that has ended can be deleted; cancel it first`,
      );
    }
    sql.deleteInput.run(ref.tenant, ref.id);
    sql.deleteJob.run(ref.tenant, ref.id);
    remembered().forget(job.id);
    const hash = job.result?.resultHash;
    // Jobs that reused the result have it still.
    if (hash !== undefined && sql.jobWithResult.get(ref.tenant, hash) === undefined)
      sql.deleteResult.run(ref.tenant, hash);
    return job;
  }

  /** After the commit. */
  function announced({ job, changed, before }: Moved): Job {
    if (changed) for (const listener of listeners) listener(job, before);
    return job;
  }

  return {
    soleProcess: true,
    apply: (command) => group.run(() => applyNow(command)).then(announced),
    claim: (request) => group.run(() => claimNow(request)).then((moved) => moved.map(announced)),
    get: (ref) => group.read(() => mustFind(ref)),
    list: (tenant, request) => group.read(() => listJobs(sql, tenant, request)),
    repeated: (tenant, key) => group.read(() => toJob(sql.jobByKey.get(tenant, key))),
    input: (ref) => group.read(() => inputOf(mustFind(ref))),
    result: (ref) =>
      group.read(() => {
        const job = mustFind(ref);
        if (job.result === undefined)
          throw new AppError("conflict", `job ${ref.id} is ${job.status}: it has no result`);
        const known = remembered().find(ref)?.container;
        if (known !== undefined) return known;
        const container = sql.result.get(job.tenant, job.result.resultHash)?.container;
        if (container instanceof Uint8Array) return container;
        throw new AppError("integrity-violation", `the result of job ${ref.id} is missing`);
      }),
    salt: (ref) =>
      group.read(() => {
        const salt = sql.salt.get(ref.tenant, mustFind(ref).id)?.salt;
        return salt instanceof Uint8Array ? salt : undefined;
      }),
    cached: (tenant, contentKey) => group.read(() => toJob(sql.cached.get(tenant, contentKey))),
    remove: (ref, event) =>
      group.run(() => {
        removeNow(ref);
        audit.record(event);
      }),
    usage: (at) =>
      group.read(() =>
        sql.usage.all(dayOf(at)).map((row) => ({
          tenant: row.tenant as TenantId,
          jobsInFlight: Number(row.jobs_in_flight),
          computeMs: Number(row.compute_ms),
          costMicroUsd: Number(row.cost_micro_usd),
        })),
      ),
    liveJobs: () =>
      group.read(() => new Map(sql.liveJobs.all().map((row) => [row.status as JobState, Number(row.jobs)]))),
    oldestQueued: () =>
      group.read(() => {
        const readyAt = sql.oldestQueued.get()?.ready_at;
        return typeof readyAt === "number" ? readyAt : undefined;
      }),
    newestEvent: (tenant) => group.read(() => Number(sql.newestEvent.get(tenant)?.sequence)),
    events: (tenant, after, limit) => group.read(() => sql.events.all(tenant, after, limit).map(toEvent)),
    jobEvents: ({ tenant, id }, after, limit) =>
      group.read(() => sql.jobEvents.all(id, tenant, after, limit).map(toEvent)),
    overdue: (at, limit) => group.read(() => sql.overdue.all(at, limit).map(toRef)),
    lapsed: (at, limit) => group.read(() => sql.lapsed.all(at, limit).map(parseJob)),
    log: {
      size: () => group.read(() => leaves.count()),
      leaves: (from, to) => group.read(() => leaves.range(from, to)),
      append: (leaf) => group.run(() => leaves.add(leaf)),
    },
    onOutcome: (count) => void counts.push(count),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await database.close();
    },
  };
}

/** The columns that stay, those of an index of them first. */
const CONSTANT = ["row", "tenant", "id", "type", "idempotency_key"] as const;

/** The values of {@link CONSTANT}. */
function constants(row: number, { tenant, id, type, idempotency }: Job): SqlValue[] {
  return [row, tenant, id, type, idempotency?.key ?? null];
}

/** The columns that a move may change. */
const CHANGING = [
  "status",
  "ready_at",
  "deadline_at",
  "lease_expires_at",
  "content_key",
  "result_hash",
  "salt",
  "record",
] as const;

/** The values of {@link CHANGING}. */
function changing(job: Job, salt: Uint8Array | null): SqlValue[] {
  return [
    job.status,
    job.readyAt,
    FINAL_STATES.has(job.status) ? null : earliest(job.deadlineAt, job.approvalsUntil),
    job.lease?.expiresAt ?? null,
    job.result?.contentKey ?? null,
    job.result?.resultHash ?? null,
    salt,
    JSON.stringify(job),
  ];
}

const DAY_MS = 86_400_000;

/** Days since 1970 in UTC. */
function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

function earliest(a: number | undefined, b: number | undefined): number | null {
  return a === undefined ? (b ?? null) : Math.min(a, b ?? a);
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(connection: BufferedConnection) {
  const prepare = (text: string) => connection.prepare(text);
  const lastRow = prepare("select coalesce(max(row), 0) as row from jobs");
  const newestEvent = prepare("select coalesce(max(sequence), 0) as sequence from events where tenant = ?");
  return {
    job: prepare("select row, record from jobs where tenant = ? and id = ?"),
    jobByKey: prepare("select row, record from jobs where tenant = ? and idempotency_key = ?"),
    cached: prepare("select record from jobs where tenant = ? and content_key = ? order by id limit 1"),
    list: prepare(`select record from jobs where tenant = ? and id < ? and (? is null or status = ?)
      and (? is null or type = ?) order by id desc limit ?`),
    addJob: connection.rows("jobs", [...CONSTANT, "status", "ready_at", "deadline_at", "record"]),
    nextRow: createCounter(connection, () => Number(lastRow.get()?.row)),
    // An update of many rows in one statement.
    putJob: connection.rows(
      "jobs",
      [...CONSTANT, ...CHANGING],
      `on conflict (row) do update set ${CHANGING.map((column) => `${column} = excluded.${column}`).join(", ")}`,
    ),
    nextQueued:
      prepare(`select row, tenant, id, record from jobs where status = 'queued' and tenant > ? and ready_at <= ?
      and (deadline_at is null or deadline_at > ?)
      order by tenant, ready_at, id limit 1`),
    countQueued: prepare("select count(*) as jobs from jobs where status = 'queued'"),
    overdue: prepare("select tenant, id from jobs where deadline_at <= ? order by deadline_at limit ?"),
    lapsed: prepare("select record from jobs where lease_expires_at <= ? order by lease_expires_at limit ?"),
    input: prepare("select source from inputs where job = (select row from jobs where tenant = ? and id = ?)"),
    addInput: connection.rows("inputs", ["job", "source"]),
    result: prepare("select container from results where tenant = ? and result_hash = ?"),
    hasResult: prepare("select 1 as found from results where tenant = ? and result_hash = ?"),
    addResult: connection.rows("results", ["tenant", "result_hash", "container"], "on conflict do nothing"),
    salt: prepare("select salt from jobs where tenant = ? and id = ?"),
    deleteJob: prepare("delete from jobs where tenant = ? and id = ?"),
    deleteInput: prepare("delete from inputs where job = (select row from jobs where tenant = ? and id = ?)"),
    jobWithResult: prepare("select id from jobs where tenant = ? and result_hash = ? limit 1"),
    deleteResult: prepare("delete from results where tenant = ? and result_hash = ?"),
    addUsage: connection.rows(
      "usage",
      ["tenant", "day", "compute_ms", "cost_micro_usd"],
      `on conflict (tenant, day) do update set
        compute_ms = compute_ms + excluded.compute_ms, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd`,
    ),
    usage:
      prepare(`select tenant, sum(live) as jobs_in_flight, sum(compute_ms) as compute_ms, sum(cost_micro_usd) as cost_micro_usd
      from (select tenant, count(*) as live, 0.0 as compute_ms, 0 as cost_micro_usd from jobs
              where status in ('planned', 'awaiting-approval', 'paused') group by tenant
            union all select tenant, count(*), 0.0, 0 from jobs where status = 'queued' group by tenant
            union all select tenant, count(*), 0.0, 0 from jobs where lease_expires_at is not null group by +tenant
            union all select tenant, 0, compute_ms, cost_micro_usd from usage where day = ?)
      group by tenant`),
    // Each part by an index of its own: most jobs of a store are final.
    liveJobs: prepare(`select status, count(*) as jobs from jobs
        where status in ('planned', 'awaiting-approval', 'paused') group by status
      union all select 'queued', count(*) from jobs where status = 'queued'
      union all select 'running', count(*) from jobs where lease_expires_at is not null`),
    // Jumps from tenant to tenant in the index of the queue: 44 ms of the event loop with 200,000 jobs queued otherwise.
    oldestQueued: prepare(`with recursive waiting (tenant) as (
        select min(tenant) from jobs where status = 'queued'
        union all select (select min(tenant) from jobs where status = 'queued' and tenant > waiting.tenant)
          from waiting where waiting.tenant is not null)
      select min((select min(ready_at) from jobs where status = 'queued' and tenant = waiting.tenant)) as ready_at from waiting`),
    newestEvent,
    events: prepare(
      "select sequence, job_id, at, kind, data from events where tenant = ? and sequence > ? order by sequence limit ?",
    ),
    jobEvents: prepare(
      "select sequence, job_id, at, kind, data from events where job_id = ? and tenant = ? and sequence > ? order by sequence limit ?",
    ),
    addEvent: connection.rows("events", ["tenant", "sequence", "job_id", "at", "kind", "data"]),
    nextEvent: createCounter(connection, (tenant) => Number(newestEvent.get(tenant)?.sequence)),
  };
}

function listJobs(sql: Statements, tenant: TenantId, request: ListRequest): { jobs: Job[]; next?: string } {
  const limit = Math.min(request.limit, MAX_PAGE);
  const [status, type] = [request.status ?? null, request.type ?? null];
  // '~' sorts after every id.
  const rows = sql.list.all(tenant, request.cursor ?? "~", status, status, type, type, limit + 1);
  const jobs = rows.slice(0, limit).map(parseJob);
  const last = jobs.at(-1);
  return rows.length > limit && last !== undefined ? { jobs, next: last.id } : { jobs };
}

function toJob(row: SqlRow | undefined): Job | undefined {
  return row && parseJob(row);
}

function toStored(row: SqlRow): StoredJob;
function toStored(row: SqlRow | undefined): StoredJob | undefined;
function toStored(row: SqlRow | undefined): StoredJob | undefined {
  return row && { row: Number(row.row), job: parseJob(row) };
}

function parseJob(row: SqlRow): Job {
  return JSON.parse(String(row.record)) as Job;
}

function toRef(row: SqlRow): JobRef {
  return { tenant: row.tenant as TenantId, id: row.id as JobId };
}

function toEvent(row: SqlRow): JobEvent {
  return {
    sequence: Number(row.sequence),
    jobId: row.job_id as JobId,
    at: Number(row.at),
    kind: row.kind as JobState,
    data: JSON.parse(String(row.data)) as JobEvent["data"],
  };
}
