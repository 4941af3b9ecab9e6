// Grover's search: find one marked item among eight with two questions.
//
// The oracle flips the sign of the marked state. The diffusion step reflects every amplitude about the mean, so the marked
// one, alone below it, grows. Each round turns the state by 2θ with sin θ = 1/√8; after two rounds the chance is sin²(5θ).
//
// Expect: 101 with probability 121/128 = 0.9453125, each of the seven others with 1/128. Two classical questions: 2/8.
OPENQASM 3.0;
include "stdgates.inc";

// −1 on |101⟩: qubit 0 is 1, qubit 1 is 0, qubit 2 is 1.
gate mark_101 a, b, c {
  ctrl @ negctrl @ z a, b, c;
}

// −1 on every state but the uniform one (up to a global phase).
gate reflect_about_mean a, b, c {
  h a; h b; h c;
  x c;
  negctrl(2) @ z a, b, c;
  x c;
  h a; h b; h c;
}

qubit[3] q;
bit[3] found;

h q;
for int round in [1:2] {
  mark_101 q[0], q[1], q[2];
  reflect_about_mean q[0], q[1], q[2];
}
found = measure q;
