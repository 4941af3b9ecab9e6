import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CircuitObjective } from "../../ts/algorithms/circuit-objective.ts";
import { frequenciesOf } from "../../ts/algorithms/frequencies.ts";
import type { Gradients } from "../../ts/algorithms/objective.ts";
import { deviation, probeShift, type ShiftRule, shiftTerms } from "../../ts/algorithms/parameter-shift.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import { contextOf, loadTestEngines, vqeOf } from "./context.ts";
import { type DenseGate, denseEnergy, denseGradient, type Matrix, productOf, sumOf } from "./dense.ts";

/** a₀ + Σ aₗ cos(ℓωx) + bₗ sin(ℓωx) */
function trigonometric(base: number, cosines: readonly number[], sines: readonly number[]) {
  const sum = (term: (order: number) => number) => cosines.reduce((total, _, k) => total + term(k), 0);
  return {
    value: (x: number) =>
      sum((l) => (cosines[l] ?? 0) * Math.cos(l * base * x) + (sines[l] ?? 0) * Math.sin(l * base * x)),
    slope: (x: number) =>
      sum((l) => l * base * ((sines[l] ?? 0) * Math.cos(l * base * x) - (cosines[l] ?? 0) * Math.sin(l * base * x))),
  };
}

function samplesAt(rule: ShiftRule, value: (x: number) => number, x: number) {
  const pairs = shiftTerms(rule).map(({ shift }): [number, number] => [value(x + shift), value(x - shift)]);
  return { centre: value(x), pairs, probe: value(x + probeShift(rule)) };
}

const Amplitude = fc.double({ min: -1, max: 1, noNaN: true });
const Angle = fc.double({ min: -6, max: 6, noNaN: true });

describe("the shift rule", () => {
  it("is the two-term rule for one frequency", () => {
    const [term, ...others] = shiftTerms({ base: 1, count: 1 });
    expect(others).toEqual([]);
    expect(term?.shift).toBeCloseTo(Math.PI / 2, 15);
    expect(term?.weight).toBeCloseTo(1 / 2, 15);
  });

  it("is the four-term rule of controlled rotations for the frequencies ½ and 1", () => {
    // Anselmetti et al., New J. Phys. 23, 113010 (2021): weights (√2 ± 1)/(4√2) at the shifts π/2 and 3π/2.
    const terms = shiftTerms({ base: 0.5, count: 2 });
    expect(terms.map(({ shift }) => shift / Math.PI)).toEqual([expect.closeTo(0.5, 14), expect.closeTo(1.5, 14)]);
    const weights = [(Math.SQRT2 + 1) / (4 * Math.SQRT2), -(Math.SQRT2 - 1) / (4 * Math.SQRT2)];
    expect(terms.map(({ weight }) => weight)).toEqual(weights.map((weight) => expect.closeTo(weight, 14)));
  });

  it("is the derivative of every function with its frequencies, and the probe agrees", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0.125, 0.5, 1, 3),
        fc.array(Amplitude, { minLength: 13, maxLength: 13 }),
        fc.array(Amplitude, { minLength: 13, maxLength: 13 }),
        Angle,
        (count, base, cosines, sines, x) => {
          const rule = { base, count };
          const { value, slope } = trigonometric(base, cosines.slice(0, count + 1), sines.slice(0, count + 1));
          const samples = samplesAt(rule, value, x);
          const derivative = shiftTerms(rule).reduce((sum, { weight }, k) => {
            const [above = 0, below = 0] = samples.pairs[k] ?? [];
            return sum + weight * (above - below);
          }, 0);
          expect(Math.abs(derivative - slope(x))).toBeLessThan(1e-11 * base * count * count);
          const scale = Math.max(...samples.pairs.flat().map(Math.abs), Math.abs(samples.centre));
          fc.pre(scale > 1e-3);
          expect(deviation(rule, samples)).toBeLessThan(1e-10);
        },
      ),
    );
  });

  it.each([
    ["twice the frequency, where both derivatives vanish", { base: 1, count: 1 }, (x: number) => Math.cos(2 * x), 0],
    ["one frequency more", { base: 1, count: 3 }, (x: number) => Math.sin(4 * x), 0.3],
    ["half the frequency", { base: 1, count: 4 }, (x: number) => Math.sin(x / 2), 0.3],
    ["a frequency that is off by a millionth", { base: 1, count: 1 }, (x: number) => Math.sin(1.000001 * x), 0.3],
  ])("is found wrong for %s", (_, rule, value, x) => {
    expect(deviation(rule, samplesAt(rule, value, x))).toBeGreaterThan(1e-7);
  });
});

/** Gates on three qubits, each with the generator that its definition says. */
const KINDS: readonly (readonly [string, Matrix])[] = [
  ["rx(ANGLE) q[0];", productOf("IIX", 0.5)],
  ["ry(ANGLE) q[1];", productOf("IYI", 0.5)],
  ["rz(ANGLE) q[2];", productOf("ZII", 0.5)],
  ["rzz(ANGLE) q[0], q[2];", productOf("ZIZ", 0.5)],
  ["rxx(ANGLE) q[1], q[0];", productOf("IXX", 0.5)],
  ["p(ANGLE) q[1];", productOf("IPI", -1)],
  ["cp(ANGLE) q[2], q[0];", productOf("PIP", -1)],
  ["crx(ANGLE) q[1], q[2];", productOf("XPI", 0.5)],
  ["cry(ANGLE) q[0], q[1];", productOf("IYP", 0.5)],
  ["ctrl(2) @ rz(ANGLE) q[2], q[1], q[0];", productOf("PPZ", 0.5)],
  ["ctrl @ U(ANGLE, 0, 0) q[0], q[2];", productOf("YIP", 0.5)],
  ["ctrl @ U(0, ANGLE, 0) q[2], q[1];", productOf("PPI", -1)],
];
const OBSERVABLE = [
  [0.7, "ZIX"],
  [-0.4, "YYI"],
  [0.9, "IZZ"],
  [0.3, "XIX"],
] as const;
const TEXT = "0.7*ZIX - 0.4*YYI + 0.9*IZZ + 0.3*XIX";

const Gates = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    input: fc.nat({ max: 2 }),
    factor: fc.constantFrom(1, 1, -1, 2, 0.5),
  }),
  { minLength: 3, maxLength: 9 },
);

describe("the gradient of a circuit", () => {
  let engines: Engines;
  beforeAll(async () => {
    engines = await loadTestEngines();
  });
  afterAll(() => engines.close());

  const sourceOf = (gates: readonly DenseGate[]) => {
    const lines = gates.map(({ text, input, factor }) => text.replace("ANGLE", `${factor} * t${input}`));
    return ["input float t0;", "input float t1;", "input float t2;", "qubit[3] q;", ...lines].join("\n");
  };

  async function gradientOf(
    source: string,
    observable: string,
    point: readonly number[],
    gradients: Gradients = "shifts",
  ) {
    const { ansatz: circuit } = vqeOf(source, observable);
    const view = await engines.circuit.view(circuit);
    const rules = frequenciesOf(view);
    const inputs = view.inputs.map(({ name }, parameter) => {
      const rule = rules.get(name) ?? { base: 1, count: 1 };
      if ("reason" in rule) throw new Error(rule.reason);
      return { name, parameter, factor: 1, rule };
    });
    const parameters = inputs.map(({ name }) => name);
    const objective = new CircuitObjective(
      { circuit, observable, parameters, inputs, gradients, isRuleUnproved: true },
      contextOf(engines),
    );
    const energy = await objective.energy(point);
    return { objective, energy, gradient: await objective.gradient(point, energy), rules };
  }

  it("is the one that the engine derives by going back through the circuit", async () => {
    const drawn = fc.sample(fc.tuple(Gates, fc.tuple(Angle, Angle, Angle)), { numRuns: 40, seed: 4 });
    for (const [recipe, point] of drawn) {
      const gates = recipe.map(({ kind: [text, generator], input, factor }) => ({ text, generator, input, factor }));
      const shifted = await gradientOf(sourceOf(gates), TEXT, point);
      const adjoint = await gradientOf(sourceOf(gates), TEXT, point, "adjoint");
      expect(adjoint.energy).toBe(shifted.energy);
      expect(adjoint.objective.evaluations).toBe(1);
      adjoint.gradient.forEach((slope, k) => {
        expect(Math.abs(slope - (shifted.gradient[k] ?? Number.NaN)), sourceOf(gates)).toBeLessThan(1e-11);
      });
    }
  });

  it("is that of dense matrices by the product rule, for inputs that several gates have with factors", async () => {
    const drawn = fc.sample(fc.tuple(Gates, fc.tuple(Angle, Angle, Angle)), { numRuns: 40, seed: 3 });
    const dense = sumOf(OBSERVABLE);
    for (const [recipe, point] of drawn) {
      const gates = recipe.map(({ kind: [text, generator], input, factor }) => ({ text, generator, input, factor }));
      const { energy, gradient } = await gradientOf(sourceOf(gates), TEXT, point);
      expect(Math.abs(energy - denseEnergy(gates, point, dense)), sourceOf(gates)).toBeLessThan(1e-11);
      denseGradient(gates, point, dense).forEach((slope, k) => {
        expect(Math.abs((gradient[k] ?? Number.NaN) - slope), sourceOf(gates)).toBeLessThan(1e-11);
      });
    }
  });

  it("agrees with central differences", async () => {
    const source = `input float a; input angle b; qubit[2] q;
      ry(a) q[0]; cx q[0], q[1]; crx(2 * b - a) q[1], q[0]; rzz(a / 3) q[0], q[1]; ry(-b) q[1];`;
    const point = [0.4, -1.1];
    const { objective, gradient } = await gradientOf(source, "ZX + 0.5*YY", point);
    for (const k of [0, 1]) {
      const h = 1e-4;
      const at = (move: number) => objective.energy(point.map((x, each) => (each === k ? x + move : x)));
      const difference = ((await at(h)) - (await at(-h))) / (2 * h);
      // Truncation is h² ‖E‴‖/6, below 1e-7.
      expect(Math.abs((gradient[k] ?? Number.NaN) - difference)).toBeLessThan(1e-7);
    }
  });

  it("counts the frequencies of gates, controls, factors, repetitions and branches", async () => {
    const source = `input float a; input float b; input float c; input float d; input float e; input float f;
      qubit[3] q; bit m;
      rx(a) q[0];
      cry(b) q[0], q[1];
      for int k in [0:2] { rz(c) q[k]; }
      rx(d) q[0]; rx(d / 4) q[1];
      m = measure q[2];
      if (m) { rx(e) q[0]; rx(e) q[1]; } else { rx(e) q[0]; }
      gphase(f);`;
    const { ansatz } = vqeOf(source, "ZZZ");
    const rules = frequenciesOf(await engines.circuit.view(ansatz));
    expect(Object.fromEntries(rules)).toEqual({
      a: { base: 1, count: 1 },
      b: { base: 0.5, count: 2 },
      c: { base: 1, count: 3 },
      d: { base: 0.25, count: 5 },
      e: { base: 1, count: 2 },
    });
  });
});
