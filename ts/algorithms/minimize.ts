import { AppError } from "../core/errors.ts";
import type { Objective, Stepper } from "./objective.ts";
import type { HybridContext } from "./ports.ts";

export interface MinimizeOptions {
  readonly maxIterations: number;
  /** The search ends when the energies of the stepper's last `stillSteps` + 1 points lie this close together; 0: it does not. */
  readonly tolerance: number;
  /** Of noisy energies the lowest is the luckiest, not the best: then the last point is the answer. */
  readonly answer: "lowest" | "last";
}

export interface Minimum {
  readonly point: readonly number[];
  readonly energy: number;
  /** Energies: at the start, then after each iteration. */
  readonly trace: readonly number[];
  readonly converged: boolean;
}

/**
 * Steps from `start` until the energy stands still or the iterations are used up.
 *
 * @throws {AppError} `cancelled` by the signal, between two evaluations at the latest; what the objective throws
 */
export async function minimize(
  objective: Objective,
  stepper: Stepper,
  start: readonly number[],
  { maxIterations, tolerance, answer }: MinimizeOptions,
  { signal, onProgress }: Pick<HybridContext, "signal" | "onProgress">,
): Promise<Minimum> {
  refuseWhenAborted(signal);
  let point = start;
  let energy = await objective.energy(point);
  let best = { point, energy };
  const trace = [energy];
  let converged = false;
  const report = (iteration: number) => {
    const { evaluations } = objective;
    onProgress?.({ iteration, maxIterations, energy, bestEnergy: best.energy, evaluations });
  };
  report(0);
  for (let iteration = 0; iteration < maxIterations && !converged; iteration++) {
    refuseWhenAborted(signal);
    const step = await stepper.next(objective, { point, energy, iteration });
    point = step.point;
    energy = step.energy ?? (await objective.energy(point));
    trace.push(energy);
    if (energy < best.energy) best = { point, energy };
    converged = standsStill(trace, tolerance, stepper.stillSteps);
    report(iteration + 1);
  }
  return { ...(answer === "lowest" ? best : { point, energy }), trace, converged };
}

function standsStill(trace: readonly number[], tolerance: number, steps: number): boolean {
  if (tolerance === 0 || trace.length <= steps) return false;
  const last = trace.slice(-steps - 1);
  return Math.max(...last) - Math.min(...last) <= tolerance;
}

export function refuseWhenAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError("cancelled", "the caller cancelled it", { cause: signal.reason });
}
