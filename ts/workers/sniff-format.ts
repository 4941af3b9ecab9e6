import type { CircuitFormat } from "../models/circuit.ts";

/** The version statement comes first in a file, after white space and comments. */
const VERSION = /^\uFEFF?(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*OPENQASM\s+([23])\b/;

/** Bytes that the comments before a version statement may take. */
const SNIFFED_BYTES = 64 * 1024;

/** What the version statement says; `undefined` where the engine has to say what is wrong with it. */
export function sniffFormat(source: Uint8Array): CircuitFormat | undefined {
  const version = VERSION.exec(new TextDecoder().decode(source.subarray(0, SNIFFED_BYTES)))?.[1];
  return version === undefined ? undefined : version === "2" ? "openqasm2" : "openqasm3";
}
