//! Sources that nobody would write: mutations of valid programs, expansion bombs, deep nesting. Never a panic, never a hang.

use ketflow_circuit::{Format, parse, parse_bytes, print_openqasm3, view};
use std::time::{Duration, Instant};

/// In an optimised build every refusal takes less than two seconds; this leaves room for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

const PROGRAMS: &[(Format, &str)] = &[
    (Format::OpenQasm2, include_str!("../../../test/vectors/circuits/qft12.qasm2.qasm")),
    (Format::OpenQasm3, include_str!("../../../test/vectors/circuits/qaoa20.qasm3.qasm")),
    (
        Format::OpenQasm2,
        "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[3]; creg c[3];\ngate g(a,b) x,y { u3(a/2,-b^2,sin(pi*a)) x; barrier x,y; cx x,y; }\n\
         g(1,2) q[0],q[1]; h q; if(c==3) x q[2]; reset q[0]; barrier q; measure q -> c;\n",
    ),
    (
        Format::OpenQasm3,
        "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n@tag\ninput float[64] θ; input int n;\nconst uint size = 4; const float x = pi / 2 ** 3;\n\
         qubit[size] q; qubit a; bit[size] c; bit b = \"1\";\ngate mine(t) u, v { gphase(t); h u; ctrl @ rz(t / 2) u, v; }\n\
         let r = q[0:1] ++ q[{3, 2}];\nfor int i in [0:size - 2] { cx q[i], q[i + 1]; rx(θ * i) q[-1]; }\n\
         ctrl(2) @ negctrl @ inv @ pow(1/2) @ mine(0.3) r[0], r[1], a, r[2], r[3];\nc[0] = measure q[0]; c[1:2] = measure q[1:2];\n\
         if (c[0] && !(c == 5) || c[1:2] > 1) { x a; c[3] = c[0] ^ c[1]; } else if (b) { reset q; } else z a;\n\
         float f = 0; for int k in {1, 3, 5} { f += k; } ry(f) a;\ndelay[100ns] q; box[1us] { y a; }\nc |= \"0101\"; measure q -> c;\n",
    ),
    (
        Format::OpenQasm3,
        "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q; bit[3] c; const int n = 2;\n\
         def look(qubit a) -> bit { bit r; h a; r = measure a; return r; }\n\
         def both(qubit[n] a, int[8] k, bit[3] old) -> bit[n] { if (old == 5) { look(a[1]); } rx(k * 0.1) a; return measure a; }\n\
         c[0] = look(q[0]); int[4] m = 3; m[2] = 1; c[1:2] = both(q[0:1], m, c); uint[4] u = c; u[3] = c[0]; bool f = c[0] && !c[1];\n\
         switch (u) { case 0 { x q; u = c; } case 1, n { bit d = measure q[1]; if (d) { u = 2; } } default { while (m > 4) { m -= 2; y q[1]; } } }\n\
         switch (c & 5) { case 4 { c[0] = 1; } default { z q[2]; } }\nif (f) { m = 1; } m = 7; if (m[0]) { bit[2] e; e = measure q[1:2]; c = e ++ c[0:0]; }\n",
    ),
    (
        Format::OpenQasm3,
        "OPENQASM 3.0;\ninput float theta;\nbit[2] b;\nh $0;\ncnot $0, $4;\nms(0.1, 0.2, theta) $4, $2;\n#pragma braket verbatim\nbox{\ncz $0, $2;\n}\n\
         inv @ pow(0.5) @ ctrl @ xy(0.3) $0, $2, $4;\n#pragma braket unitary([[0.6, -0.8im], [0 - 0.8im, 0.6]]) $6\n\
         gphase(0.4);\nb[0] = measure $0;\nb[1] = measure $6;\n#pragma braket result probability all\n",
    ),
    (
        Format::IonqJson,
        r#"{"type":"ionq.circuit.v1","shots":5,"noise":{"model":"ideal"},"input":{"gateset":"qis","qubits":4,"circuit":[{"gate":"h","target":0},
 {"gate":"not","targets":[1,2],"controls":[0,3]},{"gate":"zz","targets":[3,1],"rotation":-0.25e0},{"gate":"z","control":2,"target":0,"rotation":1},
 {"gate":"pauliexp","targets":[0,2,1],"terms":["XYX","YIY"],"coefficients":[0.5,-1],"time":2}]}}"#,
    ),
    (
        Format::IonqJson,
        r#"{"circuit":[{"gate":"gpi","target":0,"phase":0.5},{"gate":"ms","targets":[0,1],"phases":[0,0.25],"angle":0.1},
 {"gate":"gpi2","targets":[2],"phase":-0.5},{"gate":"zz","targets":[2,0],"angle":0.1},{"gate":"nop","target":1}],"gateset":"native"}"#,
    ),
];

/// Programs of other tools, which are mutated, too.
const EXPORTED: &str = include_str!("../../../test/vectors/statevector/exporters.json");

/// Marsaglia's xorshift64*: enough to choose where to cut.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((u128::from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)) * bound as u128) >> 64) as usize
    }
}

fn tokens(source: &[u8]) -> Vec<&[u8]> {
    source.chunk_by(|x, y| x.is_ascii_alphanumeric() && y.is_ascii_alphanumeric()).collect()
}

fn mutated(source: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..1 + random.below(2) {
        let (at, to) = (random.below(bytes.len()), random.below(bytes.len()));
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = b"(){}[];,:@$\"'#!=<>+-*/%^&|~.0129az_ \n"[random.below(37)],
            2 => bytes.truncate(at.max(1)),
            3 => bytes.drain(at.min(to)..at.max(to)).for_each(drop),
            4 => {
                let piece = bytes[at.min(to)..at.max(to)].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let mut list: Vec<Vec<u8>> = tokens(&bytes).into_iter().map(<[u8]>::to_vec).collect();
                let (x, y) = (random.below(list.len()), random.below(list.len()));
                if random.below(2) == 0 {
                    list.swap(x, y)
                } else {
                    list[x] = list[y].clone()
                }
                bytes = list.concat();
            }
        }
        if bytes.is_empty() {
            bytes.push(b' ');
        }
    }
    bytes
}

/// Reads the source; an error must point into it, and what is accepted must survive the printer.
fn survives(format: Format, source: &[u8]) -> bool {
    let start = Instant::now();
    let result = parse_bytes(format, source);
    assert!(
        start.elapsed() < PATIENCE,
        "{:?} for {}",
        start.elapsed(),
        String::from_utf8_lossy(&source[..source.len().min(2000)])
    );
    match result {
        Ok(parsed) => {
            let text = print_openqasm3(&parsed.circuit);
            // Printing puts each operation on a line, so large circuits may exceed the size of a source.
            if text.len() < ketflow_circuit::limits::MAX_SOURCE_BYTES {
                match parse(Format::OpenQasm3, &text) {
                    Ok(again) => assert_eq!(again.circuit.ops, parsed.circuit.ops),
                    Err(error) => panic!("{error}\n{text}"),
                }
            }
            assert!(view::to_json(&parsed.circuit).starts_with("{\"qubits\":"));
            true
        }
        Err(error) => {
            let (line, column) = error.position.unwrap_or_default();
            let text = String::from_utf8_lossy(source);
            let length = text.split('\n').nth(line.wrapping_sub(1) as usize).map(|line| line.chars().count());
            assert!(
                column >= 1 && length.is_some_and(|length| column as usize <= length + 1),
                "{error}: no such place in\n{text}"
            );
            assert!(!error.message.is_empty() && error.message.len() < 400, "{error}");
            false
        }
    }
}

#[test]
fn mutated_programs_are_read_or_refused() {
    let mut random = Random(20_261_121);
    let (mut read, mut refused) = (0, 0);
    for round in 0..4000 {
        let (format, source) = PROGRAMS[round % PROGRAMS.len()];
        let bytes = mutated(source.as_bytes(), &mut random);
        if survives(format, &bytes) { read += 1 } else { refused += 1 }
    }
    // Both ways are really taken.
    assert!(read > 150 && refused > 2000, "{read} read, {refused} refused");
}

#[test]
fn mutated_exports_are_read_or_refused() {
    let document: serde_json::Value = serde_json::from_str(EXPORTED).expect("the vectors are JSON");
    let sources: Vec<&str> =
        document["cases"].as_array().into_iter().flatten().filter_map(|case| case["source"].as_str()).collect();
    let mut random = Random(20_261_125);
    let (mut read, mut refused) = (0, 0);
    for round in 0..2000 {
        let source = sources[round % sources.len()];
        let bytes = mutated(source.as_bytes(), &mut random);
        let format = Format::sniff(source).expect("an exporter names the version");
        if survives(format, &bytes) { read += 1 } else { refused += 1 }
    }
    assert!(read > 100 && refused > 1000, "{read} read, {refused} refused");
}

#[test]
fn expansion_bombs_are_refused() {
    let head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[4096] q;\n";
    let doubling = |body: &str, count: usize| {
        let mut text = format!("gate g0(t) a {{ {body} }}\n");
        for k in 1..count {
            text += &format!("gate g{k}(t) a {{ g{0}(t + t) a; g{0}(t) a; }}\n", k - 1);
        }
        text + &format!("g{}(0.1) q[0];", count - 1)
    };
    // Every subroutine calls the one before it twice.
    let calls = |count: usize| {
        let mut text = "def f0() { }\n".to_owned();
        for k in 1..count {
            text += &format!("def f{k}() {{ f{0}(); f{0}(); }}\n", k - 1);
        }
        text + &format!("f{}();", count - 1)
    };
    let mut chain = "gate g0 a { x a; }\n".to_owned();
    for k in 1..5000 {
        chain += &format!("gate g{k} a {{ g{} a; }}\n", k - 1);
    }
    for body in [
        doubling("x a;", 60),
        doubling("", 60),
        doubling("x a;", 60).replace("g59(0.1)", "inv @ pow(3) @ ctrl @ g59(0.1)").replace(" q[0];", " q[0], q[1];"),
        format!("input float x;\n{}", doubling("rx(t) a;", 60).replace("0.1", "x")),
        chain,
        "for int i in [0:1000000000000] { }".to_owned(),
        "for int i in [0:100000] { for int j in [0:100000] { x q; } }".to_owned(),
        "for int i in [0:100000] { barrier q; }".to_owned(),
        "input float x; float y = x; for int i in [0:10000] { y = y + y; } rx(y) q[0];".to_owned(),
        "pow(999999999999) @ U(1, 2, 3) q[0];".to_owned(),
        "pow(1e300) @ U(1, 2, 3) q[0];".to_owned(),
        "gate g a { U(1, 2, 3) a; } pow(1000) @ pow(1000) @ pow(1000) @ g q[0];".to_owned(),
        "gate g a,b,c,d,e,f { h a; cx a,b; cx b,c; cx c,d; cx d,e; ry(0.3) e; cx e,f; } for int i in [0:100000] { pow(0.3) @ g q[0],q[1],q[2],q[3],q[4],q[5]; }".to_owned(),
        "bit[4096] c; for int i in [0:100000] { c = ~c; }".to_owned(),
        "bit[4096] c; for int i in [0:100000] { if (c == 1) { } }".to_owned(),
        "ctrl(4095) @ x q;".to_owned(),
        "int i = 0; while (i < 1) { }".to_owned(),
        "int i = 0; while (true) { i += 1; x q[0]; }".to_owned(),
        calls(40),
        "bit[4096] c; bit f; bool b = c[0]; for int i in [0:60] { b = b ^ b; }".to_owned(),
        "bit[64] c; uint u = c; for int i in [0:100000] { u = u ^ u; }".to_owned(),
        "def f() { bit[4000] r; r = ~r; } for int i in [0:100000] { f(); }".to_owned(),
        "bit c; for int i in [0:1000000] { int n = 0; if (c) { n = 1; } }".to_owned(),
    ] {
        assert!(!survives(Format::OpenQasm3, format!("{head}{body}").as_bytes()), "accepted: {}", &body[..body.len().min(200)]);
    }
}

/// The stack of a WASM module is 1 MiB; so is that of the thread that this runs in.
#[test]
fn deep_nesting_is_refused_on_a_small_stack() {
    let deep = || {
        let head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q; bit c;\n";
        for count in [100, 250, 300, 100_000] {
            let many = |text: &str| text.repeat(count);
            let mut sources = vec![
                format!("rx({}1{}) q;", many("("), many(")")),
                format!("rx({}1) q;", many("-")),
                format!("rx({}1{}) q;", many("sin("), many(")")),
                format!("rx(1{}) q;", many("+1")),
                format!("rx(1{}) q;", many("**1")),
                format!("c = {}c;", many("!")),
                format!("c = c{};", many(" && c")),
                format!("c = c{};", many("[0")),
                many("if (c) ") + "x q;",
                many("if (c) { } else ") + "x q;",
                many("for int i in [0:0] ") + "x q;",
                many("{") + "x q;" + &many("}"),
                many("box {") + &many("}"),
                many("inv @ ") + "x q;",
                many("pow(2) @ ") + "x q;",
                many("ctrl @ ") + "x q;",
            ];
            sources.push(format!("input float t; rx(t{}) q;", many("+t")));
            sources.push(format!("input float t; float x = t; {} rx(x) q;", many("x = sin(x);")));
            sources.push(format!("gate g a {{ {} x a; }}", many("{")));
            sources.push(many("while (true) ") + "x q;");
            sources.push(many("switch (c) { case 0 { } default { ") + &many("} }"));
            let case = |k: usize| format!("case {k} {{ x q; }} ");
            sources.push(format!("bit[20] d; switch (d) {{ {} }}", (0..count).map(case).collect::<String>()));
            // Subroutines in each other, each with blocks and with a deep expression.
            let mut calls = "def f0(int n) -> int { return n; }\n".to_owned();
            for k in 1..count.min(1000) {
                let (open, close) = ("if (c2) {".repeat(count.min(10)), "}".repeat(count.min(10)));
                let deep = format!("{}n{}", "(".repeat(100), ")".repeat(100));
                calls += &format!(
                    "def f{k}(int n) -> int {{ int m; bit c2; {open} m = f{0}({deep}); {close} m = f{0}(n); return m; }}\n",
                    k - 1
                );
            }
            sources.push(format!("{calls} int r = f{}(1);", count.min(1000) - 1));
            sources.push(format!("{calls} int r = f{}(1);", 3));
            // All at once: blocks, a chain of gates, and deep parameters in each of them.
            let mut chain = "gate g0(t) a { inv @ pow(0.5) @ rx(t) a; }\n".to_owned();
            for k in 1..count.min(1000) {
                chain +=
                    &format!("gate g{k}(t) a {{ inv @ g{}({}t{}) a; }}\n", k - 1, "(".repeat(100), ")".repeat(100));
            }
            let call = format!("g{}({}1{}) q;", count.min(1000).min(126) - 1, "(".repeat(120), ")".repeat(120));
            sources.push(format!("{chain} {}{call}{}", "if (c) {".repeat(count.min(120)), "}".repeat(count.min(120))));
            for source in sources {
                survives(Format::OpenQasm3, format!("{head}{source}").as_bytes());
                survives(Format::OpenQasm2, format!("OPENQASM 2.0;\nqreg q[1]; creg c[1];\n{source}").as_bytes());
            }
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(deep).unwrap().join().unwrap();
}

#[test]
fn long_sources_are_read_in_time() {
    let limit = ketflow_circuit::limits::MAX_SOURCE_BYTES - 200;
    let head = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\n";
    let filled = |piece: &str| format!("{head}{}", piece.repeat((limit - head.len()) / piece.len()));
    assert!(survives(Format::OpenQasm3, filled("cx q[0], q[1];\n").as_bytes()));
    assert!(survives(Format::OpenQasm3, filled("// nothing\n").as_bytes()));
    for piece in [
        "barrier q;",
        "@note\nx q;",
        "bit b;",
        "((((",
        "\"",
        "/*",
        "$1",
        "q[",
        "9",
        "gate g a { }",
        "let a = q;",
        "x",
        "+ +",
    ] {
        survives(Format::OpenQasm3, filled(piece).as_bytes());
        survives(Format::OpenQasm2, filled(piece).as_bytes());
    }
}
