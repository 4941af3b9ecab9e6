import type { CircuitOptions, CircuitResult } from "./circuit.ts";
import { OTHER_METHODS } from "./circuit-methods.ts";
import type { ResultContainer, Section } from "./result-container.ts";
import { count, finite, only, openSections, type Sections, wrongResult } from "./sections.ts";

/** The schema of what a circuit run gives back. */
const CIRCUIT_RESULT_SCHEMA = "circuit-result/1";

const broken = (message: string): Error => wrongResult(CIRCUIT_RESULT_SCHEMA, message);

function pairs(section: Extract<Section, { dtype: "f32" | "f64" }>): [number, number][] {
  const numbers = finite(section);
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

/**
 * The JSON view of a `circuit-result/1` container: made only when somebody reads it, because it costs many times the sampling.
 *
 * @param options those of the run; they say which subsets of qubits the sections answer
 * @throws {AppError} `integrity-violation` when the container is malformed or answers other options
 */
export function toCircuitResult(container: Uint8Array | ResultContainer, options: CircuitOptions): CircuitResult {
  const sections = openSections(container, CIRCUIT_RESULT_SCHEMA);
  const result: CircuitResult = {};
  const bits = sections.take("bits", ["u32"], 1).data[0] ?? 0;
  const width = wordsPerOutcome(bits);
  if (sections.has("counts.words")) {
    const words = sections.take("counts.words", ["u64"], "any", width);
    const counted = sections.take("counts.shots", ["u64"], words.dims[0] ?? 0);
    result.counts = zip(bitstrings(words, bits), count(counted));
  }
  if (options.probabilities) {
    const words = sections.take("probabilities.words", ["u64"], "any", width);
    const values = sections.take("probabilities.values", ["f64"], words.dims[0] ?? 0);
    result.probabilities = zip(bitstrings(words, bits), finite(values));
  }
  if (options.observable !== undefined) {
    result.expectation = only(sections.take("expectation", ["f64"], 1));
  }
  if (options.gradient) result.gradient = sections.named("gradient");
  if (options.amplitudes) {
    result.amplitudes = pairs(sections.take("amplitudes", ["f32", "f64"], "any", 2));
  }
  if (options.marginals !== undefined) {
    result.marginals = options.marginals.map((qubits, k) => {
      return { qubits, probabilities: finite(sections.take(`marginals.${k}`, ["f64"], 2 ** qubits.length)) };
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
      return { qubits, matrix: pairs(sections.take(`reduced-density.${k}`, ["f64"], size, size, 2)) };
    });
  }
  if (options.mutualInformation !== undefined) {
    const parts = options.mutualInformation;
    const values = sections.list("mutual-information", parts.length);
    result.mutualInformation = parts.map(({ a, b }, k) => ({ a, b, bits: values[k] ?? 0 }));
  }
  if (options.fidelity !== undefined) {
    result.fidelity = only(sections.take("fidelity", ["f64"], 1));
  }
  const method = otherMethod(sections);
  if (method !== undefined) result.method = method;
  if (method === "mps") {
    result.bond = sections.take("mps.bond", ["u32"], 1).data[0] ?? 0;
    result.truncationError = only(sections.take("mps.truncation-error", ["f64"], 1));
  }
  sections.end();
  return result;
}

/**
 * What `auto` took in a run of these options: it asks whether amplitudes fit the memory limit, which is no option of the job, so that a
 * re-run elsewhere could take another method, with other bytes.
 *
 * @throws {AppError} `integrity-violation` when the container is malformed
 */
export function methodAsRun(
  container: Uint8Array | ResultContainer,
  { method = "auto", noise = {} }: CircuitOptions,
): NonNullable<CircuitOptions["method"]> {
  if (method !== "auto") return method;
  const { depolarizing1 = 0, depolarizing2 = 0, channels = [] } = noise;
  const hasGateNoise = depolarizing1 > 0 || depolarizing2 > 0 || channels.length > 0;
  const ofAmplitudes = hasGateNoise ? "trajectory" : "statevector";
  return otherMethod(openSections(container, CIRCUIT_RESULT_SCHEMA)) ?? ofAmplitudes;
}

/** Undefined where amplitudes ran. */
function otherMethod(sections: Sections): CircuitResult["method"] {
  if (!sections.has("method")) return undefined;
  const name = String.fromCharCode(...sections.take("method", ["u8"], "any").data);
  const method = OTHER_METHODS.find((known) => known === name);
  if (method === undefined) throw broken(`no method is called ${JSON.stringify(name.slice(0, 40))}`);
  return method;
}
