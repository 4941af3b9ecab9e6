/** A real Pauli sum on vectors of 2ⁿ numbers: terms with the same X part are one signed exchange. */
export class PauliMatrix {
  readonly size: number;
  readonly #exchanges = new Map<number, Float64Array>();

  /** @param terms weight and letters, the leftmost on the highest qubit; each with an even number of Y, so that the matrix is real */
  constructor(terms: readonly (readonly [weight: number, letters: string])[]) {
    const qubits = terms[0]?.[1].length ?? 0;
    this.size = 2 ** qubits;
    for (const [weight, letters] of terms) {
      let [x, z, ys] = [0, 0, 0];
      for (const [k, letter] of [...letters].reverse().entries()) {
        if (letter === "X" || letter === "Y") x |= 1 << k;
        if (letter === "Z" || letter === "Y") z |= 1 << k;
        if (letter === "Y") ys++;
      }
      if (ys % 2 === 1) throw new Error(`${letters} is imaginary`);
      // i^y (−1)^{|j ∧ z|}: P takes |j⟩ to that times |j ⊕ x⟩.
      const sign = ys % 4 === 0 ? weight : -weight;
      const factors = this.#exchanges.get(x) ?? new Float64Array(this.size);
      for (let j = 0; j < this.size; j++) factors[j] = (factors[j] ?? 0) + (isOdd(j & z) ? -sign : sign);
      this.#exchanges.set(x, factors);
    }
  }

  times(vector: Float64Array): Float64Array {
    const image = new Float64Array(this.size);
    for (const [x, factors] of this.#exchanges) {
      for (let j = 0; j < this.size; j++) image[j ^ x] = (image[j ^ x] ?? 0) + (factors[j] ?? 0) * (vector[j] ?? 0);
    }
    return image;
  }
}

/** The lowest eigenvalue of a real symmetric matrix, by `steps` steps of Lanczos from a vector that no symmetry hides. */
export function lowestByLanczos(matrix: PauliMatrix, steps: number): number {
  let before = new Float64Array(matrix.size);
  let vector = Float64Array.from({ length: matrix.size }, (_, k) => ((k * 7919) % 104729) / 104729 - 0.5);
  const [diagonal, beside]: [number[], number[]] = [[], []];
  let length = Math.sqrt(dot(vector, vector));
  for (let step = 0; step < steps && length > 1e-12; step++) {
    const scaled = vector.map((value) => value / length);
    if (step > 0) beside.push(length);
    const image = matrix.times(scaled);
    const along = dot(scaled, image);
    diagonal.push(along);
    const last = step > 0 ? length : 0;
    vector = image.map((value, k) => value - along * (scaled[k] ?? 0) - last * (before[k] ?? 0));
    before = scaled;
    length = Math.sqrt(dot(vector, vector));
  }
  return lowestOfTridiagonal(diagonal, beside);
}

/** By bisection: as many pivots of T − x are negative as eigenvalues lie below x. */
function lowestOfTridiagonal(diagonal: readonly number[], beside: readonly number[]): number {
  const reach = diagonal.map((d, k) => Math.abs(beside[k - 1] ?? 0) + Math.abs(beside[k] ?? 0) + Math.abs(d));
  let [low, high] = [-Math.max(...reach), Math.max(...reach)];
  for (let turn = 0; turn < 100; turn++) {
    const middle = (low + high) / 2;
    let pivot = 1;
    const isBelow = diagonal.some((d, k) => {
      pivot = d - middle - (k === 0 ? 0 : (beside[k - 1] ?? 0) ** 2 / pivot);
      return pivot < 0;
    });
    if (isBelow) high = middle;
    else low = middle;
  }
  return low;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0);
}

function isOdd(bits: number): boolean {
  let parity = bits;
  for (const shift of [16, 8, 4, 2, 1]) parity ^= parity >> shift;
  return (parity & 1) === 1;
}
