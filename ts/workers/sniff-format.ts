import type { CircuitFormat } from "../models/circuit.ts";

/** The version statement comes first in a file, after comments; OpenQASM 3 may leave it out, version 2 may not. */
const VERSION = /^\uFEFF?(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*OPENQASM\s+2\b/;

/** Bytes that the comments before a version statement may take. */
const SNIFFED_BYTES = 64 * 1024;

export function sniffFormat(source: Uint8Array): CircuitFormat {
  const start = new TextDecoder().decode(source.subarray(0, SNIFFED_BYTES));
  return VERSION.test(start) ? "openqasm2" : "openqasm3";
}
