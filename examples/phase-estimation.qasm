// Phase estimation: read the angle of a gate as a binary fraction.
//
// |1⟩ is an eigenstate of p(2πφ) with eigenvalue e^{2πiφ}. Four counting qubits pick up the phase of 1, 2, 4 and 8
// applications; the inverse Fourier transform turns these phases into the four bits of φ.
//
// φ = 1/3 is no multiple of 1/16, so the answer is spread: mostly the nearest sixteenth, 5/16 = 0.3125.
//
// Expect: 0101 (5) with probability 0.684…, its neighbour 0110 (6) with 0.171…, the others less.
OPENQASM 3.0;
include "stdgates.inc";

const int n = 4;
const float phi = 1 / 3.0;
qubit[n] counting;
qubit eigenstate;
bit[n] estimate;

x eigenstate;
h counting;
for int k in [0:n - 1] {
  ctrl @ pow(2 ** k) @ p(2 * pi * phi) counting[k], eigenstate;
}

// Inverse Fourier transform: reverse the order of the qubits, then undo its turns and superpositions.
for int k in [0:n / 2 - 1] {
  swap counting[k], counting[n - 1 - k];
}
for int j in [0:n - 1] {
  for int k in [0:j - 1] {
    cp(-pi / 2 ** (j - k)) counting[k], counting[j];
  }
  h counting[j];
}

estimate = measure counting;
