OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
bit flip;
bit sign;
bit received;
ry(1.1) q[0];
rz(0.7) q[0];
for int hop in [1:20] {
  reset q[1];
  reset q[2];
  h q[1];
  cx q[1], q[2];
  cx q[0], q[1];
  h q[0];
  flip = measure q[1];
  sign = measure q[0];
  if (flip) { x q[2]; }
  if (sign) { z q[2]; }
  swap q[0], q[2];
}
rz(-0.7) q[0];
ry(-1.1) q[0];
received = measure q[0];
