import { stat } from "node:fs/promises";
import type { Clock } from "../core/clock.ts";
import { errnoOf } from "../core/errors.ts";
import type { EngineIdentity } from "../models/job.ts";
import type { PoolLoad } from "../workers/job-pool.ts";
import type { Meters } from "./meters.ts";
import { Counter, Gauge, Histogram, type Registry } from "./prometheus.ts";

/** What is asked when somebody reads the metrics. */
export interface HouseReadings {
  readonly version: string;
  readonly identity: EngineIdentity;
  readonly clock: Clock;
  poolLoad(): PoolLoad;
  /** Open event streams and WebSockets. */
  liveStreams(): number;
  /** Entries of the log that are stored. */
  leaves(): Promise<number>;
  /** The last signed head: its size, and its time in seconds since 1970. */
  checkpoint(): { readonly size: number; readonly timestamp: number } | undefined;
  /** By name for the label, such as `wal`. */
  readonly files: Readonly<Record<string, string>>;
}

export function houseMeters(registry: Registry): Meters {
  const registers = [registry];
  const writes = new Histogram({
    name: "ketflow_store_commit_writes",
    help: "Writes that shared one commit and so one sync of the disk",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    registers,
  });
  const seconds = new Histogram({
    name: "ketflow_store_commit_seconds",
    help: "A group of writes from begin to the disk's confirmation",
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const signing = new Histogram({
    name: "ketflow_log_signing_seconds",
    help: "High-water mark, both signatures and the checkpoint file",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const refused = new Counter({
    name: "ketflow_quota_refused_total",
    help: "Jobs and attempts that a quota refused",
    labelNames: ["quota"],
    registers,
  });
  const calls = new Histogram({
    name: "ketflow_chat_call_seconds",
    help: "Calls of language models that were sent to a provider, to the end of their answer, by how they ended",
    labelNames: ["outcome"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    registers,
  });
  const stops = new Counter({
    name: "ketflow_experiments_stopped_total",
    help: "Experiments that ended, by cause",
    labelNames: ["cause"],
    registers,
  });
  const drifts = new Counter({
    name: "ketflow_drift_alerts_total",
    help: "Drift that was found in latency, quality or errors of calls and jobs, over all tenants",
    labelNames: ["metric"],
    registers,
  });
  return {
    onExperimentStop: (cause) => stops.inc({ cause }),
    onDrift: (metric) => drifts.inc({ metric }),
    onCall: (outcome, took) => calls.observe({ outcome }, took),
    onCommit(count, took) {
      writes.observe(count);
      seconds.observe(took);
    },
    onSigned: (took) => signing.observe(took),
    onQuotaRefused: (quota) => refused.inc({ quota }),
  };
}

export function houseMetrics(registry: Registry, house: HouseReadings): void {
  const registers = [registry];
  const { engine } = house.identity;
  new Gauge({
    name: "ketflow_build_info",
    help: "1; the release, its engine and Node",
    labelNames: ["version", "engine", "engine_content_hash", "node"],
    registers,
  }).set(
    {
      version: house.version,
      engine: `${engine.name} ${engine.version}`,
      engine_content_hash: engine.contentHash,
      node: process.versions.node,
    },
    1,
  );
  new Gauge({
    name: "ketflow_pool",
    help: "Calls of the engines: the most runs at once, running, and waiting for their turn",
    labelNames: ["state"],
    registers,
    collect() {
      for (const [state, count] of Object.entries(house.poolLoad())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: "ketflow_live_streams",
    help: "Open event streams and WebSockets",
    registers,
    collect() {
      this.set(house.liveStreams());
    },
  });
  new Gauge({
    name: "ketflow_store_bytes",
    help: "Size of the database and of its write-ahead log",
    labelNames: ["file"],
    registers,
    async collect() {
      for (const [file, path] of Object.entries(house.files)) this.set({ file }, await sizeOf(path));
    },
  });
  new Gauge({
    name: "ketflow_log_leaves",
    help: "Entries of the tamper-evident log: stored, and signed by the last checkpoint",
    labelNames: ["state"],
    registers,
    async collect() {
      this.set({ state: "stored" }, await house.leaves());
      this.set({ state: "signed" }, house.checkpoint()?.size ?? 0);
    },
  });
  new Gauge({
    name: "ketflow_log_checkpoint_age_seconds",
    help: "Since the last checkpoint; it grows while nothing is logged, -1 before the first",
    registers,
    collect() {
      const checkpoint = house.checkpoint();
      this.set(checkpoint === undefined ? -1 : Math.max(0, house.clock() / 1000 - checkpoint.timestamp));
    },
  });
}

/** 0 for a file that is not there: the WAL comes with the first write. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return 0;
    throw error;
  }
}
