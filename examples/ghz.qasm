// GHZ state: the Bell pair, grown to eight qubits.
//
// One qubit decides, and a chain of `cx` passes its decision along. Change `n` and the loop follows.
// Nothing is measured here: a program without measurements has all its qubits measured at the end, highest qubit first.
//
// Expect: 00000000 and 11111111 with probability 1/2 each.
OPENQASM 3.0;
include "stdgates.inc";

const int n = 8;
qubit[n] q;

h q[0];
for int i in [1:n - 1] {
  cx q[i - 1], q[i];
}
