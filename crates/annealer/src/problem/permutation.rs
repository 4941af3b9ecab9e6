//! A permutation as n × n variables: x of (thing, place) is 1 where the thing is at the place, and each row and column has one 1.
//!
//! **One weight for both.** Let all other terms of the energy be products of variables with coefficients that are not negative, and
//! let `rise` be the most that one more 1 adds to them while no other row or column has more than one. Then `above(rise / 2)` is
//! enough for rows and columns: from a sample that is no permutation, take 1s away from rows and columns that have more than one.
//! The other terms do not rise. Where the row and the column both had more, the penalty falls; where only one had, it stays, and the
//! other is empty from then on. What is left has at most one 1 each, and as many empty rows as columns; a 1 where an empty row meets
//! an empty column takes away two weights and adds at most `rise`. At least one of these steps lowered the energy, so every sample
//! that is no permutation costs more than some permutation.

use super::Violation;
use super::fields::Id;
use super::penalty::Penalised;
use ketflow_error::Error;

/// Makes the variables and their penalties: variable `row · size + column` is `first + …` of the model.
pub(super) fn compile(
    model: &mut Penalised,
    size: usize,
    weight: f64,
    label: impl Fn(usize, usize) -> String,
) -> Result<(), Error> {
    for row in 0..size {
        for column in 0..size {
            model.variable(label(row, column))?;
        }
    }
    for k in 0..size {
        let row: Vec<usize> = (0..size).map(|column| k * size + column).collect();
        let column: Vec<usize> = (0..size).map(|row| row * size + k).collect();
        model.exactly_one(&row, weight)?;
        model.exactly_one(&column, weight)?;
    }
    Ok(())
}

/// The columns of each row that are 1.
pub(super) fn decode(values: &[bool], size: usize) -> Vec<Vec<usize>> {
    let row = |row: usize| (0..size).filter(|column| values[row * size + column]).collect();
    (0..size).map(row).collect()
}

/// Things that are not at exactly one place, and places that do not have exactly one thing.
pub(super) fn violations(places: &[Vec<usize>], things: &[Id], names: &[Id], words: [&str; 2]) -> Vec<Violation> {
    let [thing, place] = words;
    let mut counts = vec![0usize; names.len()];
    places.iter().flatten().for_each(|at| counts[*at] += 1);
    let rows = things.iter().zip(places).map(|(id, at)| (format!("{thing} {id}"), at.len(), place));
    let columns = names.iter().zip(counts).map(|(id, count)| (format!("{place} {id}"), count, thing));
    rows.chain(columns)
        .filter(|(_, count, _)| *count != 1)
        .map(|(constraint, count, other)| {
            let message = format!("{constraint}: exactly one {other} is needed, there are {count}");
            Violation::new(constraint, count.abs_diff(1) as f64, message)
        })
        .collect()
}
