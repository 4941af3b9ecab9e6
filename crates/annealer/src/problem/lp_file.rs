//! CPLEX LP files: an objective, linear constraints, and integers with bounds. `docs/problems.md` has the grammar that is read.

use super::Problem;
use super::fields::shortened;
use super::lp_expression::{Cursor, Names, Sum, is_infinity};
use super::lp_tokens::{Kind, Relation, Token, tokens};
use super::quadratic_program::{Constraint, QuadraticProgram, Variable};
use ketflow_error::Error;
use std::collections::BTreeSet;

/// Parts of a file; a keyword begins a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Minimize,
    Maximize,
    Constraints,
    Bounds,
    Binary,
    General,
    End,
}

/// What is known of a variable while the file is read.
#[derive(Clone, Copy)]
struct Known {
    lower: Option<f64>,
    upper: Option<f64>,
    is_integer: bool,
    is_binary: bool,
}

/// Reads a file.
///
/// # Errors
/// `invalid-input` with line and column, `unsupported` for what cannot be compiled.
pub(crate) fn read(text: &str) -> Result<Problem, Error> {
    let tokens = tokens(text)?;
    let mut cursor = Cursor::new(&tokens);
    let mut names = Names::default();
    let start = cursor.peek(0);
    let is_maximised = match section(&mut cursor)? {
        Some(Section::Minimize) => false,
        Some(Section::Maximize) => true,
        _ => return Err(start.wrong(format!("a file begins with Minimize or Maximize, not with {}", start.text()))),
    };
    label(&mut cursor);
    let objective = cursor.sum(&mut names, true)?;
    let mut constraints = Vec::new();
    let mut known: Vec<Known> = Vec::new();
    loop {
        let token = cursor.peek(0);
        let Some(section) = section(&mut cursor)? else {
            return Err(token.wrong(format!("expected a section such as Subject To, found {}", token.text())));
        };
        match section {
            Section::Minimize | Section::Maximize => return Err(token.wrong("a file has one objective")),
            Section::Constraints => read_constraints(&mut cursor, &mut names, &mut constraints)?,
            Section::End => break,
            other => {
                known.resize(names.list.len(), Known { lower: None, upper: None, is_integer: false, is_binary: false });
                match other {
                    Section::Bounds => read_bounds(&mut cursor, &names, &mut known)?,
                    _ => read_kinds(&mut cursor, &names, &mut known, other == Section::Binary)?,
                }
            }
        }
    }
    if cursor.peek(0).kind != Kind::End {
        let token = cursor.peek(0);
        return Err(token.wrong(format!("nothing follows End, but {} does", token.text())));
    }
    known.resize(names.list.len(), Known { lower: None, upper: None, is_integer: false, is_binary: false });
    let variables =
        names.list.iter().zip(known).map(|(name, known)| variable(name, known)).collect::<Result<_, _>>()?;
    QuadraticProgram::new(is_maximised, objective, constraints, variables).map(Problem::QuadraticProgram)
}

/// The keyword that comes next, which is then read. A name before a colon is no keyword.
fn section(cursor: &mut Cursor) -> Result<Option<Section>, Error> {
    let token = cursor.peek(0);
    let Kind::Name(word) = token.kind else {
        return match token.kind {
            Kind::End => Err(token.wrong("the file ends without End")),
            _ => Ok(None),
        };
    };
    if !cursor.is_section() {
        return Ok(None);
    }
    let (found, words) = match word.to_ascii_lowercase().as_str() {
        "minimize" | "minimise" | "minimum" | "min" => (Section::Minimize, 1),
        "maximize" | "maximise" | "maximum" | "max" => (Section::Maximize, 1),
        "subject" | "such" => (Section::Constraints, 2),
        "st" | "s.t." | "st." => (Section::Constraints, 1),
        "bounds" | "bound" => (Section::Bounds, 1),
        "binary" | "binaries" | "bin" => (Section::Binary, 1),
        "general" | "generals" | "gen" | "integer" | "integers" | "int" => (Section::General, 1),
        "end" => (Section::End, 1),
        _ => {
            return Err(
                token.unsupported(format!("section {} is not read; write it as linear constraints", token.text()))
            );
        }
    };
    (0..words).for_each(|_| _ = cursor.next());
    Ok(Some(found))
}

/// The name before a colon, where there is one.
fn label<'a>(cursor: &mut Cursor<'a, '_>) -> Option<(Token<'a>, &'a str)> {
    let token = cursor.peek(0);
    match token.kind {
        Kind::Name(name) if cursor.peek(1).is(':') => {
            cursor.next();
            cursor.next();
            Some((token, name))
        }
        _ => None,
    }
}

fn relation(cursor: &mut Cursor) -> Result<Relation, Error> {
    let token = cursor.next();
    match token.kind {
        Kind::Relation(relation) => Ok(relation),
        _ => Err(token.wrong(format!("expected <=, = or >=, found {}", token.text()))),
    }
}

fn read_constraints<'a>(
    cursor: &mut Cursor<'a, '_>,
    names: &mut Names<'a>,
    constraints: &mut Vec<Constraint>,
) -> Result<(), Error> {
    let mut used: BTreeSet<String> = constraints.iter().map(|it| it.name.clone()).collect();
    while !cursor.is_section() {
        let start = cursor.peek(0);
        let (place, name) = match label(cursor) {
            Some((token, name)) => (token, name.to_owned()),
            None => (start, format!("c{}", constraints.len() + 1)),
        };
        if !used.insert(name.clone()) {
            return Err(
                place.wrong(format!("constraint '{}' is there twice; give each a name of its own", shortened(&name)))
            );
        }
        // `2 <= x + y <= 5` has a bound before the sum as well.
        let before = if is_bound_first(cursor) { Some((cursor.signed_number()?, relation(cursor)?)) } else { None };
        let sum = cursor.sum(names, false)?;
        if sum.linear.is_empty() {
            return Err(start.wrong("a constraint has at least one variable on its left side"));
        }
        let mut add = |relation, bound: f64, place: Token| {
            if !bound.is_finite() {
                return Err(place.wrong("the right side of a constraint is a finite number"));
            }
            constraints.push(
                Constraint::new(&name, &sum, relation, bound).map_err(|error| error.at(start.line, start.column))?,
            );
            Ok(())
        };
        if let Some((bound, relation)) = before {
            let mirrored = match relation {
                Relation::AtMost => Relation::AtLeast,
                Relation::AtLeast => Relation::AtMost,
                Relation::Equal => Relation::Equal,
            };
            add(mirrored, bound, start)?;
            if !matches!(cursor.peek(0).kind, Kind::Relation(_)) {
                continue;
            }
        }
        let relation = relation(cursor)?;
        let place = cursor.peek(0);
        let bound = cursor.signed_number()?;
        add(relation, bound, place)?;
    }
    Ok(())
}

/// Whether signs and a number, infinite perhaps, stand before a relation.
fn is_bound_first(cursor: &Cursor) -> bool {
    let mut ahead = 0;
    while cursor.peek(ahead).is('+') || cursor.peek(ahead).is('-') {
        ahead += 1;
    }
    let is_number = match cursor.peek(ahead).kind {
        Kind::Number(_) => true,
        Kind::Name(name) => is_infinity(name),
        _ => false,
    };
    is_number && matches!(cursor.peek(ahead + 1).kind, Kind::Relation(_))
}

/// The variable that comes next.
fn known_variable(cursor: &mut Cursor, names: &Names) -> Result<usize, Error> {
    let token = cursor.next();
    match token.kind {
        Kind::Name(name) => names.find(name).ok_or_else(|| {
            token.wrong(format!("variable {} is in no objective and no constraint; take it out", token.text()))
        }),
        _ => Err(token.wrong(format!("expected a variable, found {}", token.text()))),
    }
}

fn read_bounds(cursor: &mut Cursor, names: &Names, known: &mut [Known]) -> Result<(), Error> {
    while !cursor.is_section() {
        let first = if is_bound_first(cursor) { Some((cursor.signed_number()?, relation(cursor)?)) } else { None };
        let token = cursor.peek(0);
        let bounds = &mut known[known_variable(cursor, names)?];
        let mut set = |relation: Relation, value: f64| match relation {
            Relation::AtMost => bounds.upper = Some(value),
            Relation::AtLeast => bounds.lower = Some(value),
            Relation::Equal => (bounds.lower, bounds.upper) = (Some(value), Some(value)),
        };
        match first {
            Some((value, Relation::AtMost)) => set(Relation::AtLeast, value),
            Some((value, Relation::AtLeast)) => set(Relation::AtMost, value),
            Some((value, Relation::Equal)) => set(Relation::Equal, value),
            None => {}
        }
        match cursor.peek(0).kind {
            Kind::Relation(_) => {
                let relation = relation(cursor)?;
                set(relation, cursor.signed_number()?);
            }
            Kind::Name(word) if word.eq_ignore_ascii_case("free") => {
                cursor.next();
                (bounds.lower, bounds.upper) = (Some(f64::NEG_INFINITY), Some(f64::INFINITY));
            }
            _ if first.is_none() => return Err(token.wrong(format!("{} has no bound here", token.text()))),
            _ => {}
        }
    }
    Ok(())
}

fn read_kinds(cursor: &mut Cursor, names: &Names, known: &mut [Known], is_binary: bool) -> Result<(), Error> {
    while !cursor.is_section() {
        let variable = &mut known[known_variable(cursor, names)?];
        variable.is_integer = true;
        variable.is_binary |= is_binary;
    }
    Ok(())
}

/// LP files write this for a bound that is none.
const INFINITE_FROM: f64 = 1e20;
/// Most of an integer, and most values of one.
const MAX_VALUES: f64 = 16_777_216.0;

fn variable(name: &str, known: Known) -> Result<Variable, Error> {
    let shown = shortened(name);
    if !known.is_integer {
        let remedy = "list it under Binary, or under General with a lower and an upper bound";
        return Err(Error::unsupported(format!("variable '{shown}' is continuous; {remedy}")));
    }
    let lower = known.lower.unwrap_or(0.0);
    let upper = known.upper.unwrap_or(if known.is_binary { 1.0 } else { f64::INFINITY });
    if lower.abs().max(upper.abs()) >= INFINITE_FROM {
        let side = if lower.abs() < INFINITE_FROM { "upper" } else { "lower" };
        return Err(Error::unsupported(format!("integer '{shown}' has no {side} bound; give it one under Bounds")));
    }
    // Whole numbers within the bounds.
    let (mut lower, mut upper) = (lower.ceil(), upper.floor());
    if known.is_binary {
        (lower, upper) = (lower.max(0.0), upper.min(1.0));
    }
    if lower > upper {
        return Err(Error::invalid(format!("variable '{shown}' has no value within its bounds; correct them")));
    }
    if lower.abs().max(upper.abs()) > MAX_VALUES || upper - lower > MAX_VALUES {
        let message =
            format!("integer '{shown}' is between {lower} and {upper}; bounds are from -{MAX_VALUES} to {MAX_VALUES}");
        return Err(Error::too_large(message));
    }
    Ok(Variable { name: name.to_owned(), lower: lower as i64, upper: upper as i64 })
}

impl Constraint {
    /// Takes the constant of the sum to the right side.
    fn new(name: &str, sum: &Sum, relation: Relation, bound: f64) -> Result<Self, Error> {
        Self::scaled(name.to_owned(), &sum.linear, relation, bound, sum.constant)
    }
}
