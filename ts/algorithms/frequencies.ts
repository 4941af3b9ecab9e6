import { AppError } from "../core/errors.ts";
import type { CircuitView, OpView } from "../models/circuit.ts";
import { readLinearForm } from "./linear-form.ts";
import type { ShiftRule } from "./parameter-shift.ts";

/** Most pairs of shifted energies for one parameter. */
const MAX_COUNT = 256;
/** Differences of frequencies below this part of the largest one are rounding. */
const RESOLUTION = 1e-9;

type GateView = Extract<OpView, { op: "gate" }>;

/** How one input enters a part of a circuit. */
interface Entry {
  /** The smallest frequency of each place. */
  bases: number[];
  /** The largest frequency that the places can give together. */
  top: number;
  /** Why there is no rule. */
  reason: string | undefined;
}
type Entries = Map<string, Entry>;

/**
 * The frequencies of an expectation in each input of a circuit, from the gates that it turns: an upper bound, which the products of
 * the ansatz may not exhaust. An input that several gates have, or one gate with a factor, has as many frequencies as they have
 * together.
 *
 * @returns the rule for each input that some gate depends on, or why there is none
 */
export function frequenciesOf(view: CircuitView): Map<string, ShiftRule | { reason: string }> {
  const rules = new Map<string, ShiftRule | { reason: string }>();
  for (const [name, entry] of entriesOf(view.ops)) {
    rules.set(name, entry.reason === undefined ? ruleOf(entry.bases, entry.top) : { reason: entry.reason });
  }
  return rules;
}

/**
 * The rule that covers these frequencies.
 *
 * @throws {AppError} `invalid-input` when they are not multiples of one number, or too many
 */
export function ruleFor(name: string, frequencies: readonly number[]): ShiftRule {
  const rule = ruleOf(frequencies, Math.max(...frequencies));
  if ("reason" in rule) throw new AppError("invalid-input", `options.shiftFrequencies.${name}: ${rule.reason}`);
  return rule;
}

function ruleOf(bases: readonly number[], top: number): ShiftRule | { reason: string } {
  const base = bases.reduce((divisor, frequency) => commonDivisor(divisor, frequency, top * RESOLUTION));
  const count = Math.round(top / base);
  if (count >= 1 && count <= MAX_COUNT) return { base, count };
  const shown = [...new Set(bases)].slice(0, 4).join(", ");
  return {
    reason: `its frequencies ${shown} need more than ${MAX_COUNT} shifts: they have to be multiples of one number, at most ${MAX_COUNT} times it`,
  };
}

/** Euclid's algorithm on numbers that are rounded. */
function commonDivisor(a: number, b: number, resolution: number): number {
  let [large, small] = a > b ? [a, b] : [b, a];
  while (small > resolution) {
    const rest = Math.abs(large - small * Math.round(large / small));
    [large, small] = [small, rest];
  }
  return large;
}

function entriesOf(ops: readonly OpView[]): Entries {
  const entries: Entries = new Map();
  for (const op of ops) {
    if (op.op === "gate") addGate(entries, op);
    else if (op.op === "if") addAll(entries, eitherOf(entriesOf(op.then), entriesOf(op.otherwise)));
  }
  return entries;
}

function addGate(entries: Entries, gate: GateView): void {
  gate.params.forEach((text, place) => {
    const form = readLinearForm(text);
    const frequencies = gateFrequencies(gate, place);
    if (frequencies === undefined) return;
    const [base, top] = frequencies;
    if (form === undefined) throw new AppError("unsupported", `gate ${gate.name}: cannot read its parameter ${text}`);
    for (const [name, slope] of form.slopes) {
      const factor = Math.abs(slope);
      addEntry(entries, name, { bases: [factor * base], top: factor * top, reason: undefined });
    }
    const reason = `gate ${gate.name}(${text}) is not linear in it`;
    for (const name of form.bent) addEntry(entries, name, { bases: [], top: 0, reason });
  });
}

/**
 * Smallest and largest frequency of an expectation in one parameter of a gate: the differences of the eigenvalues of its generator.
 * A phase has the generator diag(0, 1), so 1, and is that under controls too. Rotations have ±½, so 1; under controls also 0, so ½
 * and 1. U(θ, φ, λ) is a phase times Ry(θ) between the phase gates of φ and λ.
 *
 * @returns undefined for a global phase, on which nothing depends
 */
function gateFrequencies({ name, controls }: GateView, place: number): [base: number, top: number] | undefined {
  if (name === "gphase") return undefined;
  const isPhase = name === "p" || (name === "U" && place > 0);
  return isPhase || controls.length === 0 ? [1, 1] : [0.5, 1];
}

function addEntry(entries: Entries, name: string, more: Entry): void {
  const entry = entries.get(name) ?? { bases: [], top: 0, reason: undefined };
  entry.bases.push(...more.bases);
  entry.top += more.top;
  entry.reason ??= more.reason;
  entries.set(name, entry);
}

function addAll(entries: Entries, more: Entries): void {
  for (const [name, entry] of more) addEntry(entries, name, entry);
}

/** Of two branches one is taken: the expectation is the average over them, so the higher frequency counts. */
function eitherOf(then: Entries, otherwise: Entries): Entries {
  const either = new Map(then);
  for (const [name, { bases, top, reason }] of otherwise) {
    const other = either.get(name) ?? { bases: [], top: 0, reason: undefined };
    either.set(name, {
      bases: [...other.bases, ...bases],
      top: Math.max(other.top, top),
      reason: other.reason ?? reason,
    });
  }
  return either;
}
