// Apart from the schemas, because workers read results without them.
/** How a circuit may be simulated; docs/methods.md says which method takes what. */
export const METHODS = ["auto", "statevector", "stabilizer", "trajectory", "density", "mps"] as const;

/** Methods without amplitudes: a result says which of them ran. */
export const OTHER_METHODS = ["stabilizer", "mps"] as const;
