//! The formats whose lines are coefficients: see the table of [`crate::read`].

use crate::bqm::{Bqm, BqmBuilder, Vartype};
use crate::words::{Line, Word, lines, placed, shortened};
use ketflow_error::Error;

pub(crate) fn read_coo(text: &str) -> Result<Bqm, Error> {
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

pub(crate) fn read_qubo(text: &str) -> Result<Bqm, Error> {
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
pub(crate) fn read_listed(text: &str, vartype: Vartype) -> Result<Bqm, Error> {
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
