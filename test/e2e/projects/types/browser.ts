// What a page may open: with the types of browsers, without those of Node.
import { AppError, type CircuitResult } from "ketflow";
import { createClient } from "ketflow/client";
import { type CircuitRun, type Engines, loadEngines } from "ketflow/engines";
import { verifyReceipt } from "ketflow/verify";

export async function runBell(source: string): Promise<number | undefined> {
  const engines: Engines = await loadEngines({ workerUrl: new URL("./worker.js", import.meta.url), threads: 1 });
  try {
    const run: CircuitRun = await engines.circuit.run(source, { shots: 1000, seed: 7, onProgress: ({ done }) => done });
    const result: CircuitResult = run.result;
    return result.counts?.["00"];
  } catch (error) {
    if (error instanceof AppError && error.code === "cancelled") return undefined;
    throw error;
  } finally {
    await engines.close();
  }
}

// @ts-expect-error a seed is a number: types that had fallen to `any` would take this
export const wrong = async (engines: Engines): Promise<CircuitRun> => engines.circuit.run("", { seed: "7" });

export const others = [createClient, verifyReceipt];
