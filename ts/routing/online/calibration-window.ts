/** Outcomes that are looked at. */
const WINDOW = 500;
const BINS = 10;
/** Fewer say nothing. */
const LEAST = 100;
/** Predictions are given up above the first, and believed again below the second. */
const [WORST, GOOD_AGAIN] = [0.15, 0.1];

/**
 * Whether predictions can be believed: the expected calibration error over the last 500 outcomes, by ten bins of equal width
 * (Naeini, Cooper, Hauskrecht 2015).
 */
export class Calibration {
  readonly #predicted = new Float64Array(WINDOW);
  readonly #came = new Float64Array(WINDOW);
  readonly #gap = new Float64Array(BINS);
  #seen = 0;
  #isGood = true;

  get isGood(): boolean {
    return this.#isGood;
  }

  /** Σ over the bins of |Σ (predicted − came)|, per outcome: 0…1. */
  get error(): number {
    const count = Math.min(this.#seen, WINDOW);
    let sum = 0;
    for (const gap of this.#gap) sum += Math.abs(gap);
    return count === 0 ? 0 : sum / count;
  }

  /** @param predicted 0…1 @param came 0…1 */
  add(predicted: number, came: number): void {
    const at = this.#seen % WINDOW;
    if (this.#seen >= WINDOW) this.#count(this.#predicted[at] ?? 0, this.#came[at] ?? 0, -1);
    this.#predicted[at] = predicted;
    this.#came[at] = came;
    this.#count(predicted, came, 1);
    this.#seen++;
    if (this.#seen < LEAST) return;
    this.#isGood = this.error < (this.#isGood ? WORST : GOOD_AGAIN);
  }

  #count(predicted: number, came: number, sign: number): void {
    const bin = Math.min(BINS - 1, Math.floor(predicted * BINS));
    this.#gap[bin] = (this.#gap[bin] ?? 0) + sign * (predicted - came);
  }
}
