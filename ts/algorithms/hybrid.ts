import type { HybridDocument, HybridOptions, HybridResult } from "../models/hybrid.ts";
import { encodeHybridResult, toHybridResult } from "../models/hybrid-result.ts";
import type { Search } from "./circuit-objective.ts";
import type { HybridContext } from "./ports.ts";
import { prepareQaoa, qaoa } from "./qaoa.ts";
import { prepareVqe, vqe } from "./vqe.ts";

export interface HybridRun {
  /** Of schema `hybrid-result/1`: the same bytes for the same input, options, seed and engine. */
  readonly container: Uint8Array<ArrayBuffer>;
  /** The JSON view of the container. */
  readonly result: HybridResult;
}

/**
 * Runs a hybrid job: a search in the caller's thread whose energies are circuits that `context.runCircuit` runs.
 *
 * @throws {AppError} what {@link vqe} and {@link qaoa} throw
 */
export async function runHybrid(
  input: HybridDocument,
  options: HybridOptions,
  context: HybridContext,
): Promise<HybridRun> {
  const values = input.algorithm === "vqe" ? await vqe(input, options, context) : await qaoa(input, options, context);
  const container = encodeHybridResult(values);
  return { container, result: toHybridResult(container) };
}

/**
 * Reads and checks everything that a run would, but for what the engine itself refuses.
 *
 * @throws {AppError} what the run would throw before its first energy
 */
export async function prepareHybrid(
  input: HybridDocument,
  options: HybridOptions,
  context: Pick<HybridContext, "viewCircuit" | "seed" | "signal">,
): Promise<Search> {
  return input.algorithm === "vqe" ? prepareVqe(input, options, context) : prepareQaoa(input, options);
}
