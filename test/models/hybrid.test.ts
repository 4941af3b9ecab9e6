import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { HybridOptions, HybridResult, parseHybridDocument } from "../../ts/models/hybrid.ts";
import { encodeHybridResult, type HybridValues, toHybridResult } from "../../ts/models/hybrid-result.ts";
import { buildContainer } from "./container-builder.ts";

const VQE = {
  format: "ketflow-hybrid/1",
  algorithm: "vqe",
  ansatz: { format: "openqasm3", source: "input float t; qubit q; U(t, 0, 0) q;" },
  observable: "Z",
};
const QAOA = {
  format: "ketflow-hybrid/1",
  algorithm: "qaoa",
  problem: {
    graph: {
      edges: [
        [0, 1],
        [1, 2, -2.5],
      ],
    },
  },
};

describe("the text of a hybrid problem", () => {
  it("is read as it stands", () => {
    expect(parseHybridDocument(JSON.stringify(VQE))).toEqual(VQE);
    expect(parseHybridDocument(JSON.stringify(QAOA))).toEqual(QAOA);
    const started = { ...VQE, parameters: { t: 0.5 } };
    expect(parseHybridDocument(JSON.stringify(started))).toEqual(started);
  });

  it.each([
    [{ ...VQE, algorithm: "vqe2" }, "input.algorithm"],
    [{ ...VQE, format: "ketflow-hybrid/2" }, "input.format"],
    [{ ...VQE, ansatz: { format: "qasm", source: "x" } }, "input.ansatz.format"],
    [{ ...VQE, layers: 3 }, "layers"],
    [{ ...VQE, parameters: "0.5" }, "input.parameters: must be numbers by name, or a list"],
    [{ ...QAOA, problem: {} }, "input.problem: give one of graph, bqm and observable"],
    [{ ...QAOA, problem: { ...QAOA.problem, observable: "ZZ" } }, "give one of graph, bqm and observable"],
    [{ ...QAOA, problem: { graph: { edges: [[0]] } } }, "input.problem.graph.edges[0]: Too small"],
    [{ ...QAOA, problem: { graph: { edges: [[0, 1.5]] } } }, "input.problem.graph.edges[0][1]"],
    [{ ...QAOA, problem: { graph: { edges: [[0, 64]] } } }, "input.problem.graph.edges[0][1]"],
    [{ ...QAOA, problem: { bqm: { vartype: "SPIN" } } }, "input.problem.bqm.vartype"],
  ])("is refused with the field: %j", (body, message) => {
    expect(() => parseHybridDocument(JSON.stringify(body))).toThrow(
      expect.objectContaining({ code: "invalid-input", message: expect.stringContaining(message) }),
    );
  });

  it("is refused with line and column where it is no JSON", () => {
    expect(() => parseHybridDocument('{\n  "format": }')).toThrow(expect.objectContaining({ line: 2, column: 13 }));
  });
});

describe("hybrid options", () => {
  it.each([
    { maxIterations: 0 },
    { optimizer: "sgd" },
    { learningRate: 0 },
    { layers: 0.5 },
    { shots: -1 },
    { other: 1 },
  ])("refuse %j", (options) => {
    expect(HybridOptions.safeParse(options).success).toBe(false);
  });
});

const VALUES: HybridValues = {
  parameters: ["gamma_1", "β"],
  point: [0.25, -1.5],
  energy: -2.25,
  trace: [-1, -2.25],
  converged: true,
  evaluations: 21,
};
const BEST = { bits: [1, 0, 0], energy: -3, shots: 5 };

describe("the container of a hybrid result", () => {
  const {
    hex,
    sha256: digest,
    meaning,
  } = JSON.parse(readFileSync(new URL("../vectors/hybrid/container.json", import.meta.url), "utf8"));

  it("has the bytes of the vector, and they have its meaning", () => {
    const bytes = encodeHybridResult({ ...VALUES, best: BEST, isCut: true });
    expect(toHex(bytes)).toBe(hex);
    expect(toHex(sha256(bytes))).toBe(digest);
    expect(toHybridResult(fromHex(hex))).toEqual(meaning);
    expect(HybridResult.parse(meaning)).toEqual(meaning);
  });

  it("has no best outcome where nothing was sampled, and no cut where there is no graph", () => {
    expect(toHybridResult(encodeHybridResult(VALUES))).toEqual({
      energy: -2.25,
      parameters: { gamma_1: 0.25, β: -1.5 },
      trace: [-1, -2.25],
      iterations: 1,
      evaluations: 21,
      converged: true,
    });
    expect(toHybridResult(encodeHybridResult({ ...VALUES, best: BEST }))).not.toHaveProperty("cut");
  });

  it("has no ratio to a cut of nothing", () => {
    const best = { ...BEST, energy: 0 };
    const { cut } = toHybridResult(encodeHybridResult({ ...VALUES, energy: 1, best, isCut: true }));
    expect(cut).toEqual({ best: 0, expected: -1 });
  });

  const section = (name: string, data: Uint8Array | Float64Array | BigUint64Array) => ({
    name,
    dims: [data.length],
    data,
  });
  const good = [
    section("converged", Uint8Array.of(0)),
    section("energy", Float64Array.of(1)),
    section("evaluations", BigUint64Array.of(1n)),
    section("parameters.names", new TextEncoder().encode('["a"]')),
    section("parameters.values", Float64Array.of(1)),
    section("trace", Float64Array.of(1)),
  ];
  const bad = (name: string, data: Uint8Array | Float64Array | BigUint64Array) =>
    buildContainer(
      good.map((each) => (each.name === name ? section(name, data) : each)),
      "hybrid-result/1",
    );

  it.each([
    ["another schema", buildContainer(good, "circuit-result/1"), "its schema is"],
    ["no trace", bad("trace", Float64Array.of()), "its trace is empty"],
    ["an infinite energy", bad("energy", Float64Array.of(Number.POSITIVE_INFINITY)), "energy[0] is Infinity"],
    ["names that are no JSON", bad("parameters.names", Uint8Array.of(91)), "parameters.names is no JSON"],
    ["a name too many", bad("parameters.names", new TextEncoder().encode('["a","b"]')), "no list of 1 names"],
    ["a section too many", buildContainer([...good, section("x", Uint8Array.of(1))], "hybrid-result/1"), "section x"],
  ])("is refused with %s", (_, container, message) => {
    expect(() => toHybridResult(container)).toThrow(
      expect.objectContaining({ code: "integrity-violation", message: expect.stringContaining(message) }),
    );
  });
});
