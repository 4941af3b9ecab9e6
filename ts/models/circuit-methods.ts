// Apart from the schemas, because workers read results without them.
export const METHODS = ["auto", "statevector", "stabilizer", "trajectory", "density", "mps"] as const;

/** Methods without amplitudes: a result says which of them ran. */
export const OTHER_METHODS = ["stabilizer"] as const;
