/** Coefficients of the terms, and how far each prediction is from its truth. */
export interface Fit {
  coefficients: number[];
  /** |√r − 1/√r| with r = prediction ÷ truth: the relative error where it is small. */
  errors: number[];
}

/** Coefficients settle to three digits within as many rounds. */
const ROUNDS = 12;

/** Errors below it count by their square. */
const SMALL_ERROR = 0.05;

/**
 * Coefficients ≥ 0 that minimise the sum of the errors of {@link Fit}. They are relative, because circuits from 0.01 to 1,000 ms
 * count alike; symmetric, because a factor 2 too much is as bad as a factor 2 too little; and not squared, because a run that
 * another program held up may be off by a factor 10 and must not pull the others. Coefficients are not negative, because no
 * term of a running time is, and a negative one predicts nonsense outside the fitted range.
 *
 * Least squares a few times over, in which a row weighs 1 ÷ (truth × last prediction × last error).
 *
 * @param rows one per measurement: the value of each term, ≥ 0
 * @param truths one per measurement, > 0
 */
export function fitRelative(rows: readonly (readonly number[])[], truths: readonly number[]): Fit {
  let coefficients: number[] = [];
  let predictions = [...truths];
  let errors = truths.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    const scales = truths.map((truth, k) =>
      Math.sqrt(truth * (predictions[k] || truth) * Math.max(SMALL_ERROR, errors[k] ?? 1)),
    );
    coefficients = nonNegativeLeastSquares(
      rows.map((row, k) => row.map((value) => value / (scales[k] ?? 1))),
      truths.map((truth, k) => truth / (scales[k] ?? 1)),
    );
    predictions = rows.map((row) => dot(row, coefficients));
    errors = truths.map((truth, k) => {
      const prediction = predictions[k] || truth;
      return Math.abs(prediction - truth) / Math.sqrt(prediction * truth);
    });
  }
  return { coefficients, errors };
}

/**
 * Exact: the best non-negative solution is the plain least-squares solution on the terms that it does not leave at 0, so all
 * 2ᵏ sets of terms are tried (k ≤ 6).
 */
function nonNegativeLeastSquares(rows: readonly (readonly number[])[], goals: readonly number[]): number[] {
  const terms = rows[0]?.length ?? 0;
  let best = new Array<number>(terms).fill(0);
  let bestError = dot(goals, goals);
  for (let set = 1; set < 2 ** terms; set++) {
    const chosen = Array.from({ length: terms }, (_, k) => k).filter((term) => Math.floor(set / 2 ** term) % 2 === 1);
    const solution = leastSquares(rows, goals, chosen);
    if (!solution || solution.some((value) => value < 0)) continue;
    const coefficients = new Array<number>(terms).fill(0);
    chosen.forEach((term, k) => {
      coefficients[term] = solution[k] ?? 0;
    });
    const misses = rows.map((row, k) => dot(row, coefficients) - (goals[k] ?? 0));
    const error = dot(misses, misses);
    // A set with more terms must pay for them: one that gains less than a millionth is collinear with a smaller one.
    if (error < bestError * (1 - 1e-6)) [best, bestError] = [coefficients, error];
  }
  return best;
}

/** Solves the normal equations of `rows[:, terms] · x ≈ goals` by elimination; undefined when they are singular. */
function leastSquares(
  rows: readonly (readonly number[])[],
  goals: readonly number[],
  terms: readonly number[],
): number[] | undefined {
  // Columns differ by ten powers of ten; brought to length 1, a pivot tells what is singular.
  const columns = terms.map((term) => rows.map((row) => row[term] ?? 0));
  const lengths = columns.map((column) => Math.sqrt(dot(column, column)));
  if (lengths.some((length) => length === 0)) return undefined;
  const unit = columns.map((column, k) => column.map((value) => value / (lengths[k] ?? 1)));
  const solution = eliminate(unit.map((row) => [...unit.map((column) => dot(row, column)), dot(row, goals)]));
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

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}
