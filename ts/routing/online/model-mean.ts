import { MEMORY, NOISE } from "./arm-posterior.ts";

/** Outcomes that the mean of the offline fit counts as: few, since this is asked where the fit is not believed. */
const PRIOR_OUTCOMES = 10;
/** An outcome of small chance stands for many, but not for so many that it decides alone. */
const MOST_WEIGHT = 20;

/** How good one model is on the whole, from outcomes of the prompts that were sent to it: each weighted by 1 / its chance. */
export class ModelMean {
  #weights: number;
  #squares: number;
  #sum: number;

  constructor(prior: number) {
    this.#weights = PRIOR_OUTCOMES;
    this.#squares = PRIOR_OUTCOMES;
    this.#sum = prior * PRIOR_OUTCOMES;
  }

  get mean(): number {
    return this.#sum / this.#weights;
  }

  /** Standard deviation, by the effective number of outcomes (Kish 1965). */
  get doubt(): number {
    return Math.sqrt((NOISE * this.#squares) / (this.#weights * this.#weights));
  }

  learn(quality: number, chance: number): void {
    const weight = Math.min(1 / chance, MOST_WEIGHT);
    this.#weights = MEMORY * this.#weights + weight;
    this.#squares = MEMORY * this.#squares + weight * weight;
    this.#sum = MEMORY * this.#sum + weight * quality;
  }
}
