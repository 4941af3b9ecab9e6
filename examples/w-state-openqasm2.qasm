// W state, in OpenQASM 2: exactly one of three qubits is 1, and nobody knows which.
//
// The first rotation gives qubit 0 its third of the probability; the controlled rotation splits the rest in halves. Unlike the
// GHZ state, the pair that is left when one qubit is lost is still entangled.
//
// Expect: 001, 010, 100 with probability 1/3 each.
OPENQASM 2.0;
include "qelib1.inc";

// Ry(2·alpha) on b where a is 1, from the gates that OpenQASM 2 has.
gate split(alpha) a, b {
  ry(alpha) b;
  cx a, b;
  ry(-alpha) b;
  cx a, b;
}

qreg q[3];
creg c[3];

// cos²(θ/2) = 1/3
ry(2 * 0.9553166181245093) q[0];
split(pi / 4) q[0], q[1];
cx q[1], q[2];
cx q[0], q[1];
x q[0];

measure q -> c;
