import type { Rate } from "../models/calibration.ts";

/** One run: what the engine said it would take, and what it took. */
interface RatedRun {
  operations: number;
  engineMs: number;
}

export type RatedType = "anneal" | "schedule" | "infer";

/** Runs a job on the embedded engine. */
export type RunRated = (
  type: RatedType,
  source: string,
  options: { method?: "anneal"; reads?: number; sweeps?: number; iterations?: number },
) => Promise<RatedRun>;

/** One rate stands for sparse and dense models, narrow and wide layers. */
const RELATIVE_SPREAD = 0.5;
const ROUNDS = 3;

/** Measures a small and a larger job of each engine besides that of circuits: about 50 ms in all on a machine of 2024. */
export async function measureRates(run: RunRated): Promise<Record<RatedType, Rate>> {
  const model = ring(256);
  return {
    anneal: await rateOf((size) =>
      run("anneal", model, { method: "anneal", reads: 1, sweeps: size === "small" ? 10 : 1000 }),
    ),
    schedule: await rateOf((size) => run("schedule", project(20), { iterations: size === "small" ? 10 : 500 })),
    infer: await rateOf((size) => run("infer", size === "small" ? network(4, 1) : network(64, 128), {})),
  };
}

async function rateOf(run: (size: "small" | "large") => Promise<RatedRun>): Promise<Rate> {
  const small = await shortest(() => run("small"));
  const large = await shortest(() => run("large"));
  const perOperationMs = Math.max(0, large.engineMs - small.engineMs) / (large.operations - small.operations);
  const fixedMs = Math.max(0, small.engineMs - perOperationMs * small.operations);
  return { fixedMs, perOperationMs, relativeSpread: RELATIVE_SPREAD };
}

/** Other programs only ever add time. */
async function shortest(run: () => Promise<RatedRun>): Promise<RatedRun> {
  let best = await run();
  for (let round = 1; round < ROUNDS; round++) {
    const next = await run();
    if (next.engineMs < best.engineMs) best = next;
  }
  return best;
}

/** Spins on a circle, with couplings of both signs to the next and to the fifth. */
function ring(size: number): string {
  const lines = ["# vartype=SPIN"];
  for (let i = 0; i < size; i++) {
    lines.push(`${i} ${(i + 1) % size} ${i % 3 === 0 ? 1 : -1}`, `${i} ${(i + 5) % size} ${i % 2 === 0 ? 1 : -1}`);
  }
  return lines.join("\n");
}

/** Tasks that share a crew, each behind the two before the last. */
function project(size: number): string {
  const task = (k: number): object => ({
    ...{ id: `t${k}`, duration: 1 + ((k * 7) % 9), demands: { crew: 1 + (k % 3) } },
    after: [k - 2, k - 3].filter((j) => j >= 0).map((j) => `t${j}`),
  });
  const tasks = Array.from({ length: size }, (_, k) => task(k));
  return JSON.stringify({ format: "ketflow-schedule/1", resources: [{ name: "crew", capacity: 4 }], tasks });
}

/** Two layers of `width` over `batch` states. */
function network(width: number, batch: number): string {
  const row = (seed: number): number[] => Array.from({ length: width }, (_, k) => ((seed * 7 + k * 3) % 11) / 16 - 0.3);
  const rows = (count: number): number[][] => Array.from({ length: count }, (_, k) => row(k));
  const layer = { kind: "dense", weights: rows(width), bias: row(1), activation: "relu" };
  return JSON.stringify({ format: "ketflow-net/1", dtype: "f32", layers: [layer, layer], states: rows(batch) });
}
