// Apart from circuit.ts, because workers load this file: the schemas' library would be most of a worker's start.
import type { CircuitOptions } from "./circuit.ts";

export const DEFAULT_SHOTS = 1024;

/** The options with every default that decides about the bytes of the result written out. */
export function withDefaults(options: CircuitOptions): CircuitOptions {
  return { shots: DEFAULT_SHOTS, precision: "f64", method: "auto", ...options };
}
