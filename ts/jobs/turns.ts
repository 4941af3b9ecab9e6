import { AppError } from "../core/errors.ts";

/** What is predicted to take no longer than this is quick, milliseconds. */
const QUICK_MS = 25;

/** Lets a few attempts compute at a time; the others wait, in order. */
export class Turns {
  readonly #limit: number;
  /** Predicted times of those that compute. */
  readonly #computing = new Map<symbol, number>();
  readonly #waiting: (() => void)[] = [];
  #latestMs = Number.POSITIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Everything that computes, and what began last, is over soon by its prediction. Before the first turn nothing is known. */
  get areQuick(): boolean {
    return this.#latestMs <= QUICK_MS && [...this.#computing.values()].every((ms) => ms <= QUICK_MS);
  }

  /** @returns ends the turn, once. @throws {AppError} `cancelled` when the signal aborts before the turn has come */
  async take(predictedMs: number, signal: AbortSignal): Promise<() => void> {
    const turn = Symbol("turn");
    const begin = (): void => {
      this.#computing.set(turn, predictedMs);
      this.#latestMs = predictedMs;
    };
    if (this.#computing.size < this.#limit) begin();
    else await this.#wait(begin, signal);
    return () => {
      if (this.#computing.delete(turn)) this.#waiting.shift()?.();
    };
  }

  #wait(begin: () => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = (): void => {
        signal.removeEventListener("abort", leave);
        begin();
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(called), 1);
        reject(new AppError("cancelled", `stopped: ${String(signal.reason)}`));
      };
      this.#waiting.push(called);
      signal.addEventListener("abort", leave, { once: true });
      if (signal.aborted) leave();
    });
  }
}
