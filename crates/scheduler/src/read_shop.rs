//! Job shops: a row per job, whose operations follow each other.
//!
//! Sources: Taillard, "Benchmarks for basic scheduling problems", EJOR 64 (1993), in the common layout of `machine duration` pairs
//! and in that of its author's files;
//! Brandimarte, "Routing and scheduling in a flexible job shop by tabu search", Annals of Operations Research 41 (1993).

use crate::limits::*;
use crate::problem::{Description, Mode, Problem, Task};
use crate::words::{Word, Words, shortened};
use ketflow_error::Error;

/// `jobs machines`, then for each job `machines` pairs of a machine, from 0, and a duration; or Taillard's own layout, in which two
/// tables follow: durations, then machines from 1.
pub(crate) fn read_jsp(text: &str) -> Result<Problem, Error> {
    let mut rows = Words::rows(text).skip_while(is_title).peekable();
    let has_tables = |rows: &mut std::iter::Peekable<_>, machines: usize| {
        rows.peek().is_some_and(|row: &Words<'_>| is_title(row) || row.left() == machines)
    };
    let Some(mut head) = rows.next() else { return Err(empty("jobs machines")) };
    let (jobs, machines) = counts(&mut head)?;
    if has_tables(&mut rows, machines) {
        // Behind the sizes: seeds of the times and the machines, an upper and a lower bound.
        for what in ["the seed of the times", "the seed of the machines", "the upper bound", "the lower bound"] {
            if head.left() > 0 {
                head.number(what, u32::MAX)?;
            }
        }
        head.nothing_more("the sizes, two seeds and two bounds")?;
        return read_tables(rows.filter(|row| !is_title(row)), jobs, machines);
    }
    head.nothing_more("'jobs machines'")?;
    let mut shop = Shop::default();
    shop.read_jobs(rows, jobs, |shop, row, job| {
        for operation in 1..=machines {
            let place = row.end();
            let mode = mode(row, machines, 0)?;
            shop.add(job, operation, vec![mode], place);
        }
        row.nothing_more(&format!("the {machines} operations of job {job}"))
    })?;
    shop.finish((0..machines).map(|machine| machine.to_string()).collect())
}

/// A row that begins with a letter, such as `Times`.
fn is_title(row: &Words<'_>) -> bool {
    row.peek().is_some_and(|word| word.text.starts_with(char::is_alphabetic))
}

/// A row of durations for each job, then a row of machines for each. Machines are called by their numbers less 1, as in the layout
/// of pairs: the same shop has the same names.
fn read_tables<'a>(mut rows: impl Iterator<Item = Words<'a>>, jobs: usize, machines: usize) -> Result<Problem, Error> {
    let mut durations = Vec::with_capacity(jobs);
    let mut last = (1, 1);
    for job in 1..=jobs {
        let missing =
            || Error::invalid(format!("{jobs} jobs are announced, {} rows of times follow", job - 1)).at(last.0, 1);
        let row = rows.next().ok_or_else(missing)?;
        last = row.end();
        durations.push(row);
    }
    let mut shop = Shop::default();
    shop.read_jobs(rows, jobs, |shop, row, job| {
        let times = &mut durations[job - 1];
        for operation in 1..=machines {
            let place = row.end();
            let word = row.next("a machine")?;
            let machine = machine_of(&word, machines, 1)?;
            let duration = times.next("a duration")?.number("duration", MAX_TIME)?;
            let mode = Mode { duration, machine: Some(machine), ..Mode::default() };
            shop.add(job, operation, vec![mode], place);
        }
        times.nothing_more(&format!("the {machines} times of job {job}"))?;
        row.nothing_more(&format!("the {machines} machines of job {job}"))
    })?;
    shop.finish((0..machines).map(|machine| machine.to_string()).collect())
}

/// `jobs machines [average]`, then for each job the number of its operations, and for each of them the number of its alternatives
/// and as many pairs of a machine, from 1, and a duration.
pub(crate) fn read_fjs(text: &str) -> Result<Problem, Error> {
    let mut shop = Shop::default();
    let mut rows = Words::rows(text);
    let average = |row: &mut Words<'_>| {
        if row.left() == 0 {
            return Ok(());
        }
        let word = row.next("the average of alternatives")?;
        match word.text.parse::<f64>() {
            Ok(number) if number >= 0.0 => Ok(()),
            _ => Err(word.wrong(format!("the average of alternatives '{}' is no number", shortened(word.text)))),
        }
    };
    let (jobs, machines) = sizes(&mut rows, average, "jobs machines average")?;
    shop.read_jobs(rows, jobs, |shop, row, job| {
        let operations = row.count(&format!("the number of operations of job {job}"), MAX_TASKS)?;
        for operation in 1..=operations {
            let place = row.end();
            let count = row.count(&format!("the number of alternatives of operation {job}.{operation}"), machines)?;
            let modes = (0..count).map(|_| mode(row, machines, 1)).collect::<Result<_, _>>()?;
            shop.add(job, operation, modes, place);
        }
        row.nothing_more(&format!("the {operations} operations of job {job}"))
    })?;
    shop.finish((1..=machines).map(|machine| machine.to_string()).collect())
}

/// The two numbers of the first row.
fn sizes<'a>(
    rows: &mut impl Iterator<Item = Words<'a>>,
    rest: impl FnOnce(&mut Words<'a>) -> Result<(), Error>,
    form: &str,
) -> Result<(usize, usize), Error> {
    let Some(mut row) = rows.next() else { return Err(empty(form)) };
    let sizes = counts(&mut row)?;
    rest(&mut row)?;
    row.nothing_more(&format!("'{form}'"))?;
    Ok(sizes)
}

fn empty(form: &str) -> Error {
    Error::invalid(format!("the file is empty; its first line is '{form}'")).at(1, 1)
}

fn counts(row: &mut Words<'_>) -> Result<(usize, usize), Error> {
    Ok((row.count("the number of jobs", MAX_TASKS)?, row.count("the number of machines", MAX_MACHINES)?))
}

fn mode(row: &mut Words<'_>, machines: usize, first: u32) -> Result<Mode, Error> {
    let word = row.next("a machine")?;
    let machine = machine_of(&word, machines, first)?;
    let duration = row.next("a duration")?.number("duration", MAX_TIME)?;
    Ok(Mode { duration, machine: Some(machine), ..Mode::default() })
}

/// The index of a machine whose numbers begin with `first`.
fn machine_of(word: &Word<'_>, machines: usize, first: u32) -> Result<u32, Error> {
    let number = word.number("machine", MAX_MACHINES as u32)?;
    let last = machines as u32 - 1 + first;
    if !(first..=last).contains(&number) {
        return Err(word.wrong(format!("machine {number} is not one of {first} to {last}")));
    }
    Ok(number - first)
}

#[derive(Default)]
struct Shop {
    tasks: Vec<Task>,
    places: Vec<(u32, u32)>,
}

impl Shop {
    /// One row for each job.
    fn read_jobs<'a>(
        &mut self,
        mut rows: impl Iterator<Item = Words<'a>>,
        jobs: usize,
        mut read: impl FnMut(&mut Self, &mut Words<'a>, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for job in 1..=jobs {
            let Some(mut row) = rows.next() else {
                let line = self.places.last().map_or(1, |(line, _)| *line);
                let message = format!("{jobs} jobs are announced, {} rows follow", job - 1);
                return Err(Error::invalid(message).at(line, 1));
            };
            read(self, &mut row, job)?;
        }
        match rows.next() {
            None => Ok(()),
            Some(mut row) => row.nothing_more(&format!("the last of {jobs} jobs")),
        }
    }

    fn add(&mut self, job: usize, operation: usize, modes: Vec<Mode>, place: (u32, u32)) {
        let mut task = Task::new(format!("{job}.{operation}"), modes);
        if operation > 1 {
            task.after.push(self.tasks.len() as u32 - 1);
        }
        self.tasks.push(task);
        self.places.push(place);
    }

    fn finish(self, machines: Vec<String>) -> Result<Problem, Error> {
        let Self { tasks, places } = self;
        let description = Description { machines, tasks, ..Description::default() };
        Problem::placed(description, |task| places.get(task).copied())
    }
}
