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

use crate::bqm::{Bqm, Vartype};
use crate::problem;
use crate::read_dimod;
use crate::read_lines::{read_coo, read_listed, read_qubo};
use ketflow_error::Error;

pub use crate::format::Format;
pub use crate::labels::Labels;
pub use crate::model::Model;

/// Reads a model.
///
/// # Errors
/// `invalid-input` with line and column, `too-large` beyond the limits of [`crate::bqm`].
pub fn read(format: Format, source: &[u8]) -> Result<Model, Error> {
    if format == Format::DimodBqm {
        return read_dimod::read_file(source).map(|(bqm, labels)| Model::new(bqm, labels, format));
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
