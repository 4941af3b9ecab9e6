import { AppError } from "../core/errors.ts";
import type { CircuitOptions, CircuitResult } from "./circuit.ts";
import {
  CIRCUIT_RESULT_SCHEMA,
  decodeResultContainer,
  type ResultContainer,
  type Section,
} from "./result-container.ts";

function broken(message: string): AppError {
  return new AppError("integrity-violation", `not a ${CIRCUIT_RESULT_SCHEMA} container: ${message}`);
}

/** Hands out the sections of a container by name, type and shape; at the end, none may be left over. */
class Sections {
  readonly #left: Map<string, Section>;

  constructor(container: ResultContainer) {
    this.#left = new Map(container.sections);
  }

  has(name: string): boolean {
    return this.#left.has(name);
  }

  take<D extends Section["dtype"]>(
    name: string,
    dtypes: readonly D[],
    ...shape: readonly (number | "any")[]
  ): Extract<Section, { dtype: D }> {
    const section = this.#left.get(name);
    if (section === undefined) throw broken(`section ${name} is missing`);
    const isWanted = (candidate: Section): candidate is Extract<Section, { dtype: D }> =>
      dtypes.some((dtype) => dtype === candidate.dtype);
    const fits =
      section.dims.length === shape.length &&
      shape.every((size, axis) => size === "any" || size === section.dims[axis]);
    if (!isWanted(section) || !fits) {
      throw broken(`${name} is ${section.dtype}[${section.dims}], not ${dtypes.join("|")}[${shape}]`);
    }
    this.#left.delete(name);
    return section;
  }

  /** One number per entry of an option; the engine writes no section for an empty list. */
  list(name: string, length: number): number[] {
    return length === 0 ? [] : finite(this.take(name, ["f64"], length).data, name);
  }

  end(): void {
    const [name] = this.#left.keys();
    if (name !== undefined) throw broken(`section ${name} answers nothing that the options ask for`);
  }
}

function finite(values: Float32Array | Float64Array, name: string): number[] {
  const numbers = Array.from(values);
  const at = numbers.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw broken(`${name}[${at}] is ${numbers[at]}`);
  return numbers;
}

function only(values: Float64Array, name: string): number {
  return finite(values, name)[0] ?? 0;
}

function pairs(values: Float32Array | Float64Array, name: string): [number, number][] {
  const numbers = finite(values, name);
  return Array.from({ length: numbers.length / 2 }, (_, k) => [numbers[2 * k] ?? 0, numbers[2 * k + 1] ?? 0]);
}

/** Outcome words, least significant first and strictly ascending, as bitstrings with the highest bit first. */
function bitstrings(section: Extract<Section, { dtype: "u64" }>, bits: number): string[] {
  const { name, data: words, dims } = section;
  const width = wordsPerOutcome(bits);
  // A circuit of no qubits and no bits has one outcome, the empty one, which takes no words.
  if (width === 0) {
    if (dims[0] !== 1) throw broken(`${name} has ${dims[0]} outcomes of 0 bits`);
    return [""];
  }
  const outcomes: string[] = [];
  let previous = -1n;
  for (let start = 0; start < words.length; start += width) {
    let outcome = 0n;
    for (let k = width - 1; k >= 0; k--) outcome = (outcome << 64n) | (words[start + k] ?? 0n);
    if (outcome <= previous) throw broken(`the outcomes in ${name} do not ascend`);
    if (outcome >> BigInt(bits) !== 0n) throw broken(`an outcome in ${name} has more than ${bits} bits`);
    previous = outcome;
    outcomes.push(outcome.toString(2).padStart(bits, "0"));
  }
  return outcomes;
}

function wordsPerOutcome(bits: number): number {
  return Math.ceil(bits / 64);
}

function zip(keys: readonly string[], values: readonly number[]): Record<string, number> {
  const record: Record<string, number> = {};
  for (const [k, key] of keys.entries()) record[key] = values[k] ?? 0;
  return record;
}

function shots(values: BigUint64Array): number[] {
  return Array.from(values, (value) => {
    if (value === 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw broken(`an outcome was counted ${value} times`);
    return Number(value);
  });
}

/**
 * The JSON view of a `circuit-result/1` container: made only when somebody reads it, because it costs many times the sampling.
 *
 * @param options those of the run; they say which subsets of qubits the sections answer
 * @throws {AppError} `integrity-violation` when the container is malformed or answers other options
 */
export function toCircuitResult(container: Uint8Array | ResultContainer, options: CircuitOptions): CircuitResult {
  const decoded = container instanceof Uint8Array ? decodeResultContainer(container) : container;
  if (decoded.schema !== CIRCUIT_RESULT_SCHEMA) throw broken(`its schema is ${JSON.stringify(decoded.schema)}`);
  const sections = new Sections(decoded);
  const result: CircuitResult = {};
  const bits = sections.take("bits", ["u32"], 1).data[0] ?? 0;
  const width = wordsPerOutcome(bits);
  if (sections.has("counts.words")) {
    const words = sections.take("counts.words", ["u64"], "any", width);
    const counted = sections.take("counts.shots", ["u64"], words.dims[0] ?? 0);
    result.counts = zip(bitstrings(words, bits), shots(counted.data));
  }
  if (options.probabilities) {
    const words = sections.take("probabilities.words", ["u64"], "any", width);
    const values = sections.take("probabilities.values", ["f64"], words.dims[0] ?? 0);
    result.probabilities = zip(bitstrings(words, bits), finite(values.data, "probabilities.values"));
  }
  if (options.observable !== undefined) {
    result.expectation = only(sections.take("expectation", ["f64"], 1).data, "expectation");
  }
  if (options.amplitudes) {
    const { data } = sections.take("amplitudes", ["f32", "f64"], "any", 2);
    result.amplitudes = pairs(data, "amplitudes");
  }
  if (options.marginals !== undefined) {
    result.marginals = options.marginals.map((qubits, k) => {
      const { name, data } = sections.take(`marginals.${k}`, ["f64"], 2 ** qubits.length);
      return { qubits, probabilities: finite(data, name) };
    });
  }
  if (options.entropy !== undefined) {
    const subsets = options.entropy;
    const entropies = sections.list("entropy", subsets.length);
    const purities = sections.list("purity", subsets.length);
    result.entropy = subsets.map((qubits, k) => ({ qubits, bits: entropies[k] ?? 0, purity: purities[k] ?? 0 }));
  }
  if (options.reducedDensity !== undefined) {
    result.reducedDensity = options.reducedDensity.map((qubits, k) => {
      const size = 2 ** qubits.length;
      const { name, data } = sections.take(`reduced-density.${k}`, ["f64"], size, size, 2);
      return { qubits, matrix: pairs(data, name) };
    });
  }
  if (options.mutualInformation !== undefined) {
    const parts = options.mutualInformation;
    const values = sections.list("mutual-information", parts.length);
    result.mutualInformation = parts.map(({ a, b }, k) => ({ a, b, bits: values[k] ?? 0 }));
  }
  if (options.fidelity !== undefined) {
    result.fidelity = only(sections.take("fidelity", ["f64"], 1).data, "fidelity");
  }
  sections.end();
  return result;
}
