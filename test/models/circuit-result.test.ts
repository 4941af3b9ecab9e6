import { describe, expect, it } from "vitest";
import type { CircuitOptions } from "../../ts/models/circuit.ts";
import { toCircuitResult } from "../../ts/models/circuit-result.ts";
import { BELL, buildContainer, type SectionToBuild } from "./container-builder.ts";

function view(sections: readonly SectionToBuild[], options: CircuitOptions = {}) {
  return toCircuitResult(buildContainer([...sections].sort((a, b) => (a.name < b.name ? -1 : 1))), options);
}

const bits = (count: number): SectionToBuild => ({ name: "bits", dims: [1], data: Uint32Array.of(count) });
const counts = (words: bigint[], width = 1): SectionToBuild[] => [
  { name: "counts.shots", dims: [words.length / width], data: new BigUint64Array(words.length / width).fill(1n) },
  { name: "counts.words", dims: [words.length / width, width], data: BigUint64Array.from(words) },
];

describe("the JSON view of a circuit result", () => {
  it("has counts as bitstrings, highest bit first, with every leading zero", () => {
    expect(view(BELL).counts).toEqual({ "00": 498, "11": 502 });
    expect(Object.keys(view([bits(4), ...counts([1n, 6n])]).counts ?? {})).toEqual(["0001", "0110"]);
  });

  it("names the derivatives", () => {
    const names = new TextEncoder().encode('["theta","phi"]');
    const of = (values: number[]): SectionToBuild[] => [
      ...BELL,
      { name: "expectation", dims: [1], data: Float64Array.of(1) },
      { name: "gradient.names", dims: [names.length], data: names },
      { name: "gradient.values", dims: [values.length], data: Float64Array.from(values) },
    ];
    const options: CircuitOptions = { observable: "ZZ", gradient: true };
    expect(view(of([0.5, -2]), options).gradient).toEqual({ theta: 0.5, phi: -2 });
    expect(() => view(of([0.5]), options)).toThrow("gradient.names is no list of 1 names");
    expect(() => view(of([0.5, -2]), { observable: "ZZ" })).toThrow("answers nothing that the options ask for");
  });

  it("has one outcome, the empty one, where the circuit has no qubits and no bits", () => {
    const nothing = (shots: bigint[]): SectionToBuild[] => [
      bits(0),
      { name: "counts.shots", dims: [shots.length], data: BigUint64Array.from(shots) },
      { name: "counts.words", dims: [shots.length, 0], data: new BigUint64Array(0) },
    ];
    expect(view(nothing([7n])).counts).toEqual({ "": 7 });
    expect(() => view(nothing([7n, 7n]))).toThrow("counts.words has 2 outcomes of 0 bits");
  });

  it("joins the words of outcomes beyond 64 bits, least significant first", () => {
    expect(view([bits(66), ...counts([1n, 0n, 0n, 2n], 2)]).counts).toEqual({
      [`${"0".repeat(65)}1`]: 1,
      [`10${"0".repeat(64)}`]: 1,
    });
  });

  it("answers every option with the subset that was asked for", () => {
    const options: CircuitOptions = {
      probabilities: true,
      observable: "ZZ",
      amplitudes: true,
      marginals: [[1]],
      entropy: [[0], [0, 1]],
      reducedDensity: [[1]],
      mutualInformation: [{ a: [0], b: [1] }],
      fidelity: { format: "openqasm3", source: "" },
    };
    const f64 = (name: string, dims: number[], ...values: number[]): SectionToBuild => ({
      name,
      dims,
      data: Float64Array.from(values),
    });
    const sections: SectionToBuild[] = [
      ...BELL,
      { name: "probabilities.words", dims: [2, 1], data: BigUint64Array.of(0n, 3n) },
      f64("probabilities.values", [2], 0.5, 0.5),
      f64("expectation", [1], 1),
      { name: "amplitudes", dims: [4, 2], data: Float32Array.of(0.5, 0, 0, 0, 0, 0, 0, -0.5) },
      f64("marginals.0", [2], 0.5, 0.5),
      f64("entropy", [2], 1, 0),
      f64("purity", [2], 0.5, 1),
      f64("reduced-density.0", [2, 2, 2], 0.5, 0, 0, 0, 0, 0, 0.5, 0),
      f64("mutual-information", [1], 2),
      f64("fidelity", [1], 0.25),
    ];
    expect(view(sections, options)).toEqual({
      counts: { "00": 498, "11": 502 },
      probabilities: { "00": 0.5, "11": 0.5 },
      expectation: 1,
      amplitudes: [
        [0.5, 0],
        [0, 0],
        [0, 0],
        [0, -0.5],
      ],
      marginals: [{ qubits: [1], probabilities: [0.5, 0.5] }],
      entropy: [
        { qubits: [0], bits: 1, purity: 0.5 },
        { qubits: [0, 1], bits: 0, purity: 1 },
      ],
      reducedDensity: [
        {
          qubits: [1],
          matrix: [
            [0.5, 0],
            [0, 0],
            [0, 0],
            [0.5, 0],
          ],
        },
      ],
      mutualInformation: [{ a: [0], b: [1], bits: 2 }],
      fidelity: 0.25,
    });
    for (const { name } of sections.slice(3)) {
      const without = sections.filter((section) => section.name !== name);
      expect(() => view(without, options)).toThrow(`section ${name} is missing`);
    }
  });

  it("answers empty lists with empty lists, for which the container has no sections", () => {
    const options: CircuitOptions = { marginals: [], entropy: [], reducedDensity: [], mutualInformation: [] };
    expect(view(BELL, options)).toEqual({ counts: { "00": 498, "11": 502 }, ...options });
  });

  it.each<[string, readonly SectionToBuild[], CircuitOptions, RegExp]>([
    ["an outcome with too many bits", [bits(2), ...counts([4n])], {}, /more than 2 bits/],
    ["outcomes out of order", [bits(2), ...counts([3n, 0n])], {}, /do not ascend/],
    ["an outcome twice", [bits(2), ...counts([3n, 3n])], {}, /do not ascend/],
    ["words of the wrong width", [bits(2), ...counts([0n, 0n], 2)], {}, /counts.words is u64\[1,2\]/],
    [
      "a section nobody asked for",
      [...BELL, { name: "fidelity", dims: [1], data: Float64Array.of(1) }],
      {},
      /fidelity/,
    ],
    [
      "a value that is no number",
      [...BELL, { name: "fidelity", dims: [1], data: Float64Array.of(Number.NaN) }],
      { fidelity: { format: "openqasm3", source: "" } },
      /fidelity\[0\] is NaN/,
    ],
    [
      "another type",
      [...BELL, { name: "expectation", dims: [1], data: Float32Array.of(1) }],
      { observable: "ZZ" },
      /expectation is f32\[1\], not f64\[1\]/,
    ],
  ])("refuses %s", (_, sections, options, reason) => {
    expect(() => view(sections, options)).toThrow(reason);
  });

  it("refuses another schema", () => {
    expect(() => toCircuitResult(buildContainer(BELL, "anneal-result/1"), {})).toThrow(/schema is "anneal-result\/1"/);
  });
});
