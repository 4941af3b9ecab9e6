/** Circuits to start from: name → OpenQASM 3. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  "Bell pair": `OPENQASM 3.0;
include "stdgates.inc";

qubit[2] q;
bit[2] c;

h q[0];
cx q[0], q[1];
c = measure q;
`,
  "GHZ, five qubits": `OPENQASM 3.0;
include "stdgates.inc";

qubit[5] q;
bit[5] c;

h q[0];
for int k in [0:3] {
  cx q[k], q[k + 1];
}
c = measure q;
`,
  "Teleportation with feed-forward": `OPENQASM 3.0;
include "stdgates.inc";

qubit message;
qubit[2] pair;
bit phase;
bit flip;
bit received;

ry(pi / 3) message;   // the state to send: 1 with probability 1/4

h pair[0];
cx pair[0], pair[1];

cx message, pair[0];
h message;
phase = measure message;
flip = measure pair[0];

if (flip) x pair[1];
if (phase) z pair[1];
received = measure pair[1];
`,
  "Grover, three qubits": `OPENQASM 3.0;
include "stdgates.inc";

gate oracle a, b, c {        // marks 101
  x b;
  ctrl(2) @ z a, b, c;
  x b;
}
gate diffusion a, b, c {
  h a; h b; h c;
  x a; x b; x c;
  ctrl(2) @ z a, b, c;
  x a; x b; x c;
  h a; h b; h c;
}

qubit[3] q;
bit[3] c;

h q;
for int round in [1:2] {
  oracle q[0], q[1], q[2];
  diffusion q[0], q[1], q[2];
}
c = measure q;
`,
  "Random layers, 22 qubits": `OPENQASM 3.0;
include "stdgates.inc";

// 4 million amplitudes, 64 MiB: long enough to watch the progress and to cancel.
qubit[22] q;

for int layer in [1:12] {
  for int k in [0:21] {
    ry(0.37 * layer + 0.11 * k) q[k];
  }
  for int k in [0:20] {
    cx q[k], q[k + 1];
  }
}
`,
};
