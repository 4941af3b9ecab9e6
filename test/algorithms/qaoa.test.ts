import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CircuitObjective } from "../../ts/algorithms/circuit-objective.ts";
import { runHybrid } from "../../ts/algorithms/hybrid.ts";
import type { HybridContext } from "../../ts/algorithms/ports.ts";
import { annealingRamp, qaoaCircuit } from "../../ts/algorithms/qaoa-circuit.ts";
import { costAt, costOf, observableOf } from "../../ts/algorithms/qaoa-cost.ts";
import { toHex } from "../../ts/core/bytes.ts";
import type { Engines } from "../../ts/engines/load-engines.ts";
import type { HybridOptions, QaoaInput, QaoaProblem } from "../../ts/models/hybrid.ts";
import { contextOf, exampleOf, loadTestEngines } from "./context.ts";

let engines: Engines;
let context: HybridContext;
beforeAll(async () => {
  engines = await loadTestEngines();
  context = contextOf(engines);
});
afterAll(() => engines.close());

type Edges = [number, number, number?][];
const ring = (size: number): Edges => Array.from({ length: size }, (_, k) => [k, (k + 1) % size]);
const PETERSEN = exampleOf("maxcut-qaoa.hybrid.json") as QaoaInput;

const inputOf = (problem: QaoaProblem): QaoaInput => ({ format: "ketflow-hybrid/1", algorithm: "qaoa", problem });
const run = async (problem: QaoaProblem, options: HybridOptions = {}, more: Partial<HybridContext> = {}) =>
  (await runHybrid(inputOf(problem), options, { ...context, ...more })).result;

function objectiveOf(problem: QaoaProblem, layers: number, inputs: "parameters" | "gates") {
  const cost = costOf(problem);
  const gradients = inputs === "gates" ? "shifts" : "adjoint";
  const ansatz = {
    ...qaoaCircuit(cost, layers, inputs),
    observable: observableOf(cost),
    gradients,
    isRuleUnproved: false,
  } as const;
  return new CircuitObjective(ansatz, context);
}

/**
 * Expected cut of one layer of QAOA on an unweighted graph:
 * Σ over the edges of ½ + ¼ sin 4β sin γ (cosᵈγ + cosᵉγ) − ¼ sin²2β cos^{d+e−2f}γ (1 − cosᶠ2γ), with d and e the degrees of the ends
 * less one and f the triangles of the edge, for exp(−iγC), C = Σ ½(1 − zz). Source: Wang, Hadfield, Jiang & Rieffel, Physical Review A
 * 97, 022304 (2018), theorem 1.
 */
function expectedCut(edges: Edges, gamma: number, beta: number): number {
  const neighbours = (vertex: number) => edges.flatMap(([a, b]) => (a === vertex ? [b] : b === vertex ? [a] : []));
  return edges.reduce((sum, [a, b]) => {
    const [d, e] = [neighbours(a).length - 1, neighbours(b).length - 1];
    const f = neighbours(a).filter((vertex) => neighbours(b).includes(vertex)).length;
    const first = (Math.sin(4 * beta) * Math.sin(gamma) * (Math.cos(gamma) ** d + Math.cos(gamma) ** e)) / 4;
    const second = (Math.sin(2 * beta) ** 2 * Math.cos(gamma) ** (d + e - 2 * f) * (1 - Math.cos(2 * gamma) ** f)) / 4;
    return sum + 1 / 2 + first - second;
  }, 0);
}

describe("one layer on a graph", () => {
  const WHEEL: Edges = [...ring(5), [0, 5], [1, 5], [2, 5], [3, 5], [4, 5]];
  const PRISM: Edges = [
    [0, 1],
    [1, 2],
    [2, 0],
    [3, 4],
    [4, 5],
    [5, 3],
    [0, 3],
    [1, 4],
    [2, 5],
  ];

  it.each([
    ["a ring", ring(6)],
    ["the Petersen graph", PETERSEN.problem.graph?.edges as Edges],
    ["a wheel, with triangles", WHEEL],
    ["a prism, 3-regular with triangles", PRISM],
  ])("has the expected cut of the closed formula on %s, at any angles", async (_, edges) => {
    const objective = objectiveOf({ graph: { edges } }, 1, "parameters");
    for (const [gamma, beta] of fc.sample(
      fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true })),
      { numRuns: 10, seed: 1 },
    )) {
      // exp(−iγ Σ zz) is exp(i 2γ C) but for a phase, and the mixer is exp(+iβX): both signs turn, which changes no cut.
      const energy = await objective.energy([gamma, beta]);
      expect(Math.abs(-energy - expectedCut(edges, 2 * gamma, beta))).toBeLessThan(1e-11);
    }
  });

  it.each([
    [6, "adam", 1e-3],
    [8, "spsa", 0.05],
  ] as const)("cuts three quarters of a ring of %d by %s", async (size, optimizer, tolerance) => {
    const options = { optimizer, maxIterations: 60, learningRate: 0.05 };
    const { energy, cut } = await run({ graph: { edges: ring(size) } }, options);
    expect(-energy).toBeLessThan((3 / 4) * size + 1e-9);
    expect(-energy).toBeGreaterThan((3 / 4) * size - tolerance);
    expect(cut).toEqual({ best: size, expected: -energy, ratio: -energy / size });
  });
});

describe("the Petersen graph, whose maximum cut is 12", () => {
  const problem = PETERSEN.problem;

  it.each(["adam", "l-bfgs", "nelder-mead", "spsa"] as const)(
    "is cut best by %s with one layer, as the closed formula has it",
    async (optimizer) => {
      const { cut, best } = await run(problem, { optimizer, maxIterations: 60, learningRate: 0.05 });
      // The maximum of the formula for 3-regular graphs without triangles: ½ + 1/(3√3) of the edges.
      const maximum = 15 * (1 / 2 + 1 / (3 * Math.sqrt(3)));
      expect(cut?.expected).toBeLessThan(maximum + 1e-9);
      expect(cut?.expected).toBeGreaterThan(maximum - 1e-2);
      expect(cut?.best).toBe(12);
      const edges = problem.graph?.edges ?? [];
      const bits = [...(best?.bitstring ?? "")].reverse();
      expect(edges.filter(([a, b]) => bits[a] !== bits[b])).toHaveLength(12);
      expect(best).toMatchObject({ energy: -12 });
    },
  );

  it("is cut better by more layers", async () => {
    const options = { maxIterations: 15, learningRate: 0.05 };
    const [one, two] = [await run(problem, options), await run(problem, { ...options, layers: 2 })];
    expect(-two.energy).toBeGreaterThan(-one.energy + 0.5);
    expect(Object.keys(two.parameters)).toEqual(["gamma_1", "gamma_2", "beta_1", "beta_2"]);
  });

  it.each([{}, { optimizer: "adam" }, { optimizer: "spsa" }, { optimizer: "adam", shots: 300 }] as const)(
    "gives the same bytes for the same seed: %j",
    async (more) => {
      const options = { maxIterations: 5, ...more };
      const bytes = async (seed: number) => toHex((await runHybrid(PETERSEN, options, { ...context, seed })).container);
      const first = await bytes(7);
      expect(await bytes(7)).toBe(first);
      expect(await bytes(8)).not.toBe(first);
    },
  );
});

const Weight = fc.integer({ min: -40, max: 40 }).map((weight) => weight / 8);
const Pair = fc.tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 })).filter(([a, b]) => a !== b);
const Problem: fc.Arbitrary<QaoaProblem> = fc.oneof(
  fc.array(fc.tuple(Pair, Weight), { minLength: 1, maxLength: 8 }).map((edges) => ({
    graph: { vertices: 4, edges: edges.map(([[a, b], w]) => [a, b, w] as [number, number, number]) },
  })),
  fc
    .record({
      vartype: fc.constantFrom("spin", "binary"),
      linear: fc.array(fc.tuple(fc.nat({ max: 3 }), Weight), { maxLength: 4 }),
      quadratic: fc.array(fc.tuple(Pair, Weight), { maxLength: 6 }),
      offset: Weight,
    })
    .map(({ quadratic, ...bqm }) => ({
      bqm: { ...bqm, variables: 4, quadratic: quadratic.map(([[a, b], w]) => [a, b, w] as [number, number, number]) },
    })),
);

/** The cost by its definition. */
function definedCost({ graph, bqm }: QaoaProblem, bits: readonly number[]): number {
  if (graph !== undefined) {
    return 0 - graph.edges.reduce((cut, [a, b, weight = 1]) => cut + (bits[a] === bits[b] ? 0 : weight), 0);
  }
  const value = (k: number) => (bqm?.vartype === "spin" ? 1 - 2 * (bits[k] ?? 0) : (bits[k] ?? 0));
  const linear = (bqm?.linear ?? []).reduce((sum, [k, bias]) => sum + bias * value(k), 0);
  const quadratic = (bqm?.quadratic ?? []).reduce((sum, [a, b, bias]) => sum + bias * value(a) * value(b), 0);
  return (bqm?.offset ?? 0) + linear + quadratic;
}

const EVERY_STATE = Array.from({ length: 16 }, (_, k) => [k & 1, (k >> 1) & 1, (k >> 2) & 1, (k >> 3) & 1]);

describe("a cost", () => {
  it("is what the problem defines, for every basis state", () => {
    fc.assert(
      fc.property(Problem, (problem) => {
        const costs = EVERY_STATE.map((bits) => definedCost(problem, bits));
        fc.pre(new Set(costs).size > 1);
        const cost = costOf(problem);
        expect(cost.qubits).toBe(4);
        // Eighths are exact, so sums of them are equal whatever their order.
        expect(EVERY_STATE.map((bits) => costAt(cost, bits))).toEqual(costs);
      }),
    );
  });

  it("is the engine's observable on basis states", async () => {
    const problem = { observable: "0.5*ZZIZ - 2*IIZI + 1e-7*ZIII + 0.25*IIII - 0.5*IIZI" };
    const cost = costOf(problem);
    for (const bits of EVERY_STATE) {
      const flips = bits.flatMap((bit, k) => (bit === 1 ? [`x q[${k}];`] : [])).join(" ");
      const source = `OPENQASM 3.0; include "stdgates.inc"; qubit[4] q; ${flips}`;
      for (const observable of [problem.observable, observableOf(cost)]) {
        const { result } = await engines.circuit.run(source, { observable, shots: 1 });
        expect(result.expectation).toBeCloseTo(costAt(cost, bits), 12);
      }
    }
  });

  it.each([
    [{ observable: "ZX" }, "input.problem.observable: X on qubit 0"],
    [{ observable: "2*II" }, "every basis state costs the same"],
    [{ graph: { edges: [[1, 1]] } }, "input.problem.graph.edges[0]: from 1 to itself"],
    [{ graph: { edges: [[0, 1, 0]] } }, "every basis state costs the same"],
    [{ graph: { vertices: 2, edges: [[0, 2]] } }, "input.problem.graph.vertices: 2, but 2 is used"],
    [
      { bqm: { vartype: "spin", quadratic: [[2, 2, 1]] } },
      "input.problem.bqm.quadratic[0]: variable 2 with itself; write it as part of offset",
    ],
    [
      {
        bqm: {
          vartype: "binary",
          linear: [
            [0, 1.7e308],
            [0, 1.7e308],
            [0, 1.7e308],
          ],
        },
      },
      "add up beyond",
    ],
  ] as [QaoaProblem, string][])("is refused: %j", async (problem, message) => {
    await expect(run(problem)).rejects.toMatchObject({
      code: "invalid-input",
      message: expect.stringContaining(message),
    });
  });
});

describe("the circuit", () => {
  const MIXED: QaoaProblem = { observable: "0.5*ZZIZ - 2*IIZI + 0.3*ZIZI + 0.7*IZZZ" };

  it("is the same with an input for each parameter and for each gate", async () => {
    const point = [0.3, -0.8, 0.5, 1.2];
    const energies = await Promise.all(
      (["parameters", "gates"] as const).map((inputs) => objectiveOf(MIXED, 2, inputs).energy(point)),
    );
    expect(energies[0]).toBe(energies[1]);
  });

  it("has the gradient of central differences, with coefficients that no frequency divides", async () => {
    const point = [0.3, -0.8, 0.5, 1.2];
    const objective = objectiveOf(MIXED, 2, "gates");
    const gradient = await objective.gradient(point, await objective.energy(point));
    for (const [k, slope] of gradient.entries()) {
      const h = 1e-4;
      const at = (move: number) => objective.energy(point.map((x, each) => (each === k ? x + move : x)));
      expect(Math.abs(((await at(h)) - (await at(-h))) / (2 * h) - slope)).toBeLessThan(1e-6);
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it("reads like this", () => {
    const problem: QaoaProblem = { bqm: { vartype: "spin", linear: [[0, 3]], quadratic: [[0, 2, -3]] } };
    expect(qaoaCircuit(costOf(problem), 1, "parameters").circuit.source).toBe(`OPENQASM 3.0;
include "stdgates.inc";
input float gamma_1;
input float beta_1;
qubit[3] q;
h q;
rz(2 * gamma_1) q[0];
rzz(-2 * gamma_1) q[0], q[2];
rx(-2 * beta_1) q[0];
rx(-2 * beta_1) q[1];
rx(-2 * beta_1) q[2];
`);
  });

  it("does not depend on the scale of the cost", async () => {
    const scaled = (factor: number) => ({
      graph: { edges: ring(5).map(([a, b], k) => [a, b, factor * (k + 1)]) as Edges },
    });
    const point = [0.4, 0.3];
    const [one, many] = [objectiveOf(scaled(1), 1, "gates"), objectiveOf(scaled(1e200), 1, "gates")];
    expect((await many.energy(point)) / 1e200).toBeCloseTo(await one.energy(point), 10);
  });

  it("begins as an annealing schedule, the cost rising and the mixer falling", () => {
    expect(annealingRamp(1)).toEqual([0.375, 0.375]);
    expect(annealingRamp(3)).toEqual([0.125, 0.375, 0.625, 0.625, 0.375, 0.125].map((x) => expect.closeTo(x, 15)));
  });

  it("has at most as many rotations with a gradient by shifts as a circuit may have inputs", async () => {
    const edges: Edges = [];
    for (let a = 0; a < 6; a++) for (let b = 0; b < a; b++) edges.push([a, b]);
    const options = { layers: 200, optimizer: "adam", shots: 10 } as const;
    await expect(run({ graph: { edges } }, options)).rejects.toMatchObject({
      code: "too-large",
      message: expect.stringContaining("200 layers of 21 rotations are more than the 4096"),
    });
    const { inputs } = qaoaCircuit(costOf({ graph: { edges } }), 200, "parameters");
    expect(inputs).toHaveLength(400);
  });
});

describe("the final sampling", () => {
  it("gives the cheapest outcome of a cost with fields, and no cut", async () => {
    const bqm = {
      vartype: "binary",
      linear: [
        [0, 1],
        [1, -2],
        [2, 0.5],
      ],
      quadratic: [
        [0, 1, -3],
        [1, 2, 4],
      ],
      offset: 10,
    };
    const { best, cut } = await run({ bqm } as QaoaProblem, { layers: 2, maxIterations: 20 });
    expect(best).toMatchObject({ bitstring: "011", energy: 6 });
    expect(cut).toBeUndefined();
  });

  it("has as many shots as it is told", async () => {
    const { best } = await run({ observable: "ZZ" }, { samples: 1, maxIterations: 1 });
    expect(best?.shots).toBe(1);
  });

  it.each([[{ shiftFrequencies: { gamma_1: [1] } }, "options.shiftFrequencies: qaoa builds its circuit"]])(
    "refuses %j",
    async (options, message) => {
      await expect(run({ observable: "ZZ" }, options)).rejects.toMatchObject({
        code: "invalid-input",
        message: expect.stringContaining(message),
      });
    },
  );

  it("begins where it is told", async () => {
    const { trace } = await runHybrid(
      { ...inputOf({ graph: { edges: ring(6) } }), parameters: { gamma_1: 0, beta_1: 1 } },
      { maxIterations: 1 },
      context,
    ).then(({ result }) => result);
    expect(trace[0]).toBeCloseTo(-3, 12); // half of the edges
  });
});
