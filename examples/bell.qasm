// Bell pair: two coins that always land alike.
//
// `h` puts qubit 0 into an equal superposition of 0 and 1; `cx` flips qubit 1 where qubit 0 is 1. From then on neither qubit
// has a value of its own, and yet their measurements agree every time.
//
// Expect: 00 and 11 with probability 1/2 each; 01 and 10 never.
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] q;
bit[2] c;

h q[0];
cx q[0], q[1];

c = measure q;
