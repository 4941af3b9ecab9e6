import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openLogKeys } from "../../ts/audit/keys.ts";
import type { LeafSource } from "../../ts/audit/log-recovery.ts";
import { LogWriter, type LogWriterOptions } from "../../ts/audit/log-writer.ts";
import { loadMldsa } from "../../ts/audit/mldsa.ts";
import type { JobOutcome } from "../../ts/audit/receipt.ts";
import { utf8 } from "../../ts/core/bytes.ts";
import { LOCAL_TENANT } from "../../ts/core/ids.ts";
import { sha256 } from "../../ts/core/sha256.ts";

/** 2026-01-02T03:04:05Z: tests do not depend on the clock of the machine. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** In memory where there is such a place: what is tested is order and content, not the disk that syncs them. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** An empty folder that is gone after the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(SCRATCH, "ketflow-audit-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Leaves in an array, as the store's rows would be. */
export class ArraySource implements LeafSource {
  readonly rows: Uint8Array[];
  constructor(rows: Uint8Array[] = []) {
    this.rows = rows;
  }
  size(): number {
    return this.rows.length;
  }
  leaves(from: number, to: number): readonly Uint8Array[] {
    return this.rows.slice(from, to);
  }
}

export function syntheticLeaves(count: number, label = "leaf"): Uint8Array[] {
  return Array.from({ length: count }, (_, k) => utf8(`${label} ${k}`));
}

/** A log in `root` (log, keys and state folders inside it) over the given rows. */
export async function openLog(
  root: string,
  source: LeafSource,
): Promise<{ writer: LogWriter; options: LogWriterOptions }> {
  const options = await logOptions(root, source);
  return { writer: await LogWriter.open(options), options };
}

export async function logOptions(root: string, source: LeafSource): Promise<LogWriterOptions> {
  const mldsa = await loadMldsa();
  return {
    directory: join(root, "log"),
    stateDirectory: join(root, "state"),
    keys: await openLogKeys(join(root, "keys"), mldsa),
    source,
    mldsa,
    now: () => NOW_MS,
  };
}

/** A Bell job that succeeded, with a route over two back ends. */
export function bellOutcome(overrides: Partial<JobOutcome> = {}): JobOutcome {
  const container = utf8("not a real container, but bytes with a hash");
  const candidate = (backend: string, mean: number) => ({
    backend,
    eligible: true,
    predicted: { queueMs: 0, executionMs: 1.25, variance: 0.01, costMicroUsd: 0, fidelity: 1 },
    scores: [{ strategy: "balanced" as const, mean, variance: 0.001 }],
    mean,
    variance: 0.001,
  });
  return {
    jobId: "job_01JGJ2M4A8ZZZZZZZZZZZZZZZZ",
    type: "circuit",
    tenant: LOCAL_TENANT,
    submittedBy: "local",
    outcome: "succeeded",
    error: null,
    input: {
      format: "openqasm2",
      source: 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n',
    },
    options: { shots: 1024, precision: "f64", observable: "ZZ" },
    seed: 7,
    identity: {
      engine: { name: "statevector", version: "0.1.0", contentHash: "ab".repeat(32) },
      build: { kind: "wasm-simd128", sha256: "cd".repeat(32) },
    },
    backend: "statevector",
    simulated: true,
    route: {
      candidates: [candidate("statevector", 0.9), candidate("mock-qpu", 0.4)],
      strategies: ["balanced"],
      collapse: "best-score",
      seed: 11,
      chosen: "statevector",
      fallbacks: ["mock-qpu"],
      snapshotHashes: { backends: "1".repeat(64), policy: "2".repeat(64), calibration: "3".repeat(64) },
    },
    policyVersion: "default/1",
    acceptedAtMs: NOW_MS - 20,
    startedAtMs: NOW_MS - 12,
    finishedAtMs: NOW_MS - 10,
    engineMs: 1.5,
    costMicroUsd: 0,
    reusedJobId: null,
    result: { hash: sha256(container), container },
    ...overrides,
  };
}
