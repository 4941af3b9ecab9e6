import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadedDriver } from "../../ts/adapters/sqlite/drivers.ts";
import { migrate } from "../../ts/adapters/sqlite/migrate.ts";
import { openDatabase } from "../../ts/adapters/sqlite/open-database.ts";
import { concatBytes, fromUtf8, toHex, utf8 } from "../../ts/core/bytes.ts";
import { canonicalJson, type Json } from "../../ts/core/canonical-json.ts";
import { newJobId, type TenantId } from "../../ts/core/ids.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import type { SqliteConnection } from "../../ts/database/sqlite-connection.ts";
import { createSqliteDatabase } from "../../ts/database/sqlite-database.ts";
import type { SubmitCommand } from "../../ts/jobs/core.ts";
import type { Job, JobResult } from "../../ts/jobs/job.ts";
import type { JobServices } from "../../ts/jobs/jobs.ts";
import type { OutcomeLeaf, Store } from "../../ts/jobs/store.ts";
import { createSqliteStore } from "../../ts/jobs/store-sqlite.ts";
import { SQLITE_MIGRATIONS } from "../../ts/migrations/sqlite/all.ts";
import type { BackendDescription } from "../../ts/models/backend.ts";
import type { SubmitOf } from "../../ts/models/job.ts";
import { parseTenantPolicy } from "../../ts/models/policy.ts";
import type { RouteDecision } from "../../ts/models/route.ts";
import type { Provider, ProviderJob } from "../../ts/providers/provider.ts";
import type { EngineRun } from "../../ts/workers/engine-worker.ts";

export const ALICE = "alice" as TenantId;
export const BOB = "bob" as TenantId;

export const BELL = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nh q[0];\ncx q[0],q[1];\n';

export const BELL_BODY: SubmitOf<"circuit"> = {
  type: "circuit",
  input: { format: "openqasm2", source: BELL },
  seed: 7,
};

/** Folders of a test file, removed with `clean`. */
export function createFolders(): { next(): string; clean(): void } {
  const folders: string[] = [];
  return {
    next() {
      const folder = mkdtempSync(join(tmpdir(), "ketflow-test-"));
      folders.push(folder);
      return folder;
    },
    clean() {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A log entry that repeats what the outcome was, so that tests can read it back. */
export function outcomeLeaf(job: Job, input: Uint8Array): OutcomeLeaf {
  const outcome = { id: job.id, status: job.status, resultHash: job.result?.resultHash, inputBytes: input.length };
  return { leaf: utf8(canonicalJson(outcome)), salt: sha256(utf8(job.id)) };
}

export async function openConnection(folder: string, driver?: LoadedDriver): Promise<SqliteConnection> {
  const connection = await openDatabase(folder, driver);
  migrate(connection, SQLITE_MIGRATIONS);
  return connection;
}

export async function openStore(folder: string, driver?: LoadedDriver): Promise<Store> {
  return createSqliteStore(createSqliteDatabase(await openConnection(folder, driver)), outcomeLeaf);
}

export function submission(tenant: TenantId, at: number, change: Partial<SubmitCommand> = {}): SubmitCommand {
  return {
    ...{ kind: "submit", tenant, at, id: newJobId(at), type: "circuit", seed: 7, maxAttempts: 3 },
    ...{ input: utf8(BELL), inputHash: toHex(sha256(utf8(BELL))) },
    request: { format: "openqasm2", options: {}, target: "auto", reuse: true },
    ...change,
  };
}

/** The deterministic result of the fake engine: a container that names input, shots and seed. */
export function fakeRun(job: ProviderJob): EngineRun {
  const container = concatBytes(
    utf8("fake-container "),
    utf8(canonicalJson({ ...job, source: fromUtf8(job.source), options: { ...job.options } } as Json)),
  );
  return {
    container,
    resultHash: toHex(sha256(container)),
    engineMs: 2,
    options: {},
    identity: {
      engine: { name: "fake", version: "1.0.0", contentHash: "e".repeat(64) },
      build: { kind: "test", sha256: "b".repeat(64) },
    },
    notes: [],
  };
}

export function fakeResult(change: Partial<JobResult> = {}): { result: JobResult; container: Uint8Array } {
  const { container, ...run } = fakeRun({
    type: "circuit",
    format: "openqasm2",
    source: utf8(BELL),
    options: {},
    seed: 7,
  });
  return { container, result: { backend: "embedded", simulated: true, ...run, ...change } };
}

export function describeBackend(id: string, change: Partial<BackendDescription> = {}): BackendDescription {
  return {
    ...{ id, name: id, kind: "embedded", jobTypes: ["circuit"], simulated: true, external: false, region: "local" },
    ...{
      maxDataClass: "restricted",
      maxQubits: 20,
      maxShots: 1_000_000,
      price: { perTaskMicroUsd: 0, perShotMicroUsd: 0 },
    },
    ...{ queueMs: { mean: 0, variance: 0 }, fidelity: { oneQubit: 1, twoQubit: 1, readout: 1 }, options: ["shots"] },
    ...change,
  };
}

export function fakeProvider(
  id: string,
  run: Provider["run"] = async (job) => fakeRun(job),
  change: Partial<BackendDescription> = {},
): Provider {
  return { describe: () => describeBackend(id, change), predict: () => ({ meanMs: 1, varianceMs2: 0 }), run };
}

export function fakeRoute(
  backends: readonly string[],
  costMicroUsd: Record<string, number> = {},
  policy = "p",
): RouteDecision {
  const [chosen = "", ...fallbacks] = backends;
  return {
    candidates: backends.map((backend) => ({
      ...{ backend, eligible: true, scores: [], mean: 1, variance: 0 },
      predicted: { queueMs: 0, executionMs: 3, variance: 0, costMicroUsd: costMicroUsd[backend] ?? 0, fidelity: 1 },
    })),
    ...{ strategies: ["balanced"], collapse: "best-score", seed: 7, chosen, fallbacks },
    snapshotHashes: { backends: "b", policy, calibration: "c" },
  };
}

/** The default policy, whose jobs may take as long as they like. */
export const UNHURRIED = parseTenantPolicy({ deadlines: { neuralMs: null, quantumMs: null, hybridMs: null } });

/** Services over a store with one embedded fake back end; errors that nobody expected fail the test that looks at them. */
export function fakeServices(
  store: Store,
  providers: readonly Provider[] = [fakeProvider("embedded")],
): JobServices & { errors: unknown[] } {
  const errors: unknown[] = [];
  const ids = providers.map((provider) => provider.describe().id);
  return {
    store,
    providers: new Map(providers.map((provider) => [provider.describe().id, provider])),
    decide: async ({ request }) => fakeRoute(request.target === "auto" ? ids : [request.target]),
    engineHash: (backend) => (backend === "embedded" ? "e".repeat(64) : undefined),
    reportError: (error) => errors.push(error),
    errors,
  };
}
