import { strictCosine, strictSine } from "../core/strict-sine.ts";

/**
 * The energy in one parameter is Σ over ℓ = 0…count of aₗ cos(ℓ·base·x) + bₗ sin(ℓ·base·x): its frequencies are multiples of `base`
 * and at most `count` times it. A single gate exp(−ixP/2) with a Pauli product P has base 1 and count 1.
 */
export interface ShiftRule {
  readonly base: number;
  /** At least 1. */
  readonly count: number;
}

/** A pair of shifted energies and how much their difference adds to the derivative. */
export interface ShiftTerm {
  readonly shift: number;
  readonly weight: number;
}

/**
 * The derivative as differences of shifted energies, dE/dx = Σ weight · (E(x + shift) − E(x − shift)): with R = count,
 * ω = base and xᵤ = (2u − 1)π/(2R), u = 1…R, the shifts are xᵤ/ω and the weights (−1)^{u−1} ω / (4R sin²(xᵤ/2)). Exact, not a
 * difference quotient; for R = 1 it is the two-term rule (E(x + π/2ω) − E(x − π/2ω)) · ω/2.
 *
 * Source: Wierichs, Izaac, Wang & Lin, "General parameter-shift rules for quantum gradients", Quantum 6, 677 (2022).
 */
export function shiftTerms({ base, count }: ShiftRule): ShiftTerm[] {
  return Array.from({ length: count }, (_, k) => {
    const x = gridPoint(k, count);
    const sine = strictSine(x / 2);
    return { shift: x / base, weight: ((k % 2 === 0 ? 1 : -1) * base) / (4 * count * (sine * sine)) };
  });
}

function gridPoint(k: number, count: number): number {
  return ((2 * k + 1) * Math.PI) / (2 * count);
}

/** Where {@link probeShift} looks, in units of 1/base: no multiple of π/R, so that no frequency hides. */
const PROBE = 1;

/** The shift of the energy that {@link deviation} asks for besides those of the rule. */
export function probeShift({ base }: ShiftRule): number {
  return PROBE / base;
}

/** Energies along one parameter around a point. */
export interface ShiftSamples {
  readonly centre: number;
  /** At + and − each shift of {@link shiftTerms}. */
  readonly pairs: readonly (readonly [above: number, below: number])[];
  /** At {@link probeShift}. */
  readonly probe: number;
}

/**
 * How far the probe is from what the other energies say, relative to the largest of them. 2R + 1 energies determine a function of
 * the rule, so this is rounding (below 1e-10) where the rule holds, and where the energy has another frequency it is not.
 *
 * The 2R points xⱼ determine all but the cosine of order R, which vanishes there; the centre determines that one:
 * f(x) = p(x) + (f(0) − p(0)) cos Rx,  p(x) = Σ f(xⱼ) sin(R(x − xⱼ)) cot((x − xⱼ)/2) / 2R .
 */
export function deviation({ count }: ShiftRule, { centre, pairs, probe }: ShiftSamples): number {
  const kernel = (y: number) => (strictSine(count * y) * strictCosine(y / 2)) / (2 * count * strictSine(y / 2));
  const interpolated = (x: number) =>
    pairs.reduce((sum, [above, below], k) => {
      const at = gridPoint(k, count);
      return sum + above * kernel(x - at) + below * kernel(x + at);
    }, 0);
  const expected = interpolated(PROBE) + (centre - interpolated(0)) * strictCosine(count * PROBE);
  const scale = pairs.reduce((largest, [a, b]) => Math.max(largest, Math.abs(a), Math.abs(b)), Math.abs(centre));
  return scale > 0 ? Math.abs(probe - expected) / scale : Math.abs(probe);
}
