//! Wrong programs: what is said, and where. A changed message shows here.

use ketflow_circuit::{Format, parse, parse_bytes};

/// Version, program behind the two lines that every program starts with, and the code, place and text of the error.
#[rustfmt::skip]
const CASES: &[(u8, &str, &str)] = &[
    (2, "qreg q[2]; cnot q[0],q[1];", "invalid-input 3:12: there is no gate 'cnot'; here it is called 'cx'"),
    (2, "qreg q[2]; hh q[0];", "invalid-input 3:12: there is no gate 'hh'; define it with 'gate' before its first use"),
    (2, "qreg q[2]; frobnicate q[0];", "invalid-input 3:12: there is no gate 'frobnicate'; define it with 'gate' before its first use"),
    (2, "qreg q[2]; cx q[0];", "invalid-input 3:12: gate 'cx' needs 2 qubits, got 1"),
    (2, "qreg q[2]; rx q[0];", "invalid-input 3:12: gate 'rx' takes 1 parameter, got 0"),
    (2, "qreg q[2]; h(0.1) q[0];", "invalid-input 3:12: gate 'h' takes 0 parameters, got 1"),
    (2, "qreg q[2]; cx q[1],q[1];", "invalid-input 3:20: gate 'cx' gets the qubit 'q[1]' twice; its qubits must be different"),
    (2, "qreg q[2]; qreg r[3]; cx q,r;", "invalid-input 3:28: registers of 2 and 3 qubits cannot be used in one call; make the sizes equal with a slice"),
    (2, "qreg q[2]; cx q,q;", "invalid-input 3:17: gate 'cx' gets the qubit 'q[0]' twice; its qubits must be different"),
    (2, "qreg q[2]; h q[2];", "invalid-input 3:16: index 2 is out of range: 'q' has 2 elements, 0 to 1"),
    (2, "qreg q[2]; h r[0];", "invalid-input 3:14: 'r' is not a known register; declare it before its first use"),
    (2, "qreg qubits[2]; h qubit[0];", "invalid-input 3:19: 'qubit' is not a known register; did you mean 'qubits'?"),
    (2, "qreg q[0];", "invalid-input 3:8: a register has at least 1 element, 'q' has 0"),
    (2, "qreg q[5000];", "too-large 3:8: 5000 more qubits make more than 4096, the limit for one circuit"),
    (2, "qreg q[2]; qreg q[3];", "invalid-input 3:17: 'q' is already declared; choose another name"),
    (2, "qreg q[2]; creg c[1]; measure q -> c;", "invalid-input 3:36: 2 qubits cannot be measured into 1 bit; make the sizes equal with a slice"),
    (2, "qreg q[2]; creg c[2]; measure q[0];", "invalid-input 3:35: expected '->' and the classical bit that takes the outcome, found ';'"),
    (2, "qreg q[2]; creg c[2]; h c[0];", "invalid-input 3:25: 'c' is classical; a qubit is needed here"),
    (2, "qreg q[2]; creg c[2]; measure c[0] -> q[0];", "invalid-input 3:39: 'q' is quantum; a classical bit is needed here"),
    (2, "opaque magic(a) x,y;", "unsupported 3:1: the opaque gate 'magic' has no definition to simulate; give it one with 'gate'"),
    (2, "gate g a { g a; }", "invalid-input 3:12: gate 'g' calls itself; a gate can only use gates that are defined before it"),
    (2, "gate g a { h b; }", "invalid-input 3:14: 'b' is not a qubit of this gate; a gate body sees only the qubits that it is given"),
    (2, "gate g(t) a { rx(s) a; }", "invalid-input 3:18: 's' is not a parameter of this gate; a gate body sees only its parameters and constants"),
    (2, "gate g a { h a[0]; }", "invalid-input 3:14: 'a' is a single qubit and has no index; write 'a', and name every further qubit of the gate in its first line"),
    (2, "gate g a,a { h a; }", "invalid-input 3:10: 'a' is used twice in this definition; choose another name"),
    (2, "creg c[1]; gate g a { measure a -> c; }", "unsupported 3:23: a gate body holds only gates and barriers; put this statement outside of the definition"),
    (2, "gate h a { }", "invalid-input 3:6: gate 'h' is already defined by the included file; choose another name, or remove this definition"),
    (2, "gate g a { h a; } gate g a { h a; }", "invalid-input 3:24: gate 'g' is already defined; choose another name"),
    (2, "gate U(a,b,c) q { }", "invalid-input 3:6: gate 'U' is part of the language; choose another name"),
    (2, "qreg q[1]; rx(1/0) q[0];", "invalid-input 3:16: 1 cannot be divided by 0"),
    (2, "qreg q[1]; rx(ln(0)) q[0];", "invalid-input 3:15: this value is infinite; check divisions by 0, powers, roots and logarithms"),
    (2, "qreg q[1]; rx(1e400) q[0];", "invalid-input 3:15: the number '1e400' is too large; the largest is 1.797e308"),
    (2, "qreg q[1]; rx(99999999999999999999) q[0];", "invalid-input 3:15: the number '99999999999999999999' does not fit into 64 bits; write it as a float"),
    (2, "qreg q[1]; rx(foo(1)) q[0];", "invalid-input 3:15: there is no function 'foo'; known are sin cos tan arcsin arccos arctan exp log sqrt floor ceiling mod pow popcount"),
    (2, "qreg q[1]; rx(sine(1)) q[0];", "invalid-input 3:15: there is no function 'sine'; did you mean 'sin'?"),
    (2, "qreg q[1]; rx(sin(1,2)) q[0];", "invalid-input 3:15: function 'sin' takes 1 argument, got 2"),
    (2, "qreg q[1]; creg c[1]; if(c==1) barrier q;", "invalid-input 3:32: only a gate, 'measure' or 'reset' may follow 'if (…)'"),
    (2, "qreg q[1]; creg c[1]; if(c<1) x q[0];", "invalid-input 3:27: expected '==', found '<'"),
    (2, "qubit[2] q;", "invalid-input 3:1: 'qubit' belongs to OpenQASM 3; write 'OPENQASM 3.0;' in the first line and read it as openqasm3"),
    (2, "qreg q[1]; h q[0]", "invalid-input 3:18: expected ';', found the end of the source"),
    (2, "qreg q[1]; h q[0;", "invalid-input 3:17: expected ']', found ';'"),
    (2, "qreg q[1]; h q[0]; }", "invalid-input 3:20: expected a statement, found '}'"),
    (2, "qreg q[1]; h q[0] q[1];", "invalid-input 3:19: expected ';', found 'q'"),
    (2, "include \"other.inc\";", "unsupported 3:1: only qelib1.inc and stdgates.inc can be included; copy what the program needs from 'other.inc' into it"),
    (2, "qreg q[1]; rx(0.5.5) q[0];", "invalid-input 3:18: expected ')', found '.5'"),
    (2, "qreg q[1]; rx(pi pi) q[0];", "invalid-input 3:18: expected ')', found 'pi'"),
    (2, "qreg q[1]; ? q[0];", "invalid-input 3:12: the character '?' has no meaning here; remove it"),
    (2, "qreg q[1]; rx(3x) q[0];", "invalid-input 3:15: '3x' is neither a number nor a name; a name starts with a letter"),
    (2, "qreg q[1]; /* never closed", "invalid-input 3:12: this comment is never closed; end it with '*/'"),
    (2, "include \"qelib1.inc", "invalid-input 3:9: this text is never closed; end it with \" on the same line"),
    (2, "qreg q[1]; x q[1.5];", "invalid-input 3:16: an index must be a whole number, not 1.5; write floor(…) or ceiling(…)"),
    (3, "def f(int a) -> int { return a; } def f() { }", "invalid-input 3:39: subroutine 'f' is already defined; choose another name"),
    (3, "def h() { }", "invalid-input 3:5: gate 'h' is already defined by the included file; choose another name, or remove this definition"),
    (3, "def f() { } gate f a { }", "invalid-input 3:18: subroutine 'f' is already defined; choose another name"),
    (3, "def f(int a, int a) { }", "invalid-input 3:18: 'a' is used twice in this definition; choose another name"),
    (3, "def f() { f(); } f();", "unsupported 3:11: subroutine 'f' cannot be called here; a subroutine calls only those that are defined before it"),
    (3, "def f() { g(); } def g() { } f();", "unsupported 3:11: subroutine 'g' cannot be called here; a subroutine calls only those that are defined before it"),
    (3, "if (true) { def f() { } }", "invalid-input 3:17: subroutines must be defined outside of blocks; move the definition to the top"),
    (3, "def f(array[int, 3] a) { }", "unsupported 3:7: arrays are not supported; write one variable per element, or a register of bits"),
    (3, "def f(readonly array[int, 3] a) { }", "unsupported 3:7: array parameters are not supported; write one parameter per element"),
    (3, "def f() -> complex { }", "unsupported 3:12: complex numbers are not supported; use real 'float' or 'angle' values"),
    (3, "def f(qubit q, q2) { }", "invalid-input 3:16: expected the type of a parameter: qubit, bit, bool, int, uint, float or angle, found 'q2'"),
    (3, "qubit[2] q; def f(qubit a) { x a; } f(q);", "invalid-input 3:39: parameter 'a' has 1 qubit, got 2"),
    (3, "qubit q; def f(qubit a, int n) { x a; } f(q);", "invalid-input 3:41: subroutine 'f' takes 2 arguments, got 1"),
    (3, "qubit q; def f(qubit a) { x a; } f(1);", "invalid-input 3:36: the argument for 'a' must be a qubit"),
    (3, "qubit q; def f(qubit a) { x a; } f q;", "invalid-input 3:34: 'f' is a subroutine: it has no modifiers, and its qubits stand in its brackets"),
    (3, "qubit q; def f(qubit a) { x a; } inv @ f(q);", "invalid-input 3:40: 'f' is a subroutine: it has no modifiers, and its qubits stand in its brackets"),
    (3, "qubit q; bit c; def f(qubit a) { x a; } c = f(q);", "invalid-input 3:45: subroutine 'f' has no result to assign"),
    (3, "qubit q; bit c; def f(qubit a) -> bit { c = measure a; return c; } c = f(q);", "invalid-input 3:41: 'c' is not a known register; a subroutine sees only its parameters, qubits and constants; pass it as a parameter"),
    (3, "qubit q; def f(qubit a) -> bit { return measure a; } if (f(q)) x q;", "unsupported 3:58: the result of subroutine 'f' cannot be used inside an expression; assign it to a variable or a bit first"),
    (3, "def f(int n) -> int { if (n == 0) { return 1; } return 2; } int k = f(0);", "unsupported 3:37: 'return' must be the last statement of its subroutine; set a bit or a variable before, and return that"),
    (3, "def f(int n) -> int { n += 1; } int k = f(0);", "unsupported 3:5: 'f' must end with 'return' and its result; no other place of 'return' is supported"),
    (3, "def f(int n) { return n; } f(1);", "invalid-input 3:16: 'f' has no result; write '-> bit' behind its parameters"),
    (3, "qubit q; def f(qubit a) -> bit[2] { return measure a; } bit[2] c = f(q);", "invalid-input 3:52: 1 qubit cannot be measured into a result of 2"),
    (3, "qubit q; def f(qubit a) -> int { return measure a; } int n = f(q);", "invalid-input 3:34: a measurement gives bits; declare the result as bit or bit[n]"),
    (3, "qubit q; bit c; def f(qubit a, bit b) { b = measure a; } f(q, c);", "unsupported 3:41: 'b' is a value; measure into a bit that is declared here, and return it"),
    (3, "return;", "invalid-input 3:1: 'return' stands only in a subroutine; remove it"),
    (3, "extern f(int) -> int;", "unsupported 3:1: 'extern' functions are not supported; bind their result to an 'input' parameter"),
    (3, "while (true) { }", "too-large 3:8: the program needs more than 16000000 steps to expand; shorten its loops or gate definitions"),
    (3, "qubit q; bit c; while (!c) { c = measure q; }", "unsupported 3:24: this 'while' depends on measured bits, so its turns cannot be counted while reading; write a 'for' over the most turns that it may take, with an 'if' inside"),
    (3, "int i = 0; switch (i) { case 0 { } case 1, 0 { } }", "invalid-input 3:44: there are two cases for 0; remove one"),
    (3, "int i = 0; switch (i) { default { } case 0 { } }", "invalid-input 3:37: expected 'case', one 'default' at the end, or '}', found 'case'"),
    (3, "bit c; switch (c) { case c { } }", "unsupported 3:26: a label of 'case' must be a whole number that is known while reading, not bits; use an int"),
    (3, "input int n; switch (n) { case 0 { } }", "unsupported 3:32: conditions on input parameters are not supported; decide before the circuit is submitted"),
    (3, "case 0 { }", "invalid-input 3:1: 'case' stands only between the braces of a 'switch'"),
    (3, "array[int, 3] a;", "unsupported 3:1: arrays are not supported; write one variable per element, or a register of bits"),
    (3, "complex[float] z;", "unsupported 3:1: complex numbers are not supported; use real 'float' or 'angle' values"),
    (3, "duration d = 100ns;", "unsupported 3:1: 'duration' variables are not supported; write the time itself in 'delay[100ns] q;' (delays have no effect)"),
    (3, "defcal x $0 { }", "unsupported 3:1: pulse-level 'defcal' is not supported; remove it, gates are simulated by their unitary"),
    (3, "cal { }", "unsupported 3:1: pulse-level 'cal' blocks are not supported; remove them, gates are simulated by their unitary"),
    (3, "end;", "unsupported 3:1: 'end' is not supported; remove it and the statements behind it, or put those into an 'if'"),
    (3, "for int i in [0:3] { break; }", "unsupported 3:22: 'break' is not supported; shorten the range of the loop"),
    (3, "qubit q; bit c; for int i in c { x q; }", "unsupported 3:30: a loop runs over a range such as [0:3] or a set such as {0, 2}; nothing else is supported"),
    (3, "qubit q; input int n; for int i in [0:n] x q;", "unsupported 3:39: the end of a range must be known while reading, but it depends on an input; use a constant"),
    (3, "qubit q; input float t; if (t > 0.5) x q;", "unsupported 3:31: conditions on input parameters are not supported; decide before the circuit is submitted"),
    (3, "qubit q; input float t; pow(t) @ x q;", "unsupported 3:25: the exponent of 'pow' must be known while reading; scale the angle of the gate by the input instead"),
    (3, "qubit q; input float t; pow(0.5) @ U(t, 0, 0) q;", "unsupported 3:25: 'pow' with a fraction needs angles that are known while reading; scale the angles inside the gate instead"),
    (3, "qubit[8] q; gate g a,b,c,d,e,f,h { cx a,b; cx c,d; cx e,f; h h; } pow(0.5) @ g q[0],q[1],q[2],q[3],q[4],q[5],q[6];", "too-large 3:67: 'pow(0.5)' of a gate on more than 6 qubits is not supported; use a whole exponent, or apply it to smaller gates"),
    (3, "qubit q; ctrl @ x q;", "invalid-input 3:17: gate 'x' needs 2 qubits (1 of them for its controls), got 1"),
    (3, "qubit[2] q; ctrl(0) @ x q[0], q[1];", "invalid-input 3:13: a gate cannot have 0 controls; write 1 or more"),
    (3, "qubit[2] q; ctrl x q[0], q[1];", "invalid-input 3:18: expected '@', found 'x'"),
    (3, "qubit q; bit c; const int n = c;", "unsupported 3:31: a constant must be known while reading, but bits are known only at run time; leave out 'const', or test the bits directly"),
    (3, "qubit q; bit c; int n = 0; if (c) { n = 1; } if (n == 1) x q;", "unsupported 3:50: 'n' was set in a branch that may or may not have run; set it again, or use a bit instead"),
    (3, "qubit q; bit[2] c; int n = c; c[1] = measure q; if (n == 1) x q;", "unsupported 3:53: 'n' was set from the bit 'c[1]', which has changed since; set it again, or copy the bit to another one first"),
    (3, "qubit q; bit[2] c; int n = c; rx(n) q;", "unsupported 3:34: a measured bit cannot be used as a number; write 'if (c[0]) …' with the number in each branch"),
    (3, "bit[2] c; int[2] n = c;", "unsupported 3:22: the highest bit would be a sign; declare it as uint[2] for an unsigned number"),
    (3, "const int n = 3; n = 4;", "invalid-input 3:18: 'n' is constant and cannot be assigned"),
    (3, "const int n;", "invalid-input 3:11: the constant 'n' needs a value: '= …'"),
    (3, "int n; qubit q; rx(n) q;", "invalid-input 3:20: 'n' has no value yet; assign one first"),
    (3, "qubit q; rx(q) q;", "invalid-input 3:13: 'q' is a qubit and has no value; measure it into a bit first"),
    (3, "qubit q; bit c; rx(c) q;", "unsupported 3:20: a measured bit cannot be used as a number; write 'if (c[0]) …' with the number in each branch"),
    (3, "qubit q; x = 1;", "invalid-input 3:10: 'x' is not a known register; declare it before its first use"),
    (3, "qubit[3] q; x q[2:1];", "invalid-input 3:16: the range 2:1:1 of 'q' is empty"),
    (3, "qubit[3] q; x q[0:0:2];", "invalid-input 3:16: the step of a range cannot be 0"),
    (3, "qubit[3] q; x q[-4];", "invalid-input 3:17: index -4 is out of range: 'q' has 3 elements, 0 to 2"),
    (3, "qubit[3] q; let a = q[0:1] ++ r;", "invalid-input 3:31: 'r' is not a known register; declare it before its first use"),
    (3, "qubit q; bit b; let a = q ++ b;", "invalid-input 3:30: an alias joins qubits or bits, not both"),
    (3, "qubit q; { qubit r; }", "unsupported 3:18: 'r' must be declared outside of blocks; move the declaration to the top"),
    (3, "qubit q; x $0;", "invalid-input 3:7: the program uses the physical qubit $0 too; use either declared or physical qubits"),
    (3, "bit[2] c; c = 4;", "invalid-input 3:15: 4 does not fit into 2 bits"),
    (3, "bit[2] c; c = \"011\";", "invalid-input 3:15: 3 bits cannot be assigned to 2; make the sizes equal with a slice"),
    (3, "bit[2] c; bit[2] d; d = c & \"1\";", "invalid-input 3:27: the sides have 2 and 1 bits; make them equal with a slice"),
    (3, "bit[2] c; c[0] = 0.5;", "invalid-input 3:18: a bit takes 0, 1, a truth value or other bits, not a real number"),
    (3, "bit[2] c; c = c[{1, 0}];", "unsupported 3:16: the new bits depend on each other; copy the old ones to another register first"),
    (3, "qubit q; bit[70] c; if (c < 3) x q;", "too-large 3:27: registers of more than 64 bits have no order here; compare slices of at most 64 bits"),
    (3, "qubit q; bit[2] c; if (c == -1) x q;", "invalid-input 3:26: bits are compared as unsigned numbers, and -1 is not one"),
    (3, "qubit q; bit c; if (measure q) x q;", "unsupported 3:21: a measurement inside an expression is not supported; measure into a bit first"),
    (3, "qubit q; delay 100ns q;", "invalid-input 3:16: expected '[', found '100ns'"),
    (3, "qubit q; rx(100ns) q;", "unsupported 3:13: the duration '100ns' cannot be used in an expression; durations only stand in 'delay' and 'box'"),
    (3, "qubit q; rx(2im) q;", "unsupported 3:13: complex numbers such as '2im' are not supported; use real angles"),
    (3, "int measure = 3;", "invalid-input 3:5: 'measure' is a keyword of OpenQASM 3 and cannot be a name; choose another one"),
    (3, "input bit[2] b;", "unsupported 3:7: an input of type 'bit' is not supported; declare it as float, angle, int or uint"),
    (3, "input float t; t = 2;", "invalid-input 3:16: the input 't' cannot be assigned"),
    (3, "qubit q; for float f in [0:2] x q;", "unsupported 3:14: a loop runs over whole numbers; declare its variable as int or uint"),
    (3, "qubit q; for int i in [0:0:2] x q;", "invalid-input 3:23: the step of a range cannot be 0"),
    (3, "qubit q; for int i in [0:2000000] x q;", "too-large 3:35: the program expands to more than 1000000 operations; shorten its loops or gate definitions"),
    (3, "for int i in [0:100000000] { }", "too-large 3:9: the program needs more than 16000000 steps to expand; shorten its loops or gate definitions"),
    (3, "bit[2] c = \"012\";", "invalid-input 3:12: '012' is not a bit string; write only 0 and 1 between the quotes"),
    (3, "qubit q; gphase q;", "invalid-input 3:10: gate 'gphase' takes 1 parameter, got 0"),
    (3, "qubit q; else x q;", "invalid-input 3:10: 'else' without an 'if' before it"),
    (3, "qubit q; int n = 2 ** 64;", "invalid-input 3:20: this whole number does not fit into 64 bits; use a float"),
    (3, "qubit q; int n = 3 / 0;", "invalid-input 3:20: 3 cannot be divided by 0"),
    (3, "qubit q; uint n = 1 - 2;", "invalid-input 3:21: a uint cannot be -1; declare it as int"),
    (3, "@ketflow.native\ngate foo a { }", "invalid-input 4:6: @ketflow.native: there is no built-in gate 'foo' of this shape; remove the annotation"),
    (3, "pragma ketflow unitary u [[1, 0], [1, 0], [0, 0], [1, 0]]", "invalid-input 3:1: pragma ketflow unitary: the matrix is not unitary to 1e-9; expected: NAME [[re, im], …], row by row"),
    (3, "pragma ketflow unitary u [[1, 0], [1, 0]]", "invalid-input 3:1: pragma ketflow unitary: 2 entries are not the matrix of 1 to 6 qubits; expected: NAME [[re, im], …], row by row"),
    (3, "pragma ketflow unitary u nonsense", "invalid-input 3:1: pragma ketflow unitary: the matrix is not a list of pairs of numbers; expected: NAME [[re, im], …], row by row"),
    (3, "gate a0 q { h q; h q; } gate a1 q { a0 q; a0 q; } gate a2 q { pow(1000) @ a1 q; } gate a3 q { pow(1000) @ a2 q; } qubit q; a3 q;", "too-large 3:95: 'pow(1000)' makes more than 1000000 operations; use a smaller exponent"),
    (3, "qubit[2] q; gate g a { for int i in [0:3] { h a; } } g q[0];", "unsupported 3:24: a gate body holds only gates and barriers; put this statement outside of the definition"),
    (3, "bit x; x[0] = 1;", "invalid-input 3:8: 'x' is a single element and has no index"),
    (3, "qubit q; x q[0];", "invalid-input 3:12: 'q' is a single element and has no index"),
    (3, "qubit[2] q; x q[0][0];", "invalid-input 3:15: an element of 'q' is a single one and has no further index"),
    (3, "qubit[2] q; U(1,2,3) q[0:0], q[1];", "invalid-input 3:13: gate 'U' needs 1 qubit, got 2"),
    (3, "qubit[2] q; bit[2] c; c = measure q[0];", "invalid-input 3:23: 1 qubit cannot be measured into 2 bits; make the sizes equal with a slice"),
    (3, "qubit q; reset c;", "invalid-input 3:16: 'c' is not a known register; declare it before its first use"),
    (3, "qubit q; int[4] n = 0; n[4] = 1;", "invalid-input 3:26: index 4 is out of range: 'n' has 4 elements, 0 to 3"),
    (3, "qubit q; int[4] n = 0; n[0:1] = 4;", "invalid-input 3:33: this does not fit into 2 bits; give 2"),
    (3, "qubit q; bool n = true; n[0] = 1;", "invalid-input 3:25: 'n' is a single value and has no index"),
    (3, "qubit q; bit c; if (int[1](c) == 1) x q;", "unsupported 3:28: the highest bit would be a sign; write uint[1](…) for an unsigned number"),
    (3, "qubit q; rx(true) q;", "invalid-input 3:13: a truth value is not a number; write 0 or 1"),
    (3, "qubit q; bit[2] c; rx(c[5]) q;", "invalid-input 3:25: index 5 is out of range: 'c' has 2 elements, 0 to 1"),
    (3, "let a = 3;", "invalid-input 3:9: expected a qubit or a register, found '3'"),
    (3, "OPENQASM 3.0;", "invalid-input 3:1: the OPENQASM line must be the first statement, and there is only one"),
    (3, "qubit q; x q, ;", "invalid-input 3:15: expected a qubit or a register, found ';'"),
    (3, "const int n = 3", "invalid-input 3:16: expected ';', found the end of the source"),
    (3, "qubit q; for int i in [0:] x q;", "invalid-input 3:23: a loop needs both ends of its range, as in [0:3]"),
    (3, "qubit q; if (true) { x q;", "invalid-input 3:20: this '{' is never closed; end the block with '}'"),
    (3, "qubit q; for int i in [0:n] x q;", "invalid-input 3:26: 'n' is not a known value; declare it before its first use"),
    (3, "qubit q; float f = \"01\" ^ 1.5;", "invalid-input 3:25: '&', '|' and '^' work on two bits, two registers of one size, or two whole numbers"),
    (2, "qreg q[2]; cv q[0],q[1];", "invalid-input 3:12: there is no gate 'cv'; here it is called 'csx'"),
    (2, "qreg q[2]; cr q[0],q[1];", "invalid-input 3:12: there is no gate 'cr'; define it with 'gate' before its first use"),
    (2, "qreg q[2]; sdx q[0];", "invalid-input 3:12: there is no gate 'sdx'; did you mean 'sdg'?"),
    (3, "qubit[2] q; gphase(0.5) q[0];", "invalid-input 3:13: gate 'gphase' needs 0 qubits, got 1"),
    (3, "qubit q;\n#pragma braket unitary([[0, 1.0], [1.0, 1]]) q\n", "invalid-input 4:1: the matrix of pragma braket unitary is not unitary to 1e-9; give all its digits"),
    (3, "qubit q;\n  pragma  braket unitary([[0, 1.0], [1.0, x]]) q\n", "invalid-input 4:43: expected a number such as 0.5, 2im or 0.5 + 0.5im, found 'x'"),
    (3, "qubit[2] q;\n#pragma braket unitary([[0, 1.0], [1.0, 0]]) q\n", "invalid-input 4:1: a matrix of 4 entries does not act on 2 qubits; give 16 entries"),
    (3, "qubit[2] q;\n#pragma braket unitary([[0, 1.0], [1.0, 0]]) q[0], q[0]\n", "invalid-input 4:1: pragma braket unitary gets a qubit twice; its qubits must be different"),
    (3, "qubit[2] q;\n#pragma braket unitary([[0, 1.0], [1.0, 0]]) q[0] q[1]\n", "invalid-input 4:51: expected the end of the line, found 'q'"),
    (3, "qubit q;\n#pragma braket unitary\nx q;", "invalid-input 4:23: expected '(', found the end of the source"),
    (3, "qubit q; {\n#pragma braket noise bit_flip(0.1) q[0]\n}", "unsupported 4:1: 'pragma braket noise' would change the circuit; remove it, and give the noise as the noise option of the job"),
    (3, "#pragma some tool", "unsupported 3:1: 'pragma some tool' could change the circuit; remove it, and write what it does as gates"),
    (3, "pragma", "unsupported 3:1: 'pragma' could change the circuit; remove it, and write what it does as gates"),
    (3, "gate g a {\n#pragma braket noise bit_flip(0.1) a\n}", "unsupported 4:1: 'pragma braket noise' would change the circuit; remove it, and give the noise as the noise option of the job"),
    (3, "uint[0] n;", "invalid-input 3:6: the width of an int or uint is 1 to 64 bits, not 0"),
    (3, "uint[65] n = 1;", "invalid-input 3:6: the width of an int or uint is 1 to 64 bits, not 65"),
    (3, "uint[1000000000] n = 1;", "invalid-input 3:6: the width of an int or uint is 1 to 64 bits, not 1000000000"),
    (3, "int[0] n = 1;", "invalid-input 3:5: the width of an int or uint is 1 to 64 bits, not 0"),
    (3, "input int[65] n;", "invalid-input 3:11: the width of an int or uint is 1 to 64 bits, not 65"),
    (3, "for uint[0] i in [0:1] { }", "invalid-input 3:10: the width of an int or uint is 1 to 64 bits, not 0"),
    (3, "qubit q; rx(int[-1](3)) q;", "invalid-input 3:17: the width of an int or uint is 1 to 64 bits, not -1"),
    (3, "int i = 9223372036854775807; i += 1;", "invalid-input 3:35: 9223372036854775808 does not fit into an int of 64 bits; write int[64] where it shall wrap, or use a float"),
    (3, "uint i = 3; i -= 4;", "invalid-input 3:18: a uint cannot be -1; declare it as int"),
    (3, "qubit q; input float t; rx(int(t)) q;", "unsupported 3:32: a cast to int must be known while reading, but it depends on an input; declare the input as int"),
];

#[test]
fn wrong_programs_are_refused_with_place_and_remedy() {
    let mut wrong = Vec::new();
    for (version, body, wanted) in CASES {
        let (format, head) = match version {
            2 => (Format::OpenQasm2, "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n"),
            _ => (Format::OpenQasm3, "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n"),
        };
        let got = match parse(format, &format!("{head}{body}")) {
            Ok(parsed) => format!("accepted as {:?}", parsed.circuit.ops),
            Err(error) => format!("{} {error}", error.code.as_str()),
        };
        if got != *wanted {
            wrong.push(format!("{body}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
}

/// The whole error of a source without any first lines.
fn error(format: Format, source: &[u8]) -> String {
    match parse_bytes(format, source) {
        Ok(parsed) => format!("accepted as {:?}", parsed.circuit),
        Err(error) => format!("{} {error}", error.code.as_str()),
    }
}

#[test]
fn versions_and_includes() {
    let (two, three) = (Format::OpenQasm2, Format::OpenQasm3);
    for (format, source, wanted) in [
        (
            two,
            "OPENQASM 3.0; qubit q;",
            "invalid-input 1:10: the source says OPENQASM 3.0, but it is read as openqasm2; choose the format 'openqasm3'",
        ),
        (
            three,
            "OPENQASM 2.0; qreg q[1];",
            "invalid-input 1:10: the source says OPENQASM 2.0, but it is read as openqasm3; choose the format 'openqasm2'",
        ),
        (
            three,
            "OPENQASM 4; qubit q;",
            "invalid-input 1:10: the source says OPENQASM 4, but it is read as openqasm3; Ketflow reads versions 2.0 and 3.x",
        ),
        (three, "OPENQASM x; qubit q;", "invalid-input 1:10: expected a version number such as 2.0 or 3.0, found 'x'"),
        (
            two,
            "OPENQASM 2.0;\nqreg q[1];\nh q[0];",
            "invalid-input 3:1: gate 'h' is defined in qelib1.inc; add 'include \"qelib1.inc\";' to the top of the program",
        ),
        (
            three,
            "OPENQASM 3.0;\nqubit q;\nsx q;",
            "invalid-input 3:1: gate 'sx' is defined in stdgates.inc; add 'include \"stdgates.inc\";' to the top of the program",
        ),
        // Columns count characters, not bytes.
        (three, "qubit ψ;\nU(π, 0, 0) ψ, ψ;", "invalid-input 2:1: gate 'U' needs 1 qubit, got 2"),
        (
            three,
            "qubit ψ; ctrl @ U(π, 0, 0) ψ, ψ;",
            "invalid-input 1:31: gate 'U' gets the qubit 'ψ' twice; its qubits must be different",
        ),
    ] {
        assert_eq!(error(format, source.as_bytes()), wanted, "{source}");
    }
    assert_eq!(
        error(three, b"qubit q;\n// \xff"),
        "invalid-input 2:4: byte 12 (0xff) is not valid UTF-8; save the file as UTF-8"
    );
    let large = vec![b' '; ketflow_circuit::limits::MAX_SOURCE_BYTES + 1];
    assert_eq!(error(three, &large), "too-large 1:1: the source has 8388609 bytes; at most 8388608 are read");
}

#[test]
fn formats_are_named_and_recognised() {
    assert_eq!(Format::from_name("openqasm2"), Some(Format::OpenQasm2));
    assert_eq!(Format::from_name("openqasm3"), Some(Format::OpenQasm3));
    assert_eq!(Format::from_name("ionq-json"), Some(Format::IonqJson));
    assert_eq!(Format::from_name("qasm"), None);
    assert_eq!(Format::sniff("\u{feff} {\n \"circuit\": []}"), Some(Format::IonqJson));
    assert_eq!(Format::sniff("{ x q; }"), None);
    assert_eq!(Format::sniff("// a comment\n/* another */ OPENQASM 2.0;"), Some(Format::OpenQasm2));
    assert_eq!(Format::sniff("\u{feff}OPENQASM 3;"), Some(Format::OpenQasm3));
    assert_eq!(Format::sniff("OPENQASM 1.0;"), None);
    assert_eq!(Format::sniff("qubit q;"), None);
    assert_eq!(Format::sniff(""), None);
}
