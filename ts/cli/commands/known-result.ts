import type { CircuitRunOptions } from "../../engines/circuit-engine.ts";

/** A circuit with one gate of each kernel, a branch and both kinds of result. */
export const KNOWN_CIRCUIT = `OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit[3] c;
h q[0];
cx q[0], q[1];
rx(0.3) q[2];
cp(pi/8) q[1], q[2];
c[0] = measure q[0];
if (c[0]) { sx q[2]; }
c[1] = measure q[1];
c[2] = measure q[2];
`;

export const KNOWN_OPTIONS: CircuitRunOptions = { seed: 7, shots: 1000, probabilities: true };

/** Of every build of the engine; changes only with an engine that computes something else. */
export const KNOWN_RESULT_HASH: string = "34884b286196f57d3bbfe7f8f2bea6801a36980cb9eeeee98ca1a829b291a983";
