import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { AppError } from "../core/errors.ts";
import type { BackendDescription } from "../models/backend.ts";
import { checked } from "../models/check.ts";
import type { CircuitOptions } from "../models/circuit.ts";
import { DEFAULT_SHOTS } from "../models/defaults.ts";
import { DATA_CLASSES } from "../models/job.ts";
import type { Noise } from "../models/noise.ts";
import type { Work } from "../models/work.ts";
import { type JobRunner, runOn } from "./embedded.ts";
import type { Provider, TimeEstimate } from "./provider.ts";

const Fidelity = z.number().min(0).max(1);
const Ms = z.number().min(0).max(86_400_000);

/** What one imitated device publishes. Every value is made up by whoever configures it. */
export const MockQpuConfig = z.strictObject({
  /** Starts with `mock-`, so that no record can be taken for one of a device. */
  id: z.string().regex(/^mock-[a-z0-9-]{1,59}$/, "must be `mock-` and up to 59 small letters, digits or hyphens"),
  maxQubits: z.int().min(1).max(28).default(20),
  maxShots: z.int().min(1).max(10_000_000).default(100_000),
  price: z
    .strictObject({ perTaskMicroUsd: z.int().min(0), perShotMicroUsd: z.int().min(0) })
    .default({ perTaskMicroUsd: 300_000, perShotMicroUsd: 350 }),
  queueMs: z.strictObject({ mean: Ms, variance: z.number().min(0) }).default({ mean: 60_000, variance: 900_000_000 }),
  /** Published execution time of the imitated device. */
  executionMs: z
    .strictObject({ perTask: Ms, perShot: z.number().min(0).max(1000) })
    .default({ perTask: 200, perShot: 0.25 }),
  fidelity: z
    .strictObject({ oneQubit: Fidelity, twoQubit: Fidelity, readout: Fidelity })
    .default({ oneQubit: 0.9995, twoQubit: 0.993, readout: 0.985 }),
  region: z.string().min(1).default("local"),
  maxDataClass: z.enum(DATA_CLASSES).default("internal"),
  /**
   * Part of the published queue and execution time that a run really waits, 0 to 1. 0 (the default) answers as soon as the
   * simulator has: the published time then only counts in predictions.
   */
  waitScale: z.number().min(0).max(1).default(0),
});
export type MockQpuConfig = z.infer<typeof MockQpuConfig>;

/** Resolves after `ms`, or rejects when the signal aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Published execution times are taken to be right within 10 % (1 σ). */
const EXECUTION_SPREAD = 0.1;

/**
 * A mock of a priced device: the embedded simulator with depolarising and readout noise that follows from the declared
 * fidelities. It answers counts alone, as a device would, and nothing is ever charged.
 */
export function createMockQpu(
  config: z.input<typeof MockQpuConfig>,
  engines: JobRunner,
  sleep: Sleep = sleepUntilAborted,
): Provider {
  const published = checked(MockQpuConfig, config, "mock QPU");
  const predict = (shots = DEFAULT_SHOTS): TimeEstimate => {
    const meanMs = published.executionMs.perTask + published.executionMs.perShot * shots;
    const spreadMs = EXECUTION_SPREAD * meanMs;
    return { meanMs, varianceMs2: spreadMs * spreadMs };
  };
  return {
    describe: () => describe(published),
    predict: (work) => predict(shotsOf(work)),
    async run(job, control) {
      if (job.type !== "circuit") {
        throw new AppError("unsupported", `${published.id} takes circuits, this job is of type ${job.type}`);
      }
      const { shots } = job.options as CircuitOptions;
      const wait = published.waitScale * (published.queueMs.mean + predict(shots).meanMs);
      if (wait > 0) await sleep(wait, control.signal);
      return runOn(engines, job, { ...job.options, noise: noiseOf(published.fidelity) }, control);
    },
  };
}

/**
 * Noise under which a gate acts without error with its declared probability. The engine draws an error for each qubit of a
 * gate on its own, so each qubit of a two-qubit gate of fidelity F gets 1 − √F.
 */
export function noiseOf(
  fidelity: BackendDescription["fidelity"],
): Required<Pick<Noise, "depolarizing1" | "depolarizing2" | "readout">> {
  return {
    depolarizing1: 1 - fidelity.oneQubit,
    depolarizing2: 1 - Math.sqrt(fidelity.twoQubit),
    readout: 1 - fidelity.readout,
  };
}

function shotsOf(work: Work): number | undefined {
  return work.type === "circuit" ? work.options.shots : undefined;
}

function describe(published: MockQpuConfig): BackendDescription {
  const { id, maxQubits, maxShots, price, queueMs, fidelity, region, maxDataClass } = published;
  return {
    id,
    name: `${id} (mock: the embedded simulator with noise, nothing is charged)`,
    kind: "mock",
    jobTypes: ["circuit"],
    simulated: true,
    external: false,
    region,
    maxDataClass,
    maxQubits,
    maxShots,
    price,
    queueMs,
    fidelity,
    options: ["shots", "inputs"],
  };
}

async function sleepUntilAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (cause) {
    throw new AppError("cancelled", "the job was cancelled while it waited in the mock queue", { cause });
  }
}
