/**
 * Circuits, energies and gradients by matrices of 2ⁿ × 2ⁿ, for tests: nothing here is shared with the engine or the algorithms.
 * Qubit 0 is the lowest bit of an index.
 */

/** exp(−i · factor · input · G) with a generator G. */
export interface DenseGate {
  /** In the circuit's text, with the angle written as `ANGLE`. */
  readonly text: string;
  readonly input: number;
  readonly factor: number;
  readonly generator: Matrix;
}

/** Complex numbers [re, im] by row. */
export type Matrix = readonly (readonly Complex[])[];
type Complex = readonly [number, number];
type State = readonly Complex[];

const LETTERS: Record<string, Matrix> = {
  I: [
    [
      [1, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ],
  X: [
    [
      [0, 0],
      [1, 0],
    ],
    [
      [1, 0],
      [0, 0],
    ],
  ],
  Y: [
    [
      [0, 0],
      [0, -1],
    ],
    [
      [0, 1],
      [0, 0],
    ],
  ],
  Z: [
    [
      [1, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [-1, 0],
    ],
  ],
  /** |1⟩⟨1| */
  P: [
    [
      [0, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ],
};

const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
const plus = ([a, b]: Complex, [c, d]: Complex): Complex => [a + c, b + d];

/** The tensor product of letters, the leftmost on the highest qubit, times `scale`. */
export function productOf(letters: string, scale = 1): Matrix {
  return [...letters].reduce<Matrix>(
    (left, letter) => {
      const right = LETTERS[letter] ?? [];
      return left.flatMap((row) => right.map((inner) => row.flatMap((x) => inner.map((y) => times(x, y)))));
    },
    [[[scale, 0]]],
  );
}

/** A Pauli sum as a matrix, written as `[coefficient, letters]`. */
export function sumOf(terms: readonly (readonly [number, string])[]): Matrix {
  return terms
    .map(([coefficient, letters]) => productOf(letters, coefficient))
    .reduce((sum, next) => sum.map((row, i) => row.map((x, j) => plus(x, next[i]?.[j] ?? [0, 0]))));
}

function apply(matrix: Matrix, state: State): State {
  return matrix.map((row) => row.reduce<Complex>((sum, x, k) => plus(sum, times(x, state[k] ?? [0, 0])), [0, 0]));
}

/** exp(−iθG) ψ by its power series; |θ| · ‖G‖ is below 10 here. */
function evolve(generator: Matrix, theta: number, state: State): State {
  let [term, sum] = [state, state];
  for (let order = 1; order <= 60; order++) {
    term = apply(generator, term).map((x) => times(x, [0, -theta / order]));
    sum = sum.map((x, k) => plus(x, term[k] ?? [0, 0]));
  }
  return sum;
}

const innerProduct = (a: State, b: State): Complex =>
  a.reduce<Complex>((sum, [re, im], k) => plus(sum, times([re, -im], b[k] ?? [0, 0])), [0, 0]);

function run(gates: readonly DenseGate[], inputs: readonly number[], size: number, derived?: number): State {
  let state: State = Array.from({ length: size }, (_, k) => [k === 0 ? 1 : 0, 0]);
  gates.forEach(({ generator, factor, input }, place) => {
    state = evolve(generator, factor * (inputs[input] ?? 0), state);
    // ∂/∂input of exp(−i · factor · input · G) multiplies by −i · factor · G.
    if (place === derived) state = apply(generator, state).map((x) => times(x, [0, -factor]));
  });
  return state;
}

export function denseEnergy(gates: readonly DenseGate[], inputs: readonly number[], observable: Matrix): number {
  const state = run(gates, inputs, observable.length);
  return innerProduct(state, apply(observable, state))[0];
}

/** 2 Re ⟨ψ|O|∂ψ⟩, the product rule over every gate that has the input. */
export function denseGradient(gates: readonly DenseGate[], inputs: readonly number[], observable: Matrix): number[] {
  const bra = apply(observable, run(gates, inputs, observable.length));
  return inputs.map((_, input) =>
    gates.reduce((slope, gate, place) => {
      if (gate.input !== input) return slope;
      return slope + 2 * innerProduct(bra, run(gates, inputs, observable.length, place))[0];
    }, 0),
  );
}

/** The lowest eigenvalue, by powers of shift − H on a vector that no symmetry hides. */
export function lowestEigenvalue(hermitian: Matrix): number {
  const shift = hermitian.reduce(
    (sum, row) =>
      Math.max(
        sum,
        row.reduce((size, [re, im]) => size + Math.hypot(re, im), 0),
      ),
    0,
  );
  let state: State = hermitian.map((_, k) => [1 / (k + 1), 0.1 * k]);
  let value = 0;
  for (let step = 0; step < 5000; step++) {
    const image = apply(hermitian, state);
    value = innerProduct(state, image)[0] / innerProduct(state, state)[0];
    const next = state.map((x, k) => plus(times(x, [shift, 0]), times(image[k] ?? [0, 0], [-1, 0])));
    const norm = Math.sqrt(innerProduct(next, next)[0]);
    state = next.map((x) => times(x, [1 / norm, 0]));
  }
  return value;
}
