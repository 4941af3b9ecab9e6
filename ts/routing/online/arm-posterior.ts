/** Variance of an outcome around its mean: that of a coin is 0.25 at the most. */
export const NOISE = 0.2;
/** What a router's prediction is taken to be off by, beforehand, along each feature: standard deviation. */
const PRIOR_SD = 0.03;
/** What older outcomes count with each new one, of any model: about the last 5,000 decide. */
export const MEMORY = 1 - 1 / 5000;

/**
 * What one model's outcomes say of its router's predictions: Bayesian linear regression of (outcome − prediction) on features, with
 * weights N(0, 0.03² I) beforehand – the offline fit is the prior – noise of variance 0.2, and older outcomes fading.
 *
 * Source: Agrawal, Goyal, "Thompson sampling for contextual bandits with linear payoffs" (2013); the fading: Russac, Vernade, Cappé,
 * "Weighted linear bandits for non-stationary environments" (2019).
 */
export class ArmPosterior {
  readonly #size: number;
  /** Row-major, lower triangle: precision in units of 1 / NOISE. */
  readonly #precision: Float64Array;
  readonly #shift: Float64Array;
  /** Cholesky factor of the precision, row-major, lower triangle. */
  readonly #factor: Float64Array;
  readonly #mean: Float64Array;
  readonly #scratch: Float64Array;
  /** Precision and shift have changed since they were solved. */
  #isOld = false;

  /** @param size number of features, at least 1 */
  constructor(size: number) {
    this.#size = size;
    this.#precision = new Float64Array(size * size);
    this.#factor = new Float64Array(size * size);
    this.#shift = new Float64Array(size);
    this.#mean = new Float64Array(size);
    this.#scratch = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      this.#precision[k * size + k] = PRIOR_PRECISION;
      this.#factor[k * size + k] = Math.sqrt(PRIOR_PRECISION);
    }
  }

  /** How far outcomes lie above the router's prediction, expected. */
  lift(features: Float64Array): number {
    if (this.#isOld) this.#solve();
    let sum = 0;
    for (let k = 0; k < this.#size; k++) sum += (this.#mean[k] ?? 0) * (features[k] ?? 0);
    return sum;
  }

  /** Standard deviation of {@link lift}: what is not known, without the noise of one outcome. */
  doubt(features: Float64Array): number {
    if (this.#isOld) this.#solve();
    const [size, factor, solved] = [this.#size, this.#factor, this.#scratch];
    let square = 0;
    for (let row = 0; row < size; row++) {
      let rest = features[row] ?? 0;
      for (let column = 0; column < row; column++) rest -= (factor[row * size + column] ?? 0) * (solved[column] ?? 0);
      const value = rest / (factor[row * size + row] ?? 1);
      solved[row] = value;
      square += value * value;
    }
    return Math.sqrt(NOISE * square);
  }

  /** With each outcome of any model: what is not asked is forgotten, and worth a try again. */
  fade(): void {
    const [size, precision] = [this.#size, this.#precision];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const prior = row === column ? (1 - MEMORY) * PRIOR_PRECISION : 0;
        precision[row * size + column] = MEMORY * (precision[row * size + column] ?? 0) + prior;
      }
      this.#shift[row] = MEMORY * (this.#shift[row] ?? 0);
    }
    this.#isOld = true;
  }

  /** @param lift outcome less the router's prediction */
  learn(features: Float64Array, lift: number): void {
    const [size, precision] = [this.#size, this.#precision];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        const at = row * size + column;
        precision[at] = (precision[at] ?? 0) + (features[row] ?? 0) * (features[column] ?? 0);
      }
      this.#shift[row] = (this.#shift[row] ?? 0) + (features[row] ?? 0) * lift;
    }
    this.#isOld = true;
  }

  #solve(): void {
    this.#isOld = false;
    const [size, precision, factor, mean] = [this.#size, this.#precision, this.#factor, this.#mean];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = precision[row * size + column] ?? 0;
        for (let k = 0; k < column; k++) sum -= (factor[row * size + k] ?? 0) * (factor[column * size + k] ?? 0);
        factor[row * size + column] = row === column ? Math.sqrt(sum) : sum / (factor[column * size + column] ?? 1);
      }
    }
    for (let row = 0; row < size; row++) {
      let sum = this.#shift[row] ?? 0;
      for (let k = 0; k < row; k++) sum -= (factor[row * size + k] ?? 0) * (mean[k] ?? 0);
      mean[row] = sum / (factor[row * size + row] ?? 1);
    }
    for (let row = size - 1; row >= 0; row--) {
      let sum = mean[row] ?? 0;
      for (let k = row + 1; k < size; k++) sum -= (factor[k * size + row] ?? 0) * (mean[k] ?? 0);
      mean[row] = sum / (factor[row * size + row] ?? 1);
    }
  }
}

const PRIOR_PRECISION = NOISE / (PRIOR_SD * PRIOR_SD);
