// The ground state of the hydrogen molecule in one parameter.
//
// In the smallest basis, with its symmetries used, H₂ fits on two qubits, and its ground state mixes just two of the four
// states: |01⟩ (both electrons in the bonding orbital) and a little of |10⟩. `theta` sets how much; a classical optimiser
// turns it until the energy is lowest. `input` leaves the value open until the program runs.
//
// The energy is the expectation of a sum of Pauli strings (0.735 Å, electronic part, in Hartree):
//   -1.052373245772859*II + 0.39793742484318045*IZ - 0.39793742484318045*ZI - 0.01128010425623538*ZZ + 0.18093119978423156*XX
//
// Expect: theta = 0 (Hartree–Fock) -1.83697; theta = -0.22352 (optimum) -1.85728.
OPENQASM 3.0;
include "stdgates.inc";

input float theta;
qubit[2] q;

x q[0];
ry(theta) q[1];
cx q[1], q[0];
