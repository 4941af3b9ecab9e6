import { describe, expect, it } from "vitest";
import { sniffFormat } from "../../ts/cli/sniff-format.ts";

describe("sniffFormat", () => {
  it.each([
    ["OPENQASM 2.0;\n", "openqasm2"],
    ["\uFEFFOPENQASM 3;\n", "openqasm3"],
    ["// a\n/* OPENQASM 2.0; */\n\n  OPENQASM   3.1;", "openqasm3"],
    ["// OPENQASM 3;\nqubit q;", undefined],
    ["OPENQASM 4;", undefined],
    ["/* never closed OPENQASM 3;", undefined],
    ["", undefined],
    ['{"qubits":1,"circuit":[]}', "ionq-json"],
    ['\uFEFF { "type": "ionq.circuit.v1", "input": {} }', "ionq-json"],
    ['{"gateset": "native"}', "ionq-json"],
    ['{"format":"ketflow-net/1","layers":[]}', undefined],
    ['{"type":"BinaryQuadraticModel"}', undefined],
  ])("reads %j as %s", (source, format) => expect(sniffFormat(source)).toBe(format));

  // The pattern that stood here before took minutes for forty empty lines; this is far beyond that.
  it.each([["\n"], [" "], ["// a comment\n"], ["/* a comment */"]])("walks over 200,000 of %j once", (piece) => {
    expect(sniffFormat(`${piece.repeat(200_000)}qubit q;`)).toBeUndefined();
    expect(sniffFormat(`${piece.repeat(200_000)}OPENQASM 2.0;`)).toBe("openqasm2");
  });
});
