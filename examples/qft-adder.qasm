// Draper's adder: sum two numbers by turning phases, without a single carry.
//
// After a Fourier transform the number b is written in the phases of its qubits. Adding a is then a set of controlled phase
// turns, one per pair of bits, in any order; the inverse transform writes the sum back into bits. Arithmetic is modulo 16.
//
// Here a is 5 and 13 at once (its highest bit is in superposition) and b is 6: one addition, two sums.
//
// Expect: 1011 (5 + 6 = 11) and 0011 (13 + 6 = 19 = 3 modulo 16) with probability 1/2 each.
OPENQASM 3.0;
include "stdgates.inc";

const int n = 4;
qubit[n] a;
qubit[n] b;
bit[n] sum;

x a[0];
x a[2];
h a[3];
x b[1];
x b[2];

// Fourier transform of b; the usual final swaps are left out, since the inverse below would only undo them.
for int j in [n - 1:-1:0] {
  h b[j];
  for int k in [0:j - 1] {
    cp(pi / 2 ** (j - k)) b[k], b[j];
  }
}

// b += a, in the phases.
for int j in [0:n - 1] {
  for int k in [0:j] {
    cp(pi / 2 ** (j - k)) a[k], b[j];
  }
}

// Inverse transform.
for int j in [0:n - 1] {
  for int k in [0:j - 1] {
    cp(-pi / 2 ** (j - k)) b[k], b[j];
  }
  h b[j];
}

sum = measure b;
