//! Reading what the printer wrote gives the same circuit: random circuits in the normal form of the readers.

use ketflow_circuit::expr::{BinaryOp, Expr, Function};
use ketflow_circuit::gates::{GATES, Gate};
use ketflow_circuit::ir::{Comparison, Condition, Control, GateOp, Input, InputKind, Op, Operand, Register};
use ketflow_circuit::{Circuit, Format, Place, parse, print_openqasm3, view};
use num_complex::Complex64;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const QUBITS: u32 = 8;
const BITS: u32 = 9;

fn registers(kind: &'static str, sizes: Vec<(&'static str, u32, bool)>) -> Vec<Register> {
    sizes
        .into_iter()
        .map(|(name, size, is_scalar)| Register { name: format!("{kind}{name}"), size, is_scalar })
        .collect()
}

fn header() -> Circuit {
    Circuit {
        qubits: registers("q", vec![("", 5, false), ("_one", 1, false), ("_alone", 1, true), ("β", 1, true)]),
        bits: registers("c", vec![("", 3, false), ("_alone", 1, true), ("d", 4, false), ("_one", 1, false)]),
        inputs: vec![
            Input { name: "theta".to_owned(), kind: InputKind::Float },
            Input { name: "φ".to_owned(), kind: InputKind::Angle },
            Input { name: "n".to_owned(), kind: InputKind::Int },
            Input { name: "m".to_owned(), kind: InputKind::Uint },
        ],
        ..Circuit::default()
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("finite", |x| x.is_finite()),
        -10.0f64..10.0,
        select(vec![0.0, 1.0, -1.0, 0.1, 1e16, 1e-7, std::f64::consts::PI, f64::MAX, 5e-324]),
    ]
}

/// An expression that is not constant.
fn symbolic() -> BoxedStrategy<Expr> {
    let leaf = (0u32..4).prop_map(Expr::Input);
    leaf.prop_recursive(4, 16, 2, |inner| {
        let operators = vec![BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Div, BinaryOp::Pow, BinaryOp::Mod];
        let functions = vec![
            Function::Sin,
            Function::Cos,
            Function::Tan,
            Function::Arcsin,
            Function::Arccos,
            Function::Arctan,
            Function::Exp,
            Function::Log,
            Function::Sqrt,
            Function::Floor,
            Function::Ceiling,
        ];
        let constant = || number().prop_map(Expr::Const);
        let binary = |x: BoxedStrategy<Expr>, y: BoxedStrategy<Expr>| {
            (select(operators.clone()), x, y)
                .prop_map(|(operator, x, y)| Expr::Binary(operator, Box::new(x), Box::new(y)))
        };
        prop_oneof![
            inner.clone().prop_map(|x| Expr::Neg(Box::new(x))),
            (select(functions), inner.clone()).prop_map(|(function, x)| Expr::Call(function, Box::new(x))),
            binary(inner.clone().boxed(), inner.clone().boxed()),
            binary(inner.clone().boxed(), constant().boxed()),
            binary(constant().boxed(), inner.boxed()),
        ]
    })
    .boxed()
}

fn param() -> BoxedStrategy<Expr> {
    prop_oneof![number().prop_map(Expr::Const), symbolic()].boxed()
}

/// A diagonal or a rotation-like unitary of one or two qubits with arbitrary digits.
fn matrix() -> impl Strategy<Value = Gate> {
    (1u32..3, -3.0f64..3.0, -3.0f64..3.0).prop_map(|(qubits, angle, phase)| {
        let (gate, params) = if qubits == 1 { (Gate::U, vec![angle, phase, 0.3]) } else { (Gate::Rzx, vec![angle]) };
        Gate::Unitary(gate.matrix(&params).into_iter().map(|x| x * Complex64::new(0.6, 0.8)).collect())
    })
}

fn gate() -> impl Strategy<Value = Op> {
    let named = select((0..GATES.len()).collect::<Vec<_>>()).prop_map(|k| GATES[k].gate.clone());
    let gates = prop_oneof![6 => named, 1 => matrix()];
    let qubits = Just((0..QUBITS).collect::<Vec<u32>>()).prop_shuffle();
    (gates, qubits, 0usize..4, vec(any::<bool>(), 4), vec(param(), 3)).prop_map(
        |(gate, qubits, count, values, params)| {
            // Only a phase that is nobody's is in normal form.
            let count = if gate == Gate::GPhase { 0 } else { count };
            let targets = gate.targets();
            let controls = (0..count).map(|k| Control { qubit: qubits[targets + k], value: values[k] }).collect();
            Op::Gate(GateOp {
                params: params[..gate.params()].to_vec(),
                controls,
                targets: qubits[..targets].to_vec(),
                gate,
                place: Place::default(),
            })
        },
    )
}

fn operands() -> impl Strategy<Value = (Operand, Operand)> {
    let bits = || {
        prop_oneof![
            Just((0..3).collect::<Vec<u32>>()),
            Just((4..8).collect::<Vec<u32>>()),
            Just(vec![1, 2]),
            vec(0..BITS, 1..5),
        ]
        .prop_map(Operand::Bits)
    };
    prop_oneof![
        (bits(), any::<u64>().prop_map(Operand::Const)),
        ((0u64..9).prop_map(Operand::Const), bits()),
        (bits(), bits()),
    ]
}

fn condition() -> BoxedStrategy<Condition> {
    let comparisons = vec![
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
    ];
    let leaf = prop_oneof![
        (0..BITS).prop_map(Condition::Bit),
        (select(comparisons), operands()).prop_map(|(comparison, (left, right))| Condition::Compare {
            comparison,
            left,
            right
        }),
    ];
    leaf.prop_recursive(3, 8, 2, |inner| {
        let pair = || (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|x| Condition::Not(Box::new(x))),
            pair().prop_map(|(x, y)| Condition::And(Box::new(x), Box::new(y))),
            pair().prop_map(|(x, y)| Condition::Or(Box::new(x), Box::new(y))),
            pair().prop_map(|(x, y)| Condition::Xor(Box::new(x), Box::new(y))),
        ]
    })
    .boxed()
}

fn op() -> BoxedStrategy<Op> {
    let value = prop_oneof![any::<bool>().prop_map(Condition::Const), condition()];
    let leaf = prop_oneof![
        5 => gate(),
        1 => (0..QUBITS, proptest::option::of(0..BITS)).prop_map(|(qubit, bit)| Op::Measure { qubit, bit }),
        1 => (0..QUBITS).prop_map(|qubit| Op::Reset { qubit }),
        1 => subsequence((0..QUBITS).collect::<Vec<_>>(), 1..8).prop_shuffle().prop_map(|qubits| Op::Barrier { qubits }),
        1 => (0..BITS, value).prop_map(|(bit, value)| Op::Assign { bit, value }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        (condition(), vec(inner.clone(), 0..3), vec(inner, 0..3)).prop_map(|(condition, then, otherwise)| Op::If {
            condition,
            then,
            otherwise,
        })
    })
    .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn reading_undoes_printing(ops in vec(op(), 0..12)) {
        let circuit = Circuit { ops, ..header() };
        let text = print_openqasm3(&circuit);
        let again = parse(Format::OpenQasm3, &text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&again.circuit, &circuit, "{}", text);
        prop_assert!(again.notes.is_empty());
        // The view has one entry per operation.
        let json: serde_json::Value = serde_json::from_str(&view::to_json(&circuit)).unwrap();
        prop_assert_eq!(json["ops"].as_array().unwrap().len(), circuit.ops.len());
    }
}
