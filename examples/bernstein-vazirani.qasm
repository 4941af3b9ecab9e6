// Bernstein–Vazirani: learn a secret of six bits by asking once.
//
// The oracle computes s·x (mod 2) for a hidden s. Asked about all x at once, with its answer qubit in |−⟩, it writes the answer
// into signs; Hadamard gates turn the pattern of signs into s itself. Classically each question reveals one bit: six questions.
//
// Expect: 101101, always.
OPENQASM 3.0;
include "stdgates.inc";

gate oracle x0, x1, x2, x3, x4, x5, answer {
  cx x0, answer;
  cx x2, answer;
  cx x3, answer;
  cx x5, answer;
}

qubit[6] x_register;
qubit answer;
bit[6] secret;

x answer;
h answer;
h x_register;

oracle x_register[0], x_register[1], x_register[2], x_register[3], x_register[4], x_register[5], answer;

h x_register;
secret = measure x_register;
