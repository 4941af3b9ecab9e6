import { AppError } from "../core/errors.ts";
import { drawSeed } from "./draws.ts";
import { inOrder } from "./in-order.ts";
import { type MirrorCircuit, mirrorCircuit } from "./mirror-circuit.ts";
import type { CircuitSource, PortControl } from "./ports.ts";

/** A probability with the ends of its 95 % confidence interval. */
export interface MeasuredProbability {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What a back end's gates and readouts are found to do: the probability that each acts without error. */
export interface MirrorFidelity {
  readonly oneQubit: MeasuredProbability;
  /** Of a controlled Z; null for one qubit. */
  readonly twoQubit: MeasuredProbability | null;
  /** Of preparing and reading a qubit. */
  readonly readout: MeasuredProbability;
  /** Circuits that ran. */
  readonly jobs: number;
  readonly shots: number;
}

export interface MirrorOptions {
  /** 1 to 64, 2 by default: the first so many of the back end. */
  readonly qubits?: number | undefined;
  /** Circuits of each length, 2 to 1000, 12 by default: what the intervals follow from. */
  readonly circuits?: number | undefined;
  /** Of each circuit, 1,000 by default. */
  readonly shots?: number | undefined;
  /** The most layers in one direction, a power of two, 512 by default. */
  readonly maxLayers?: number | undefined;
}

export interface MirrorContext {
  /** Runs a circuit on the back end and gives its counts: a job, or a call of an engine. */
  readonly runCounts: (
    circuit: CircuitSource,
    options: { shots: number; seed: number },
    control: PortControl,
  ) => Promise<Readonly<Record<string, number>>>;
  /** Of the circuits and of their shots: 0…2⁵³−1. */
  readonly seed: number;
  /** Circuits that may run at once; 4 by default. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told after each group of circuits how many have run. */
  readonly onProgress?: ((jobs: number) => void) | undefined;
}

/** The two kinds of circuits: layers of one-qubit gates alone, or with controlled Z between pairs. */
interface Decay {
  /** Mean polarization without layers and with them. */
  readonly short: Mean;
  readonly long: Mean;
  /** Layers between the two, both directions: a power of two. */
  readonly layers: number;
}

interface Mean {
  readonly value: number;
  /** Of the mean, relative. */
  readonly variance: number;
}

/** The search for a length doubles it until so much polarization is left: near e⁻¹ᐟ² the ratio says most. */
const ENOUGH = 0.6;
const SEARCH_CIRCUITS = 2;

/**
 * Fidelities of a back end's gates and readouts, by mirror circuits of two lengths: the polarization that is left falls by a factor per
 * layer, whatever preparation and readout do. With layers of one-qubit gates alone that factor is λ = 1 − 4e/3, e the probability of an error
 * of a gate; with controlled Z in each layer it is 1 − 16e/15, e that of a whole layer of a pair, from which the one-qubit gates are taken
 * out. What is lost without layers is preparation and readout. Random Clifford gates make depolarising noise of any noise, to first order in
 * e. The intervals follow from how circuits of one length differ, and from three over the number of shots where no error was seen.
 *
 * Source: Proctor, Seritan, Rudinger, Nielsen, Blume-Kohout & Young, Physical Review Letters 129, 150502 (2022).
 *
 * @throws {AppError} `invalid-input` naming an option out of range; `unsupported` where not even circuits without layers come out better than
 *   noise; whatever `runCounts` throws
 */
export async function mirrorFidelity(options: MirrorOptions, context: MirrorContext): Promise<MirrorFidelity> {
  const { qubits = 2, circuits = 12, shots = 1000, maxLayers = 512 } = options;
  inRange("qubits", qubits, 1, 64);
  inRange("circuits", circuits, 2, 1000);
  inRange("shots", shots, 1, 10_000_000);
  inRange("maxLayers", maxLayers, 1, 4096);
  if ((maxLayers & (maxLayers - 1)) !== 0) {
    throw new AppError("invalid-input", `maxLayers is ${maxLayers}; give a power of two, such as 512`);
  }
  const laboratory = new Laboratory({ qubits, circuits, shots, maxLayers }, context);
  const alone = await laboratory.decay(false);
  const perGate = perLayer(alone);
  const oneQubit = errorFree(perGate, 3 / 4);
  const [start, wait] = [1 + 1 / alone.layers, 1 / alone.layers];
  const spam = alone.short.value / perGate.value;
  const spamVariance = start * start * alone.short.variance + wait * wait * alone.long.variance;
  const readout = { value: (1 + spam) / 2, deviation: (spam * Math.sqrt(spamVariance)) / 2 };
  let twoQubit: Estimate | null = null;
  if (qubits > 1) {
    const layer = errorFree(perLayer(await laboratory.decay(true)), 15 / 16);
    const value = layer.value / (oneQubit.value * oneQubit.value);
    const [a, b] = [layer.deviation / layer.value, (2 * oneQubit.deviation) / oneQubit.value];
    twoQubit = { value, deviation: value * Math.sqrt(a * a + b * b) };
  }
  const quantile = studentQuantile(2 * (circuits - 1));
  const interval = ({ value, deviation }: Estimate): MeasuredProbability => ({
    estimate: within(value),
    low: within(value - quantile * deviation),
    high: within(value + quantile * deviation),
  });
  return {
    ...{ oneQubit: interval(oneQubit), readout: interval(readout), jobs: laboratory.jobs, shots },
    twoQubit: twoQubit === null ? null : interval(twoQubit),
  };
}

interface Estimate {
  readonly value: number;
  readonly deviation: number;
}

class Laboratory {
  jobs = 0;
  readonly #options: Required<{ [K in keyof MirrorOptions]: number }>;
  readonly #context: MirrorContext;

  constructor(options: Required<{ [K in keyof MirrorOptions]: number }>, context: MirrorContext) {
    this.#options = options;
    this.#context = context;
  }

  async decay(entangles: boolean): Promise<Decay> {
    const { circuits, maxLayers } = this.#options;
    let layers = 1;
    while (layers < maxLayers && (await this.#mean(layers, SEARCH_CIRCUITS, entangles)).value > ENOUGH) layers *= 2;
    const short = await this.#mean(0, circuits, entangles);
    if (!(short.value > 0)) {
      const fault = "circuits without layers come out no better than noise, so there is no fidelity to measure";
      throw new AppError("unsupported", `${fault}: look whether the back end reads its qubits`);
    }
    // New circuits: those of the search decided about the length, and would be worse than others of it.
    return { short, long: await this.#mean(layers, circuits, entangles), layers: 2 * layers };
  }

  async #mean(layers: number, count: number, entangles: boolean): Promise<Mean> {
    const { qubits, shots } = this.#options;
    const { runCounts, seed, concurrency = 4, signal, onProgress } = this.#context;
    const numbers = Array.from({ length: count }, (_, k) => this.jobs + k);
    const values = await inOrder(numbers, concurrency, async (index) => {
      const circuit = mirrorCircuit(seed, index, { qubits, layers, entangles });
      const options = { shots, seed: drawSeed(seed, "mirror", index, 0) };
      const counts = await runCounts({ format: "openqasm3", source: circuit.source }, options, { signal });
      return entangles ? pairPolarization(circuit, counts) : polarization(circuit, counts);
    });
    this.jobs += count;
    onProgress?.(this.jobs);
    const value = values.reduce((sum, x) => sum + x, 0) / count;
    const spread = values.reduce((sum, x) => sum + (x - value) * (x - value), 0) / (count - 1) / count;
    const unseen = 3 / (count * shots);
    // What is below its own noise is as uncertain as it is large.
    const size = value > unseen ? value : unseen;
    return { value, variance: (spread > unseen * unseen ? spread : unseen * unseen) / (size * size) };
  }
}

/** The factor per layer: a root of the ratio, by square roots, because those are the same on every machine. */
function perLayer({ short, long, layers }: Decay): Estimate {
  let value = long.value > 0 ? long.value / short.value : 0;
  for (let left = layers; left > 1; left /= 2) value = Math.sqrt(value);
  return { value, deviation: (value * Math.sqrt(short.variance + long.variance)) / layers };
}

/** The probability of no error, where `share` of what a factor lacks to 1 is the probability of one. */
function errorFree({ value, deviation }: Estimate, share: number): Estimate {
  return { value: 1 - share * (1 - value), deviation: share * deviation };
}

/** 2 P(right) − 1, the mean over the qubits. */
function polarization({ outcome }: MirrorCircuit, counts: Readonly<Record<string, number>>): number {
  let [right, all] = [0, 0];
  for (const [bits, times] of Object.entries(counts)) {
    outcome.forEach((bit, qubit) => {
      right += isRight(bits, qubit, bit) ? times : 0;
      all += times;
    });
  }
  return (2 * right) / all - 1;
}

/** 16/15 Σₖ (−½)ᵏ hₖ − 1/15 with hₖ the share of shots that are wrong in k of the two bits, the mean over the pairs. */
function pairPolarization({ outcome }: MirrorCircuit, counts: Readonly<Record<string, number>>): number {
  let [weighted, all] = [0, 0];
  for (const [bits, times] of Object.entries(counts)) {
    for (let a = 0; a + 1 < outcome.length; a += 2) {
      const right = [a, a + 1].filter((qubit) => isRight(bits, qubit, outcome[qubit] === true)).length;
      weighted += times * ([0.25, -0.5, 1][right] ?? 0);
      all += times;
    }
  }
  return (16 * weighted) / (15 * all) - 1 / 15;
}

/** Keys of counts have the highest bit first. */
function isRight(bits: string, qubit: number, bit: boolean): boolean {
  return (bits[bits.length - 1 - qubit] === "1") === bit;
}

/** 97.5 % of Student's distribution, to 1 % from 5 degrees of freedom on. Source: Abramowitz & Stegun (1964), 26.7.5. */
function studentQuantile(degrees: number): number {
  const z = 1.959964;
  const square = z * z;
  const first = (z * (square + 1)) / 4;
  const second = (z * (5 * square * square + 16 * square + 3)) / 96;
  return z + first / degrees + second / (degrees * degrees);
}

function within(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AppError("invalid-input", `${name} is ${value}; give a whole number, ${least} to ${most}`);
}
