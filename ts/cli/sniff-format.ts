import type { CircuitFormat } from "../models/circuit.ts";

/** What stands before a version statement, one piece at a time: a pattern that repeats pieces backtracks without end. */
const PIECES = [/\s+/y, /\/\/[^\n]*/y, /\/\*[\s\S]*?\*\//y];
const VERSION = /OPENQASM\s+([23])\b/y;

/** A JSON object with a field of IonQ's circuits near its beginning; no other input has one of these. */
const IONQ = /^\uFEFF?\s*\{[\s\S]{0,4096}?"(circuit|gateset|ionq\.[a-z-]+\.v\d)"/;

/** The format that a circuit names itself; `undefined` where the engine has to say what is wrong with it. */
export function sniffFormat(source: string): CircuitFormat | undefined {
  if (IONQ.test(source)) return "ionq-json";
  let at = 0;
  for (let end = after(source, at); end !== undefined; end = after(source, at)) at = end;
  VERSION.lastIndex = at;
  const version = VERSION.exec(source)?.[1];
  return version === undefined ? undefined : version === "2" ? "openqasm2" : "openqasm3";
}

/** Where the white space or comment that begins at `at` ends. */
function after(source: string, at: number): number | undefined {
  for (const piece of PIECES) {
    piece.lastIndex = at;
    if (piece.test(source)) return piece.lastIndex;
  }
  return undefined;
}
