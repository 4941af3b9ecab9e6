// The three-qubit code: an error is found and undone, and the encoded state is never looked at.
//
// One logical qubit is spread over three: a|0⟩ + b|1⟩ becomes a|000⟩ + b|111⟩. Two ancillas measure the parities of
// neighbours (the syndrome), which say where a flip sits but nothing about a and b.
//
// The error here is not even a flip but a rotation of one qubit by 0.8 rad. Measuring the syndrome forces it to decide: no
// error at all, or a full flip – that is why correcting flips is enough.
//
// Expect: `logical` (leftmost) is always 0, because the decoded state is rotated back by its preparation;
// 000 (no error seen) with cos²(0.4) = 0.848…, 011 (flip of data[1] seen and undone) with sin²(0.4) = 0.151….
OPENQASM 3.0;
include "stdgates.inc";

qubit[5] q;
let data = q[0:2];
let ancilla = q[3:4];
bit[2] syndrome;
bit logical;

// Prepare and encode.
ry(1.1) data[0];
cx data[0], data[1];
cx data[0], data[2];

// The error; try another qubit or another angle.
rx(0.8) data[1];

// Parities of the neighbours 0, 1 and 1, 2.
cx data[0], ancilla[0];
cx data[1], ancilla[0];
cx data[1], ancilla[1];
cx data[2], ancilla[1];
syndrome = measure ancilla;

// Correct: the syndrome points at the qubit that differs from both of its neighbours.
if (syndrome == 1) { x data[0]; }
if (syndrome == 3) { x data[1]; }
if (syndrome == 2) { x data[2]; }

// Decode, undo the preparation, look.
cx data[0], data[2];
cx data[0], data[1];
ry(-1.1) data[0];
logical = measure data[0];
