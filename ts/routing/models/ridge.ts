import { FEATURES, type SparseVector } from "./prompt-features.ts";

const ITERATIONS = 60;
/** The squared residual relative to that of 0 at which a solution is good enough: answers then move by less than 1e-4. */
const TOLERANCE = 1e-8;

/**
 * Ridge regression of one target: w minimises Σ (w·x − y)² + penalty·|w|², by conjugate gradients on the normal equations
 * (Hestenes, Stiefel 1952), in a fixed order of operations.
 *
 * @param targets centred: there is no intercept
 */
export function fitRidge(rows: readonly SparseVector[], targets: Float64Array, penalty: number): Float64Array {
  const weights = new Float64Array(FEATURES);
  const residual = new Float64Array(FEATURES);
  rows.forEach((row, k) => {
    scatter(row, targets[k] ?? 0, residual);
  });
  const direction = residual.slice();
  const image = new Float64Array(FEATURES);
  let square = dot(residual, residual);
  const enough = square * TOLERANCE;
  for (let iteration = 0; iteration < ITERATIONS && square > enough; iteration++) {
    for (let k = 0; k < FEATURES; k++) image[k] = penalty * (direction[k] ?? 0);
    for (const row of rows) scatter(row, gather(row, direction), image);
    const step = square / dot(direction, image);
    for (let k = 0; k < FEATURES; k++) {
      weights[k] = (weights[k] ?? 0) + step * (direction[k] ?? 0);
      residual[k] = (residual[k] ?? 0) - step * (image[k] ?? 0);
    }
    const next = dot(residual, residual);
    for (let k = 0; k < FEATURES; k++) direction[k] = (residual[k] ?? 0) + (next / square) * (direction[k] ?? 0);
    square = next;
  }
  return weights;
}

/** x · dense */
function gather({ indices, values }: SparseVector, dense: Float64Array): number {
  let sum = 0;
  for (let n = 0; n < indices.length; n++) sum += (values[n] ?? 0) * (dense[indices[n] ?? 0] ?? 0);
  return sum;
}

function scatter({ indices, values }: SparseVector, factor: number, dense: Float64Array): void {
  for (let n = 0; n < indices.length; n++) {
    const index = indices[n] ?? 0;
    dense[index] = (dense[index] ?? 0) + factor * (values[n] ?? 0);
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}
