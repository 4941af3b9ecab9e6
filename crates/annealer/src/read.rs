//! The formats of models.
//!
//! | format | a line | variables from | is |
//! |---|---|---|---|
//! | `coo` | `i j value`, i = j linear; `# vartype=SPIN` or `BINARY` above | 0 | the model as written |
//! | `qubo` (qbsolv) | `p qubo 0 maxNodes nodes couplers`, then `i i value`, then `i j value`; `c` comments | 0 | a binary model |
//! | `rudy` (Gset) | `n m`, then `i j weight` | 1 | MaxCut: spins, E = Σ w s s |
//! | `bqp` (Beasley) | `n m`, then `i j value`, i ≤ j; off the diagonal counted twice | 1 | a binary model, xᵀQx |
//! | `dimod-json`, `dimod-bqm` | see `read_dimod.rs` | labels | the model as written |
//! | `problem-json`, `lp` | see `problem/` | the problem's words | a problem, compiled |

use crate::bqm::{Bqm, BqmBuilder, MAX_COUPLINGS, MAX_VARIABLES, Vartype};
use crate::problem::{self, Descent, Problem};
use crate::read_dimod;
use ketflow_error::Error;

/// A format of this module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Coordinates, as D-Wave's `dimod` writes them.
    Coo,
    /// The input of `qbsolv`.
    Qubo,
    /// Graphs as `rudy` generates them.
    Rudy,
    /// Beasley's binary quadratic programs.
    Bqp,
    /// What `to_serializable()` of `dimod` gives, as JSON.
    DimodJson,
    /// What `to_file()` of `dimod` gives.
    DimodBqm,
    /// Problems of known kinds, `ketflow-problem/1`.
    ProblemJson,
    /// CPLEX LP files.
    Lp,
}

impl Format {
    /// Every format, by the name under which a job gives it.
    pub const ALL: [(&'static str, Self); 8] = [
        ("coo", Self::Coo),
        ("qubo", Self::Qubo),
        ("rudy", Self::Rudy),
        ("bqp", Self::Bqp),
        ("dimod-json", Self::DimodJson),
        ("dimod-bqm", Self::DimodBqm),
        ("problem-json", Self::ProblemJson),
        ("lp", Self::Lp),
    ];

    /// The format of that name, or, for `auto`, the one that the source looks like.
    ///
    /// # Errors
    /// `invalid-input` for another name, and for a source that looks like none.
    pub fn named(name: &str, source: &[u8]) -> Result<Self, Error> {
        if name == "auto" {
            return Self::sniff(source).ok_or_else(|| {
                Error::invalid(format!("the format is not clear; name one of {}", Self::names())).at(1, 1)
            });
        }
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, format)| *format).ok_or_else(|| {
            Error::invalid(format!("unknown format '{}'; give one of {} or auto", shortened(name), Self::names()))
        })
    }

    /// Under which a job gives it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    fn names() -> String {
        Self::ALL.map(|(name, _)| name).join(", ")
    }

    /// By the first line that says something. Beasley's programs look like graphs, so they are never found.
    fn sniff(source: &[u8]) -> Option<Self> {
        if read_dimod::is_file(source) {
            return Some(Self::DimodBqm);
        }
        // A mistake in the encoding is reported by the reader.
        let text = String::from_utf8_lossy(source);
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().map(str::trim).find(|line| !line.is_empty())?;
        let words: Vec<&str> = first.split_whitespace().collect();
        match words.as_slice() {
            ["p" | "c", ..] => Some(Self::Qubo),
            [word, ..] if word.starts_with('{') && !text.contains("\"problem\"") => Some(Self::DimodJson),
            [word, ..] if word.starts_with('{') => Some(Self::ProblemJson),
            [word, ..] if word.starts_with('\\') || is_lp_start(word) => Some(Self::Lp),
            [word, ..] if word.starts_with('#') => Some(Self::Coo),
            [n, m] if n.parse::<u32>().is_ok() && m.parse::<u32>().is_ok() => Some(Self::Rudy),
            [i, j, value] if i.parse::<u32>().is_ok() && j.parse::<u32>().is_ok() && value.parse::<f64>().is_ok() => {
                Some(Self::Coo)
            }
            _ => None,
        }
    }
}

/// Whether a word begins an LP file.
fn is_lp_start(word: &str) -> bool {
    let starts = ["minimize", "minimise", "minimum", "min", "maximize", "maximise", "maximum", "max"];
    starts.contains(&word.to_ascii_lowercase().as_str())
}

/// A model as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The model itself, over variables 0, 1, ….
    pub bqm: Bqm,
    /// What the source calls them.
    pub labels: Labels,
    /// As what it was read.
    pub format: Format,
    /// What the model was compiled from, where that is a problem of its own words.
    pub problem: Option<Problem>,
    /// How its samples go down at the end of a search.
    pub(crate) descent: Option<Descent>,
}

impl Model {
    /// A model that no problem was compiled to.
    pub fn new(bqm: Bqm, labels: Labels, format: Format) -> Self {
        Self { bqm, labels, format, problem: None, descent: None }
    }

    /// Whether the source is a graph whose edges are to be cut.
    pub fn is_graph(&self) -> bool {
        self.format == Format::Rudy || matches!(self.problem, Some(Problem::MaxCut(_)))
    }
}

/// Names of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labels {
    /// Numbers from this one on.
    From(u32),
    /// One each, as JSON.
    Listed(Vec<String>),
}

/// Reads a model.
///
/// # Errors
/// `invalid-input` with line and column, `too-large` beyond the limits of [`crate::bqm`].
pub fn read(format: Format, source: &[u8]) -> Result<Model, Error> {
    if format == Format::DimodBqm {
        return read_dimod::read_file(source).map(|(bqm, labels)| Model {
            bqm,
            labels,
            format,
            problem: None,
            descent: None,
        });
    }
    if read_dimod::is_file(source) {
        return Err(Error::invalid("this is a DIMODBQM file; give the format dimod-bqm"));
    }
    let text = std::str::from_utf8(source).map_err(|error| {
        let before = source[..error.valid_up_to()].split(|byte| *byte == b'\n');
        Error::invalid("the text is not UTF-8 from here on").at(before.count() as u32, 1)
    })?;
    let text = text.trim_start_matches('\u{feff}');
    let problem = match format {
        Format::ProblemJson => Some(problem::read(text)?),
        Format::Lp => Some(problem::read_lp(text)?),
        _ => None,
    };
    if let Some(problem) = problem {
        let compiled = problem.compile()?;
        let (bqm, labels, descent) = (compiled.bqm, Labels::Listed(compiled.labels), compiled.descent);
        return Ok(Model { bqm, labels, format, problem: Some(problem), descent });
    }
    let numbered = |bqm: Result<Bqm, Error>, first: u32| bqm.map(|bqm| (bqm, Labels::From(first)));
    let (bqm, labels) = match format {
        Format::Coo => numbered(read_coo(text), 0),
        Format::Qubo => numbered(read_qubo(text), 0),
        Format::Rudy => numbered(read_listed(text, Vartype::Spin), 1),
        Format::Bqp => numbered(read_listed(text, Vartype::Binary), 1),
        _ => read_dimod::read_json(text),
    }?;
    Ok(Model::new(bqm, labels, format))
}

/// A word of a line, with the column where it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    line: u32,
    column: u32,
}

impl Word<'_> {
    fn wrong(&self, message: impl Into<String>) -> Error {
        Error::invalid(message).at(self.line, self.column)
    }

    fn index(&self, what: &str) -> Result<usize, Error> {
        let limit = MAX_COUPLINGS.max(MAX_VARIABLES);
        match self.text.parse::<usize>() {
            Ok(number) if number <= limit => Ok(number),
            Ok(number) => {
                Err(Error::too_large(format!("{what} {number} is more than {limit}")).at(self.line, self.column))
            }
            Err(_) => Err(self.wrong(format!("{what} '{}' is no whole number", shortened(self.text)))),
        }
    }

    fn number(&self, what: &str) -> Result<f64, Error> {
        match self.text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.wrong(format!("{what} '{}' is no finite number; write such as -1.5", shortened(self.text)))),
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A line that says something: its number and its words.
struct Line<'a> {
    number: u32,
    text: &'a str,
    words: Vec<Word<'a>>,
}

impl<'a> Line<'a> {
    fn new(number: u32, text: &'a str) -> Self {
        let mut words = Vec::new();
        let (mut column, mut start) = (1u32, None);
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            match (character.is_whitespace(), start) {
                (false, None) => start = Some((at, column)),
                (true, Some((from, column))) => {
                    words.push(Word { text: &text[from..at], line: number, column });
                    start = None;
                }
                _ => {}
            }
            column += character.len_utf16() as u32;
        }
        Self { number, text, words }
    }

    /// The words, when there are as many as the format wants.
    fn exactly<const N: usize>(&self, form: &str) -> Result<[Word<'a>; N], Error> {
        <[Word<'a>; N]>::try_from(self.words.as_slice()).map_err(|_| {
            let column = self.words.get(N).map_or(1, |word| word.column);
            let message = format!("expected '{form}', found {} words", self.words.len());
            Error::invalid(message).at(self.number, column)
        })
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().zip(1u32..).map(|(line, number)| Line::new(number, line)).filter(|line| !line.words.is_empty())
}

fn placed<T>(result: Result<T, Error>, word: Word<'_>) -> Result<T, Error> {
    result.map_err(|error| error.at(word.line, word.column))
}

fn read_coo(text: &str) -> Result<Bqm, Error> {
    let mut vartype = None;
    let mut terms = Vec::new();
    for line in lines(text) {
        let Some(comment) = line.text.trim_start().strip_prefix('#') else {
            terms.push(line.exactly::<3>("i j value")?);
            continue;
        };
        let Some(name) = comment.trim().strip_prefix("vartype") else { continue };
        let name = name.trim_start().strip_prefix('=').unwrap_or_default().trim();
        vartype = Some(match name.to_ascii_uppercase().as_str() {
            "SPIN" => Vartype::Spin,
            "BINARY" => Vartype::Binary,
            _ => {
                let message = format!("vartype '{}' is neither SPIN nor BINARY", shortened(name));
                return Err(Error::invalid(message).at(line.number, 1));
            }
        });
    }
    let Some(vartype) = vartype else {
        return Err(
            Error::invalid("the vartype is missing; write '# vartype=SPIN' or '# vartype=BINARY' above").at(1, 1)
        );
    };
    let mut model = BqmBuilder::new(vartype);
    for [i, j, value] in terms {
        let (from, to) = (i.index("variable")?, j.index("variable")?);
        let coefficient = value.number("value")?;
        placed(
            if from == to { model.add_linear(from, coefficient) } else { model.add_coupling(from, to, coefficient) },
            i,
        )?;
    }
    model.build()
}

fn read_qubo(text: &str) -> Result<Bqm, Error> {
    let mut model = BqmBuilder::new(Vartype::Binary);
    let mut header: Option<(Line<'_>, [usize; 3])> = None;
    let (mut nodes, mut couplers) = (0usize, 0usize);
    for line in lines(text) {
        let first = line.words[0];
        if first.text.starts_with('c') {
            continue;
        }
        let Some((_, [size, ..])) = &header else {
            let form = "p qubo 0 maxNodes nodes couplers";
            let [p, qubo, topology, size, nodes, couplers] = line.exactly::<6>(form)?;
            if p.text != "p" || qubo.text != "qubo" {
                return Err(p.wrong(format!("the first line that is no comment has to be '{form}'")));
            }
            if !matches!(topology.text, "0" | "unconstrained") {
                return Err(topology.wrong(format!("topology '{}' is not read; write 0", shortened(topology.text))));
            }
            let counts = [size.index("maxNodes")?, nodes.index("nodes")?, couplers.index("couplers")?];
            placed(model.reserve(counts[0]), size)?;
            header = Some((line, counts));
            continue;
        };
        let [i, j, value] = line.exactly::<3>("i j value")?;
        let (from, to) = (i.index("variable")?, j.index("variable")?);
        if from.max(to) >= *size {
            let word = if from >= *size { i } else { j };
            return Err(word.wrong(format!("variable {} is not below maxNodes {size}", word.text)));
        }
        let coefficient = value.number("value")?;
        if from == to {
            nodes += 1;
            placed(model.add_linear(from, coefficient), i)?;
        } else if from < to {
            couplers += 1;
            placed(model.add_coupling(from, to, coefficient), i)?;
        } else {
            return Err(i.wrong(format!("a coupler has its smaller variable first: '{to} {from} …'")));
        }
    }
    let Some((line, [_, all_nodes, all_couplers])) = header else {
        return Err(Error::invalid("there is no line 'p qubo 0 maxNodes nodes couplers'").at(1, 1));
    };
    if (nodes, couplers) != (all_nodes, all_couplers) {
        let message =
            format!("{all_nodes} nodes and {all_couplers} couplers are announced, {nodes} and {couplers} follow");
        return Err(Error::invalid(message).at(line.number, 1));
    }
    model.build()
}

/// `n m`, then m lines `i j value` from 1; a weight that is left out is 1.
fn read_listed(text: &str, vartype: Vartype) -> Result<Bqm, Error> {
    let mut lines = lines(text);
    let Some(first) = lines.next() else {
        return Err(Error::invalid("the file is empty; its first line is 'n m'").at(1, 1));
    };
    let [size, count] = first.exactly::<2>("n m")?;
    let (size, announced) = (placed_index(size, "n")?, count.index("m")?);
    let mut model = BqmBuilder::new(vartype);
    placed(model.reserve(size), first.words[0])?;
    let mut found = 0usize;
    for line in lines {
        let (i, j, weight) = match line.words.as_slice() {
            [i, j] => (*i, *j, 1.0),
            _ => {
                let [i, j, value] = line.exactly::<3>("i j value")?;
                (i, j, value.number("value")?)
            }
        };
        let variable = |word: Word<'_>| match word.index("variable")? {
            number if (1..=size).contains(&number) => Ok(number - 1),
            number => Err(word.wrong(format!("variable {number} is not one of 1 to {size}"))),
        };
        let (from, to) = (variable(i)?, variable(j)?);
        let added = match vartype {
            Vartype::Spin if from == to => Err(j.wrong(format!("an edge from {} to itself is never cut", i.text))),
            Vartype::Spin => model.add_coupling(from, to, weight),
            Vartype::Binary if from == to => model.add_linear(from, weight),
            Vartype::Binary => model.add_coupling(from, to, 2.0 * weight),
        };
        placed(added, i)?;
        found += 1;
    }
    if found != announced {
        return Err(Error::invalid(format!("{announced} lines are announced, {found} follow")).at(first.number, 1));
    }
    model.build()
}

fn placed_index(word: Word<'_>, what: &str) -> Result<usize, Error> {
    match word.index(what)? {
        0 => Err(word.wrong(format!("{what} is 0: there are no variables"))),
        number => Ok(number),
    }
}
