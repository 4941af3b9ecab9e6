/**
 * Coefficients ≥ 0 that minimise Σ (prediction ÷ truth − 1)². Squared relative errors, because circuits from 0.01 to 1,000 ms
 * count alike; not negative, because no term of a running time is, and a negative one would predict nonsense outside the
 * fitted range.
 *
 * Exact: the best non-negative solution is the plain least-squares solution on the terms that it does not leave at 0, so all
 * 2ᵏ sets of terms are tried (k ≤ 6).
 *
 * @param rows one per measurement: the value of each term
 * @param truths one per measurement, > 0
 */
export function fitRelative(rows: readonly (readonly number[])[], truths: readonly number[]): Fit {
  const scaled = rows.map((row, k) => row.map((value) => value / (truths[k] ?? 1)));
  const terms = rows[0]?.length ?? 0;
  let best: Fit = { coefficients: new Array<number>(terms).fill(0), squaredError: rows.length };
  for (let set = 1; set < 2 ** terms; set++) {
    const chosen = Array.from({ length: terms }, (_, term) => term).filter(
      (term) => Math.floor(set / 2 ** term) % 2 === 1,
    );
    const solution = leastSquaresToOne(scaled, chosen);
    if (!solution || solution.some((value) => value < 0)) continue;
    const coefficients = new Array<number>(terms).fill(0);
    chosen.forEach((term, k) => {
      coefficients[term] = solution[k] ?? 0;
    });
    const squaredError = scaled.reduce((sum, row) => {
      const miss = row.reduce((total, value, term) => total + value * (coefficients[term] ?? 0), -1);
      return sum + miss * miss;
    }, 0);
    // A set with more terms must pay for them: one that gains less than a millionth is collinear with a smaller one.
    if (squaredError < best.squaredError * (1 - 1e-6)) best = { coefficients, squaredError };
  }
  return best;
}

export interface Fit {
  coefficients: number[];
  /** Σ of squared relative errors. */
  squaredError: number;
}

/** Solves the normal equations of `rows[:, terms] · x ≈ 1` by elimination with pivots; undefined when they are singular. */
function leastSquaresToOne(rows: readonly (readonly number[])[], terms: readonly number[]): number[] | undefined {
  // Columns differ by ten powers of ten; brought to length 1, a pivot tells what is singular.
  const lengths = terms.map((term) => Math.sqrt(rows.reduce((sum, row) => sum + (row[term] ?? 0) ** 2, 0)));
  if (lengths.some((length) => length === 0)) return undefined;
  const cell = (row: readonly number[], k: number): number => (row[terms[k] ?? 0] ?? 0) / (lengths[k] ?? 1);
  const system = terms.map((_, i) => [
    ...terms.map((_, j) => rows.reduce((sum, row) => sum + cell(row, i) * cell(row, j), 0)),
    rows.reduce((sum, row) => sum + cell(row, i), 0),
  ]);
  const solution = eliminate(system);
  return solution?.map((value, k) => value / (lengths[k] ?? 1));
}

/** Gauss–Jordan on an augmented matrix, in place. */
function eliminate(system: number[][]): number[] | undefined {
  const size = system.length;
  for (let column = 0; column < size; column++) {
    const below = system.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivotRow = column + below.indexOf(Math.max(...below));
    const pivot = system[pivotRow];
    const displaced = system[column];
    if (!pivot || !displaced || Math.abs(pivot[column] ?? 0) < 1e-10) return undefined;
    system[pivotRow] = displaced;
    system[column] = pivot;
    for (const row of system) {
      if (row === pivot) continue;
      const factor = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = column; k <= size; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return system.map((row, k) => (row[size] ?? 0) / (row[k] ?? 1));
}
