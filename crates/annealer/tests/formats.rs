//! Models as people and programs write them, and what is said of the malformed ones.

use ketflow_annealer::bqm::Coupling;
use ketflow_annealer::read::Format;
use ketflow_annealer::{Bqm, Error, Vartype};
use proptest::prelude::*;

fn read(format: Format, text: &str) -> Result<Bqm, Error> {
    ketflow_annealer::read(format, text.as_bytes()).map(|model| model.bqm)
}

type Parts<'a> = (Vartype, &'a [f64], Vec<(u32, u32, f64)>, f64);

fn parts(bqm: &Bqm) -> Parts<'_> {
    let couplings = bqm.couplings().iter().map(|Coupling { i, j, value }| (*i, *j, *value)).collect();
    (bqm.vartype(), bqm.linear(), couplings, bqm.offset())
}

#[test]
fn coordinates_are_read_as_written() {
    let bqm = read(Format::Coo, "# vartype=SPIN\n0 0 -1.5\n\n2 1 3\n1 2 0.5\n# note\n").unwrap();
    assert_eq!(parts(&bqm), (Vartype::Spin, &[-1.5, 0.0, 0.0][..], vec![(1, 2, 3.5)], 0.0));
    let binary = read(Format::Coo, "# vartype = binary\n0 1 1e2\n").unwrap();
    assert_eq!(binary.energy(&[true, true]), 100.0);
}

#[test]
fn qbsolv_files_are_read_with_their_counts() {
    let text = "c a comment\np qubo 0 4 2 2\n0 0 3.4\n2 2 -1\n0 2 4\n1 3 -2.5\n";
    let bqm = read(Format::Qubo, text).unwrap();
    let expected = (Vartype::Binary, &[3.4, 0.0, -1.0, 0.0][..], vec![(0, 2, 4.0), (1, 3, -2.5)], 0.0);
    assert_eq!(parts(&bqm), expected);
}

#[test]
fn graphs_are_max_cut_problems() {
    // A triangle of weights 1, 2, 3: the best cut separates the vertex between the edges 2 and 3.
    let bqm = read(Format::Rudy, "3 3\n1 2 1\n2 3 2\n1 3 3\n").unwrap();
    assert_eq!(parts(&bqm), (Vartype::Spin, &[0.0; 3][..], vec![(0, 1, 1.0), (0, 2, 3.0), (1, 2, 2.0)], 0.0));
    let cut = |sample: &[bool]| (6.0 - bqm.energy(sample)) / 2.0;
    assert_eq!(cut(&[true, true, false]), 5.0);
    assert_eq!(read(Format::Rudy, "2 1\n1 2\n").unwrap().couplings()[0].value, 1.0);
}

#[test]
fn beasleys_programs_count_what_is_off_the_diagonal_twice() {
    let bqm = read(Format::Bqp, "2 2\n1 1 5\n1 2 -3\n").unwrap();
    assert_eq!(bqm.energy(&[true, true]), 5.0 - 6.0);
}

#[test]
fn faults_are_named_with_their_place_and_remedy() {
    for (format, text, message) in [
        (Format::Coo, "0 1 1\n", "1:1: the vartype is missing; write '# vartype=SPIN' or '# vartype=BINARY' above"),
        (Format::Coo, "# vartype=QUTRIT\n", "1:1: vartype 'QUTRIT' is neither SPIN nor BINARY"),
        (Format::Coo, "# vartype=SPIN\n0 x 1\n", "2:3: variable 'x' is no whole number"),
        (Format::Coo, "# vartype=SPIN\n0 1 inf\n", "2:5: value 'inf' is no finite number; write such as -1.5"),
        (Format::Coo, "# vartype=SPIN\n0 1\n", "2:1: expected 'i j value', found 2 words"),
        (Format::Coo, "# vartype=SPIN\n0 1 2 3\n", "2:7: expected 'i j value', found 4 words"),
        (Format::Coo, "# vartype=SPIN\n-1 1 2\n", "2:1: variable '-1' is no whole number"),
        (Format::Qubo, "0 0 1\n", "1:1: expected 'p qubo 0 maxNodes nodes couplers', found 3 words"),
        (Format::Qubo, "c\n", "1:1: there is no line 'p qubo 0 maxNodes nodes couplers'"),
        (Format::Qubo, "p qubo 0 2 1 0\n2 2 1\n", "2:1: variable 2 is not below maxNodes 2"),
        (Format::Qubo, "p qubo 0 2 0 1\n1 0 1\n", "2:1: a coupler has its smaller variable first: '0 1 …'"),
        (Format::Qubo, "p qubo 0 2 2 0\n0 0 1\n", "1:1: 2 nodes and 0 couplers are announced, 1 and 0 follow"),
        (Format::Qubo, "p qubo 7 2 2 0\n", "1:8: topology '7' is not read; write 0"),
        (Format::Rudy, "", "1:1: the file is empty; its first line is 'n m'"),
        (Format::Rudy, "0 0\n", "1:1: n is 0: there are no variables"),
        (Format::Rudy, "2 1\n1 3 1\n", "2:3: variable 3 is not one of 1 to 2"),
        (Format::Rudy, "2 1\n0 1 1\n", "2:1: variable 0 is not one of 1 to 2"),
        (Format::Rudy, "2 1\n1 1 1\n", "2:3: an edge from 1 to itself is never cut"),
        (Format::Rudy, "2 2\n1 2 1\n", "1:1: 2 lines are announced, 1 follow"),
        (Format::Bqp, "9999999 1\n1 1 1\n", "1:1: 9999999 variables are more than 1048576; split the problem"),
        (
            Format::Coo,
            "# vartype=SPIN\n0 1 1e308\n0 1 1e308\n",
            "the coefficients are so large that their sum is infinite; scale them down",
        ),
    ] {
        assert_eq!(read(format, text).unwrap_err().to_string(), message, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[0-9 .\\-#=a-zA-Z\n\tλ🙂]{0,80}") {
        for (_, format) in Format::ALL {
            let _ = read(format, &text);
        }
    }

    #[test]
    fn a_changed_file_is_read_or_refused(at in 0usize..60, character in any::<char>()) {
        let texts = [
            (Format::Coo, "# vartype=SPIN\n0 0 -1.5\n0 1 3\n1 2 0.5\n"),
            (Format::Qubo, "c x\np qubo 0 4 2 2\n0 0 3.4\n2 2 -1\n0 2 4\n1 3 -2.5\n"),
            (Format::Rudy, "3 3\n1 2 1\n2 3 2\n1 3 3\n"),
            (Format::Bqp, "3 3\n1 1 1\n2 3 2\n1 3 3\n"),
        ];
        for (format, text) in texts {
            let mut characters: Vec<char> = text.chars().collect();
            let place = at % characters.len();
            characters[place] = character;
            let _ = read(format, &characters.into_iter().collect::<String>());
        }
    }
}

#[test]
fn the_first_line_tells_the_format() {
    let sniffed = |text: &str| Format::named("auto", text.as_bytes()).map(Format::name);
    for (text, name) in [
        ("# vartype=SPIN\n0 1 1\n", "coo"),
        ("0 1 -2.5\n", "coo"),
        ("\n  c by hand\np qubo 0 1 0 0\n", "qubo"),
        ("p qubo 0 1 0 0\n", "qubo"),
        ("800 19176\n1 2 1\n", "rudy"),
        (" {\"type\": 1}", "dimod-json"),
        ("DIMODBQM\x02\x00", "dimod-bqm"),
        ("{\n \"format\": \"ketflow-problem/1\", \"problem\": 1}", "problem-json"),
        ("\\ a note\nMin\n x\n", "lp"),
        ("Maximize\n x\n", "lp"),
    ] {
        assert_eq!(sniffed(text), Ok(name), "{text}");
        assert_eq!(Format::named(name, b""), Ok(Format::ALL.iter().find(|(known, _)| *known == name).unwrap().1));
    }
    for text in ["", "hello", "1 2 3 4", "OPENQASM 3.0;", "-1 2"] {
        assert_eq!(sniffed(text).unwrap_err().position, Some((1, 1)), "{text}");
    }
    assert!(Format::named("gset", b"").unwrap_err().message.contains("rudy, bqp"));
}
