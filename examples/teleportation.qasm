// Teleportation: a qubit moves from Alice to Bob by two classical bits and a shared Bell pair.
//
// Alice measures her message together with her half of the pair. The two outcomes are random and say nothing about the
// message, but they tell Bob which of four corrections turns his half into it (feed-forward: `if` on measured bits).
//
// To check the phase as well as the probabilities, Bob undoes the preparation: only a perfect copy gives 0 every time.
//
// Expect: `received` (leftmost) is always 0; `flip` and `sign` are fair coins, so 000, 001, 010, 011 with 1/4 each.
OPENQASM 3.0;
include "stdgates.inc";

qubit message;
qubit alice;
qubit bob;
bit sign;
bit flip;
bit received;

// The message: a state in general position.
ry(2 * pi / 3) message;
rz(pi / 5) message;

// A Bell pair, one half for each.
h alice;
cx alice, bob;

// Alice measures in the Bell basis …
cx message, alice;
h message;
flip = measure alice;
sign = measure message;

// … and Bob corrects.
if (flip) { x bob; }
if (sign) { z bob; }

rz(-pi / 5) bob;
ry(-2 * pi / 3) bob;
received = measure bob;
