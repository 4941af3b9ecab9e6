import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHybrid } from "../../ts/algorithms/hybrid.ts";
import type { HybridContext, HybridProgress } from "../../ts/algorithms/ports.ts";
import { toHex } from "../../ts/core/bytes.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import type { HybridOptions, VqeInput } from "../../ts/models/hybrid.ts";
import { contextOf, exampleOf, loadTestEngines, vqeOf } from "./context.ts";
import { lowestEigenvalue, sumOf } from "./dense.ts";

const H2 = exampleOf("h2-vqe.hybrid.json") as VqeInput;
/** Full configuration interaction in STO-3G at 0.7414 Å, by PySCF 2.14, in Hartree. */
const H2_ENERGY = -1.137270174660903;
const CHEMICAL_ACCURACY = 1.6e-3;

let engines: Engines;
let context: HybridContext;
beforeAll(async () => {
  engines = await loadTestEngines();
  context = contextOf(engines);
});
afterAll(() => engines.close());

const run = async (input: VqeInput, options: HybridOptions = {}, more: Partial<HybridContext> = {}) =>
  (await runHybrid(input, options, { ...context, ...more })).result;

describe("hydrogen", () => {
  it("has the energy of full configuration interaction as the lowest eigenvalue of its observable", () => {
    const terms = [...H2.observable.matchAll(/([+-]?) ?([\d.]+)\*([IXYZ]+)/g)].map(
      ([, sign, size, letters]) => [Number(`${sign}${size}`), letters ?? ""] as const,
    );
    expect(terms).toHaveLength(15);
    expect(Math.abs(lowestEigenvalue(sumOf(terms)) - H2_ENERGY)).toBeLessThan(1e-10);
  });

  it.each([
    ["adam", 25],
    ["spsa", 40],
  ] as const)(
    "is found to chemical accuracy by %s in %d iterations, from several starts",
    async (optimizer, maxIterations) => {
      for (const seed of [1, 2, 3]) {
        const result = await run(H2, { optimizer, maxIterations }, { seed });
        expect(result.energy - H2_ENERGY).toBeGreaterThan(-1e-12); // the variational principle
        expect(result.energy - H2_ENERGY).toBeLessThan(CHEMICAL_ACCURACY);
        expect(result.trace[0]).toBeGreaterThan(H2_ENERGY + CHEMICAL_ACCURACY);
        expect(result.energy).toBe(Math.min(...result.trace));
        expect(Object.keys(result.parameters)).toEqual(["pair", "up", "down"]);
      }
    },
  );

  it("is found by L-BFGS to ten digits, and by a simplex to six, with few energies", async () => {
    const quick = await run(H2, {});
    expect(Math.abs(quick.energy - H2_ENERGY)).toBeLessThan(1e-10);
    expect(quick.evaluations).toBeLessThan(100);
    const simplex = await run(H2, { optimizer: "nelder-mead" });
    expect(Math.abs(simplex.energy - H2_ENERGY)).toBeLessThan(1e-6);
    expect(simplex.evaluations).toBeLessThan(200);
  });

  it("is not looked for by L-BFGS with shots, whose noise would be its curvature", async () => {
    const search = run(H2, { optimizer: "l-bfgs", shots: 100 });
    await expect(search).rejects.toMatchObject({
      ...{ code: "invalid-input", message: expect.stringContaining("leave out shots, or use spsa") },
    });
  });

  it("is found by both with 2,000 shots for each basis, but for their noise", async () => {
    // Σ|c| over the measured groups / √2000 is above σ; the last point is within a few of them.
    for (const options of [
      { optimizer: "adam", maxIterations: 40, learningRate: 0.05 },
      { optimizer: "spsa", maxIterations: 60 },
    ] as const) {
      const result = await run(H2, { ...options, shots: 2000 });
      const exact = await run({ ...H2, parameters: result.parameters }, { maxIterations: 1 });
      expect(Math.abs((exact.trace[0] ?? 0) - H2_ENERGY)).toBeLessThan(0.02);
      expect(result.energy).toBe(result.trace.at(-1));
      expect(result.energy).not.toBe(exact.trace[0]);
      expect(result.converged).toBe(false);
      expect(result.iterations).toBe(options.maxIterations);
    }
  });

  it.each([
    {},
    { optimizer: "adam" },
    { optimizer: "nelder-mead" },
    { optimizer: "spsa" },
    { optimizer: "adam", shots: 500, maxIterations: 5 },
    { optimizer: "nelder-mead", shots: 500, maxIterations: 5 },
    { optimizer: "spsa", shots: 500, maxIterations: 5 },
  ] as const)("gives the same bytes for the same seed, however many circuits run at once: %j", async (options) => {
    const bytes = async (more: Partial<HybridContext>) =>
      toHex((await runHybrid(H2, { maxIterations: 10, ...options }, { ...context, ...more })).container);
    const first = await bytes({ concurrency: 1 });
    expect(await bytes({ concurrency: 5 })).toBe(first);
    expect(await bytes({ seed: 8 })).not.toBe(first);
  });
});

const ONE = "input float a; qubit q; rx(a) q;";

describe("a search", () => {
  it("converges and says so, with every energy counted", async () => {
    const told: HybridProgress[] = [];
    const result = await run(vqeOf(ONE, "Z"), { learningRate: 0.3 }, { onProgress: (p) => told.push(p) });
    expect(result.energy).toBeCloseTo(-1, 6);
    expect(Math.abs(result.parameters.a ?? 0)).toBeCloseTo(Math.PI, 2);
    expect(result.converged).toBe(true);
    // One at each point, which has the gradient with it.
    expect(result.evaluations).toBe(1 + result.iterations);
    expect(told.map(({ energy }) => energy)).toEqual(result.trace);
    expect(told.at(-1)).toMatchObject({ bestEnergy: result.energy, evaluations: result.evaluations });
  });

  it.each([
    ["a list", [2.5]],
    ["names", { a: 2.5 }],
  ])("begins where %s say", async (_, parameters) => {
    const { trace } = await run(vqeOf(ONE, "Z", parameters), { maxIterations: 1 });
    expect(trace[0]).toBeCloseTo(Math.cos(2.5), 12);
  });

  it("adds the identity to what it measures", async () => {
    // A state that does not fluctuate: 0.5 − 3.
    const { trace } = await run(vqeOf(ONE, "0.5*Z - 3*I", [0]), { shots: 10, maxIterations: 1 });
    expect(trace[0]).toBe(-2.5);
  });

  it("gives every measured circuit a seed of its own", async () => {
    const seeds: number[] = [];
    await run(
      vqeOf("input float a; qubit[2] q; rx(a) q;", "ZZ + XX + YI"),
      { optimizer: "adam", shots: 10, maxIterations: 3 },
      {
        runCircuit: (circuit, options, control) => {
          seeds.push(options.seed);
          return context.runCircuit(circuit, options, control);
        },
      },
    );
    // Three bases of 1 + 3 · (1 + 4) energies: two gates have the parameter.
    expect(seeds).toHaveLength(3 * 16);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it("moves several parameters that share gates, and leaves alone what no gate has", async () => {
    const source =
      "input float a; input float unused; input float b; qubit[2] q; ry(a + b) q[0]; cry(2 * b) q[0], q[1];";
    const { parameters, energy } = await run(vqeOf(source, "ZI + IZ", { a: 1, b: 0.5, unused: 0.25 }));
    expect(energy).toBeCloseTo(-2, 3);
    expect(parameters.unused).toBe(0.25);
  });

  it("averages over outcomes in the middle of a circuit", async () => {
    const source =
      "input float a; qubit[2] q; bit c; h q[0]; c = measure q[0]; if (c) { rx(a) q[1]; } else { rx(2 * a) q[1]; }";
    const { energy } = await run(vqeOf(source, "ZI", [1]), { learningRate: 0.1 });
    // The minimum of (cos a + cos 2a)/2, at cos a = −1/4.
    expect(energy).toBeCloseTo(-9 / 16, 5);
  });

  it("stops on the signal", async () => {
    const abort = new AbortController();
    const onProgress = ({ iteration }: HybridProgress) => iteration === 2 && abort.abort();
    const search = run(H2, {}, { signal: abort.signal, onProgress });
    await expect(search).rejects.toMatchObject({ code: "cancelled" });
    await expect(run(H2, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });
});

/** Measures in the middle, so that gradients come from shifts. */
const SHIFTED = "qubit s; bit m; m = measure s; reset s;";

describe("shift frequencies", () => {
  /** ½(XX + YY) has the eigenvalues 0 and ±1, so the differences 1 and 2, of which the start |01⟩ sees only 2. */
  const DOUBLE = `input float a; qubit[2] q; x q[0];
    rxx(a) q[0], q[1]; ryy(a) q[0], q[1]; ${SHIFTED}`;

  it("that are fewer than the gates allow save energies and give the same gradient", async () => {
    const plain = await run(vqeOf(DOUBLE, "IZI - 0.5*IIZ + 0.25*IZZ", [0.4]), { maxIterations: 5 });
    const known = await run(vqeOf(DOUBLE, "IZI - 0.5*IIZ + 0.25*IZZ", [0.4]), {
      maxIterations: 5,
      shiftFrequencies: { a: [2] },
    });
    expect(plain.evaluations).toBe(1 + 5 * (4 + 1) + 1);
    expect(known.evaluations).toBe(1 + 5 * (2 + 1) + 1);
    expect(known.trace).toEqual(plain.trace.map((energy) => expect.closeTo(energy, 10)));
  });

  it("that are wrong are found out before the first step, even where the derivative vanishes", async () => {
    const source = `input float a; qubit q; rx(a) q; rx(a) q; ${SHIFTED}`;
    const search = run(vqeOf(source, "IZ", [0]), { shiftFrequencies: { a: [1] } });
    await expect(search).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringMatching(/^input 'a': the energy has other frequencies than 1 .*shiftFrequencies/),
    });
  });

  it("whose factors are shown rounded are found out too", async () => {
    // The view shows 0.123457.
    const source = `input float a; qubit q; rx(0.12345678 * a) q; ${SHIFTED}`;
    const search = run(vqeOf(source, "IZ", [2]));
    await expect(search).rejects.toMatchObject({ code: "invalid-input" });
    const options = { shiftFrequencies: { a: [0.12345678] }, maxIterations: 2 };
    const { trace } = await run(vqeOf(source, "IZ", [2]), options);
    expect(trace[2]).toBeLessThan(trace[0] ?? 0);
  });

  it("in which the energy is not linear have no gradient by shifts, but SPSA needs none", async () => {
    const input = vqeOf(`input float a; qubit q; rx(a * a) q; ${SHIFTED}`, "IZ", [1]);
    await expect(run(input)).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining("gate rx(a * a) is not linear in it"),
    });
    expect((await run(input, { optimizer: "spsa", maxIterations: 50 })).energy).toBeLessThan(-0.99);
  });

  it.each([
    [`input float a; qubit q; rx(a) q; rx(0.7071 * a) q; ${SHIFTED}`, {}, "more than 256 shifts"],
    [ONE, { shiftFrequencies: { a: [1, Math.SQRT2] } }, "options.shiftFrequencies.a: its frequencies 1, 1.414"],
    [ONE, { shiftFrequencies: { b: [1] } }, "options.shiftFrequencies.b: the circuit has no such input"],
  ])("are refused where no rule has them: %s", async (source, options, message) => {
    const observable = source.includes("measure") ? "IZ" : "Z";
    await expect(run(vqeOf(source, observable), options)).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining(message),
    });
  });

  it("are not needed where the engine derives: any smooth angle can be searched", async () => {
    const curved = await run(vqeOf("input float a; qubit q; rx(a * a) q;", "Z", [1]));
    expect(curved.energy).toBeLessThan(-0.999999);
    const odd = await run(vqeOf("input float a; qubit q; rx(a) q; rx(0.7071 * a) q;", "Z", [1]));
    expect(odd.energy).toBeLessThan(-0.999999);
  });
});

describe("what cannot be searched", () => {
  it.each([
    [vqeOf("qubit q; h q;", "Z"), {}, "the circuit has no parameters"],
    [vqeOf("input int k; qubit q; rx(k) q;", "Z"), {}, "input 'k' is int"],
    [vqeOf(ONE, "Z", [1, 2]), {}, "input.parameters: 2 numbers for 1 parameters; give one for each of a"],
    [vqeOf(ONE, "Z", { b: 1 }), {}, "input.parameters.b: there is no such parameter; the parameters are a"],
    [vqeOf(`input float b; ${ONE}`, "Z", { b: 1 }), {}, "input.parameters: a is missing; give all of b, a"],
    [vqeOf(ONE, "Z"), { layers: 2 }, "options: layers and samples are for qaoa"],
    [vqeOf(ONE, "ZZ"), {}, "2 letters, but the circuit 1 qubits"],
    [vqeOf("input float a; qubit q; rx(a) r;", "Z"), {}, "r"],
  ])("is refused: %#", async (input, options, message) => {
    await expect(run(input, options)).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining(message),
    });
  });
});
