OPENQASM 3.0;
include "stdgates.inc";
qubit[20] q;
bit[20] c;
h q[0];
for int i in [1:19] { cx q[i - 1], q[i]; }
c = measure q;
