import type { Remote } from "comlink";
import type { HybridDocument, HybridOptions } from "../models/hybrid.ts";
import type { EstimateOf, OptionsOf } from "../models/job-options.ts";
import type { JobType } from "../models/job-type.ts";
import type { EngineInput, EngineRun, EngineType, EngineWorker, OnProgress, Parsed, Seeded } from "./engine-worker.ts";

// How a worker is asked about a job of any type. A hybrid job's document is read on this side, because a worker would need the
// library of schemas for it, which is more than all the rest that it loads; the circuits inside are read by the worker.

/** `parseHybridDocument`; engine hosts load it with the first hybrid job. */
export type ReadHybrid = (source: string | Uint8Array) => HybridDocument | Promise<HybridDocument>;

export async function parseIn<T extends JobType>(
  remote: Remote<EngineWorker>,
  type: T,
  input: EngineInput<T>,
  readHybrid: ReadHybrid,
): Promise<Parsed<T>> {
  const parsed: Promise<unknown> =
    type === "hybrid"
      ? remote.parseHybrid(await readHybrid(input.source))
      : remote.parse(type as EngineType, input as EngineInput<EngineType>);
  return parsed as Promise<Parsed<T>>;
}

export async function estimateIn<T extends JobType>(
  remote: Remote<EngineWorker>,
  type: T,
  input: EngineInput<T>,
  options: OptionsOf<T>,
  readHybrid: ReadHybrid,
): Promise<EstimateOf<T>> {
  const estimate: Promise<unknown> =
    type === "hybrid"
      ? remote.estimateHybrid(await readHybrid(input.source), options as HybridOptions)
      : remote.estimate(type as EngineType, input as EngineInput<EngineType>, options as OptionsOf<EngineType>);
  return estimate as Promise<EstimateOf<T>>;
}

export async function runIn<T extends JobType>(
  remote: Remote<EngineWorker>,
  type: T,
  input: EngineInput<T>,
  options: Seeded<T>,
  stop: Int32Array | undefined,
  onProgress: OnProgress | undefined,
  readHybrid: ReadHybrid,
): Promise<EngineRun> {
  if (type !== "hybrid") {
    return remote.run(
      type as EngineType,
      input as EngineInput<EngineType>,
      options as Seeded<EngineType>,
      stop,
      onProgress,
    );
  }
  return remote.runHybrid(await readHybrid(input.source), options as Seeded<"hybrid">, stop, onProgress);
}
