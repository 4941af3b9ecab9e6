// Superdense coding: two classical bits travel in one qubit.
//
// Alice and Bob share a Bell pair. Alice encodes two bits by acting on her half alone, sends it over, and Bob reads both bits
// out of the pair. All four messages are tried in one program: two coin qubits choose what is sent.
//
// Expect: `received` (the two left bits) equals `sent` (the two right bits): 0000, 0101, 1010, 1111 with 1/4 each.
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] coin;
qubit alice;
qubit bob;
bit[2] sent;
bit[2] received;

h coin;
sent = measure coin;

h alice;
cx alice, bob;

// Encode: each of the four choices leads to another of the four Bell states, which are orthogonal.
if (sent[0]) { x alice; }
if (sent[1]) { z alice; }

// Decode: the Bell measurement is the preparation backwards.
cx alice, bob;
h alice;
received[0] = measure bob;
received[1] = measure alice;
