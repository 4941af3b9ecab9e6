//! The syntax tree of one statement. Both versions share it; `^` of OpenQASM 2 is already `**` here.

use num_complex::Complex64;
use std::rc::Rc;

/// A byte offset in the source, for errors.
pub(crate) type Offset = u32;

/// A name and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub text: Rc<str>,
    pub offset: Offset,
}

#[derive(Debug, Clone)]
pub(crate) struct Expression {
    pub kind: ExpressionKind,
    pub offset: Offset,
    /// Height of the tree, so that no pass over it can exhaust the stack.
    pub height: u32,
}

#[derive(Debug, Clone)]
pub(crate) enum ExpressionKind {
    Integer(i128),
    Float(f64),
    Truth(bool),
    /// A bit string, lowest bit first.
    Bits(Vec<bool>),
    Name(Rc<str>),
    /// `2im`, which only an argument that is not read may be.
    Imaginary(Rc<str>),
    /// `$7`, which only the argument of a subroutine may be.
    Physical(u32),
    Negate(Box<Expression>),
    Not(Box<Expression>),
    /// `~x`
    Complement(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `sin(x)`, `mod(x, y)`
    Call(Name, Vec<Expression>),
    /// `uint[8](x)`
    Cast(Type, Box<Expression>),
    Index(Box<Expression>, Vec<Index>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    And,
    Or,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Concatenate,
    Compare(crate::ir::Comparison),
}

/// What stands between `[` and `]`.
#[derive(Debug, Clone)]
pub(crate) enum Index {
    At(Expression),
    Range(Range),
    Set(Vec<Expression>, Offset),
}

/// `start : step : stop`, both ends included; missing ends are those of the register.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub start: Option<Expression>,
    pub step: Option<Expression>,
    pub stop: Option<Expression>,
    pub offset: Offset,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Int,
    Uint,
    Float,
    Angle,
    Bool,
    Bit,
}

/// A classical type with its width, which counts for `bit`, `int` and `uint`; every real number has 64 bits.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    pub scalar: Scalar,
    pub width: Option<Box<Expression>>,
}

/// A qubit operand: a name or a physical qubit, with the indices behind it.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    pub base: OperandBase,
    pub indices: Vec<Index>,
    pub offset: Offset,
}

#[derive(Debug, Clone)]
pub(crate) enum OperandBase {
    Name(Rc<str>),
    Physical(u32),
}

#[derive(Debug, Clone)]
pub(crate) enum Modifier {
    /// `ctrl(n) @` (`true`) or `negctrl(n) @` (`false`)
    Control {
        value: bool,
        count: Option<Expression>,
        offset: Offset,
    },
    Inverse,
    Power {
        exponent: Expression,
        offset: Offset,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct GateCall {
    pub modifiers: Vec<Modifier>,
    pub name: Name,
    pub parameters: Vec<Expression>,
    pub operands: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct GateDefinition {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub qubits: Vec<Name>,
    pub body: Vec<Statement>,
}

/// `def name(parameters) -> result { body }`
#[derive(Debug)]
pub(crate) struct Subroutine {
    pub name: Name,
    pub parameters: Vec<Parameter>,
    pub result: Option<Type>,
    pub body: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub name: Name,
    pub kind: ParameterKind,
}

#[derive(Debug)]
pub(crate) enum ParameterKind {
    /// `qubit` or `qubit[size]`
    Qubits(Option<Expression>),
    Classical(Type),
}

/// `case labels { body }`
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub labels: Vec<Expression>,
    pub body: Vec<Statement>,
}

/// What a loop runs over.
#[derive(Debug, Clone)]
pub(crate) enum Domain {
    Range(Range),
    Set(Vec<Expression>),
    Other(Expression),
}

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub kind: StatementKind,
    pub offset: Offset,
}

#[derive(Debug, Clone)]
pub(crate) enum StatementKind {
    Include(Rc<str>),
    Qubits {
        name: Name,
        size: Option<Expression>,
    },
    /// `creg`, `bit`, `output bit`
    Bits {
        name: Name,
        size: Option<Expression>,
        value: Option<BitValue>,
    },
    Input {
        kind: Type,
        name: Name,
    },
    /// A classical scalar known while the program is read.
    Variable {
        kind: Type,
        name: Name,
        value: Option<Expression>,
        is_const: bool,
    },
    Alias {
        name: Name,
        parts: Vec<Operand>,
        /// `{a, b}` and not `a ++ b`: a register even of one element.
        is_set: bool,
    },
    Gate(Rc<GateDefinition>),
    Call(GateCall),
    Measure {
        qubits: Operand,
        bits: Option<Operand>,
    },
    Assign {
        target: Operand,
        operator: Option<Operator>,
        value: Expression,
    },
    Reset(Operand),
    Barrier(Vec<Operand>),
    If {
        condition: Expression,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    For {
        /// The type of the variable, which older exporters leave out.
        kind: Option<Type>,
        variable: Name,
        domain: Domain,
        body: Vec<Statement>,
    },
    While {
        condition: Expression,
        body: Vec<Statement>,
    },
    Switch {
        subject: Expression,
        cases: Vec<Case>,
        otherwise: Vec<Statement>,
    },
    Subroutine(Rc<Subroutine>),
    Return(Option<BitValue>),
    /// `box { … }` and a plain `{ … }`
    Block(Vec<Statement>),
    /// Accepted without effect; the text says why.
    Ignored(&'static str),
    /// `pragma ketflow unitary name …`, written by our printer.
    UnitaryPragma(Rc<str>),
    /// `pragma braket unitary(…) …`: a matrix row by row, whose index has the first target as its highest bit.
    BraketUnitary {
        matrix: Vec<Complex64>,
        targets: Vec<Operand>,
    },
    /// `@ketflow.native` before the gate definition: the built-in gate of that name and shape is meant.
    Native(Rc<GateDefinition>),
}

/// The right side of `bit c = …;` and of `return …;`.
#[derive(Debug, Clone)]
pub(crate) enum BitValue {
    Expression(Expression),
    Measure(Operand),
}
