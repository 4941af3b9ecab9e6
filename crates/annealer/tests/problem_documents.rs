//! What is said of documents and LP files that are no problems, and how LP files may be written.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::{Bqm, Format, read};
use proptest::prelude::*;

fn error(format: Format, text: &str) -> String {
    read(format, text.as_bytes()).unwrap_err().to_string()
}

fn check_errors(format: Format, cases: &[(&str, &str)]) {
    let found = cases.iter().map(|(text, message)| (text, error(format, text), message));
    let wrong = found.filter(|(_, found, message)| found != *message);
    let lines: Vec<String> =
        wrong.map(|(text, found, message)| format!("{text:?}\n  is {found}\n not {message}")).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn faults_of_documents_are_named_with_their_place_and_remedy() {
    check_errors(
        Format::ProblemJson,
        &[
            ("{", "1:1: not a ketflow-problem/1 document: EOF while parsing an object"),
            (r#"{"vertices":[]}"#, "1:15: not a ketflow-problem/1 document: missing field `problem`"),
            (
                r#"{"problem":"sudoku"}"#,
                "1:1: problem is 'sudoku'; give one of max-cut, number-partitioning, graph-coloring, knapsack, set-cover, \
             travelling-salesman, assignment, portfolio, scheduling",
            ),
            (
                r#"{"format":"ketflow-problem/2","problem":"max-cut"}"#,
                "1:1: format is 'ketflow-problem/2'; this version reads 'ketflow-problem/1'",
            ),
            (
                "{\"problem\":\"max-cut\",\n \"vertices\":[1],\"edges\":[],\"color\":1}",
                "2:34: not a ketflow-problem/1 document: unknown field `color`, expected one of `format`, `problem`, `vertices`, `edges`",
            ),
            (
                r#"{"problem":"max-cut","vertices":[9007199254740991,9007199254740992],"edges":[]}"#,
                "vertices[1]: 9007199254740992 is not below 2^53; give it as a text",
            ),
            (r#"{"problem":"max-cut","vertices":[],"edges":[]}"#, "vertices is empty; a problem has at least one"),
            (
                r#"{"problem":"max-cut","vertices":["a","b","a"],"edges":[]}"#,
                "vertices[2]: 'a' is vertices[0] already; give each a name of its own",
            ),
            (
                r#"{"problem":"max-cut","vertices":["a","b"],"edges":[["a","c"]]}"#,
                "edges[0]: 'c' is not one of vertices",
            ),
            (
                r#"{"problem":"max-cut","vertices":["a"],"edges":[["a","a",2]]}"#,
                "edges[0]: an edge from 'a' to itself; take it out",
            ),
            (
                r#"{"problem":"max-cut","vertices":["a"],"edges":[["a"]]}"#,
                "1:53: not a ketflow-problem/1 document: an edge: give [u, v] or [u, v, weight]",
            ),
            (
                r#"{"problem":"max-cut","vertices":[1.5],"edges":[]}"#,
                "1:37: not a ketflow-problem/1 document: a name: give a text or a whole number from 0",
            ),
            (r#"{"problem":"number-partitioning","numbers":[]}"#, "numbers is empty; a problem has at least one"),
            (
                r#"{"problem":"number-partitioning","numbers":[1,0]}"#,
                "numbers[1] is 0, which changes no sum; take it out",
            ),
            (
                r#"{"problem":"number-partitioning","numbers":[-3]}"#,
                "1:47: not a ketflow-problem/1 document: invalid value: floating point `-3.0`, expected a whole number from 0 to \
             4294967295",
            ),
            (
                r#"{"problem":"number-partitioning","numbers":[90000000,9000000]}"#,
                "numbers add up to 99000000, more than 94906265; scale them down",
            ),
            (r#"{"problem":"graph-coloring","vertices":[1],"edges":[],"colors":0}"#, "colors is 0; give at least 1"),
            (
                r#"{"problem":"knapsack","capacity":1,"items":[{"id":1,"weight":1,"value":-1}]}"#,
                "1:74: not a ketflow-problem/1 document: invalid value: floating point `-1.0`, expected a number that is not below 0",
            ),
            (
                r#"{"problem":"knapsack","capacity":20000000,"items":[{"id":1,"weight":1,"value":1}]}"#,
                "capacity is 20000000, more than 16777216; scale it down with the weights",
            ),
            (
                r#"{"problem":"set-cover","elements":["x","y"],"sets":[{"id":1,"covers":["x"]}]}"#,
                "elements[1]: no set covers 'y'; add one, or take it out",
            ),
            (
                r#"{"problem":"set-cover","elements":["x"],"sets":[{"id":1,"covers":["x","x"]}]}"#,
                "sets[0].covers[1]: 'x' is there twice; give it once",
            ),
            (r#"{"problem":"travelling-salesman","cities":[1,2],"distances":[[0,1]]}"#, "distances has 1 rows; give 2"),
            (
                r#"{"problem":"travelling-salesman","cities":[1,2],"coordinates":[[0,1]]}"#,
                "coordinates has 1 entries; give 2",
            ),
            (r#"{"problem":"travelling-salesman","cities":[1,2]}"#, "give distances or coordinates, and not both"),
            (
                r#"{"problem":"travelling-salesman","cities":[1],"distances":[[0]]}"#,
                "cities has one entry; a tour has at least 2",
            ),
            (
                r#"{"problem":"assignment","facilities":[1,2],"locations":[1],"costs":[[1]]}"#,
                "there are 2 facilities and 1 locations; give as many of both",
            ),
            (
                r#"{"problem":"assignment","facilities":[1],"locations":[1],"flows":[[1]]}"#,
                "give flows and distances, or costs, or all three",
            ),
            (
                r#"{"problem":"portfolio","assets":[1],"returns":[1],"covariance":[[1]],"riskAversion":1,"choose":2}"#,
                "choose is 2; give 1 to 1, the number of assets",
            ),
            (
                r#"{"problem":"portfolio","assets":[1,2],"returns":[1,1],"covariance":[[1,2],[3,1]],"riskAversion":1,"choose":2}"#,
                "covariance[1][0] is not covariance[0][1]; give the same twice",
            ),
            (
                r#"{"problem":"scheduling","machines":0,"jobs":[{"id":1,"duration":1}]}"#,
                "machines is 0; give at least 1",
            ),
            (
                r#"{"problem":"scheduling","machines":4000000000,"jobs":[{"id":1,"duration":1}]}"#,
                "1048577 variables are more than 1048576; split the problem",
            ),
            (
                r#"{"problem":"knapsack","capacity":16777215,"items":[{"id":1,"weight":16777216,"value":1e6}]}"#,
                "the numbers are so large that energies with their penalties pass 2^53 and would be rounded; scale them down",
            ),
        ],
    );
}

#[test]
fn faults_of_lp_files_are_named_with_their_place_and_remedy() {
    check_errors(
        Format::Lp,
        &[
            ("", "1:1: the file ends without End"),
            (
                "max x\nst\nend\n",
                "variable 'x' is continuous; list it under Binary, or under General with a lower and an upper bound",
            ),
            ("st\n x <= 1\nend\n", "1:1: a file begins with Minimize or Maximize, not with 'st'"),
            ("min\n x\nst\n c: x + y 2 <= 1\nend\n", "4:11: expected + or - before 2"),
            ("min\n x\nst\n c: x + <= 1\nend\n", "4:9: expected a term, found '<='"),
            ("min\n x\nst\n c: x 1\nend\n", "4:7: expected + or - before 1"),
            ("min\n x\nst\n c: x <= y\nend\n", "4:10: expected a number, found 'y'"),
            ("min\n x\nst\n c: 3 <= 4\nend\n", "4:2: a constraint has at least one variable on its left side"),
            (
                "min\n x\nst\n c: x <= 1\n c: x >= 0\nbin\n x\nend\n",
                "5:2: constraint 'c' is there twice; give each a name of its own",
            ),
            (
                "min\n x\nst\n c: [ x ^2 ] <= 1\nend\n",
                "4:5: quadratic constraints are not compiled; write the products as new binary variables with linear constraints",
            ),
            ("min\n [ x ^2 ]\nst\nend\n", "3:1: brackets of an objective end with '] / 2'"),
            ("min\n [ x ^3 ] / 2\nst\nend\n", "2:6: in brackets every term is x ^2 or x * y"),
            ("min\n [ 3 ] / 2\nst\nend\n", "2:4: in brackets every term is x ^2 or x * y"),
            (
                "min\n x\nst\nbounds\n y <= 1\nend\n",
                "5:2: variable 'y' is in no objective and no constraint; take it out",
            ),
            ("min\n x\nst\nbounds\n x\nend\n", "5:2: 'x' has no bound here"),
            ("min\n x\ngeneral\n x\nend\n", "integer 'x' has no upper bound; give it one under Bounds"),
            (
                "min\n x\nbounds\n x free\ngeneral\n x\nend\n",
                "integer 'x' has no lower bound; give it one under Bounds",
            ),
            (
                "min\n x\nbounds\n x <= 1e30\ngeneral\n x\nend\n",
                "integer 'x' has no upper bound; give it one under Bounds",
            ),
            (
                "min\n x\nbounds\n 0.2 <= x <= 0.8\ngeneral\n x\nend\n",
                "variable 'x' has no value within its bounds; correct them",
            ),
            (
                "min\n x\nbounds\n x <= 99999999\ngeneral\n x\nend\n",
                "integer 'x' is between 0 and 99999999; bounds are from -16777216 to 16777216",
            ),
            (
                "min\n x\nst\n low: x >= 2\nbin\n x\nend\n",
                "constraint 'low' can never hold: within the bounds its left side is from 0 to 1; correct it",
            ),
            (
                "min\n x\nst\n odd: 2 x + 4 y = 3\nbin\n x y\nend\n",
                "4:2: constraint 'odd' can never hold: its left side is a multiple of 2, its right side is 3; correct it",
            ),
            (
                "min\n x\nst\n fine: 0.1234567 x <= 1\nbin\n x\nend\n",
                "4:2: constraint 'fine': coefficients have at most 6 decimals, and 1099511627776 units of the last one; round them",
            ),
            ("min\n x\nbin\n x\n", "4:3: the file ends without End"),
            ("min\n x\nbin\n x\nend\n x", "6:2: nothing follows End, but 'x' does"),
            ("min\n x\nsos\n s1: x:1\nend\n", "3:1: section 'sos' is not read; write it as linear constraints"),
            ("min\n x ?? y\nend\n", "2:4: expected + or - before '??'"),
            ("min\n x § y\nend\n", "2:4: the character '§' has no meaning here"),
            ("min\n 5\nst\nend\n", "there is no variable; a problem has at least one"),
        ],
    );
}

fn lp(text: &str) -> Bqm {
    read(Format::Lp, text.as_bytes()).unwrap().bqm
}

#[test]
fn an_lp_file_may_be_written_in_many_ways() {
    let plain = lp("Minimize\n obj: x - 2 y + [ 2 x * y ] / 2\nSubject To\n c1: x + y <= 1\nBinary\n x y\nEnd\n");
    for same in [
        "\\ a note\nMIN x - 2 y + [ 2 x * y ]/2 st\n",
        "minimise\n obj: x\n - 2 y\n + [ 2 x * y ] / 2\ns.t.\n x + y =< 1 \\ and another\nbin\n x\n y\nend",
        "minimum\nobj: x-2y+[2x*y]/2\nsuch that\n1 >= x + y\nbinaries\nx y\nend\n",
        "min\n x - 2 y + [ 2 x * y ] / 2\nsubject to\n c1: -inf <= x + y <= 1\nbounds\n x <= 1\n 0 <= y <= 1\nintegers\n x y\nend\n",
        "min\n x - 2 y + [ 3 x * y - y * x ] / 2\nst\n 0.5 x + 0.5 y < 0.5\ngen\n x y\nbounds\n x <= 1.5\n y <= 1\nend\n",
    ] {
        match read(Format::Lp, same.as_bytes()) {
            Ok(model) => assert_eq!(model.bqm, plain, "{same}"),
            // Sections begin lines, and a constraint's sides are finite.
            Err(error) => assert!(same.starts_with('\\') || same.contains("inf"), "{error}: {same}"),
        }
    }
    assert_eq!(
        error(Format::Lp, "min\n x\nst\n -inf <= x <= 1\nbin\n x\nend\n"),
        "4:2: the right side of a constraint is a finite number"
    );
    let scientific = lp("max\n 2e1 x + 2 e1\nbin\n x e1\nend\n");
    assert_eq!(scientific.linear(), [-20.0, -2.0]);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[a-z0-9 .<>=\\[\\]^*/:+\\-\n\\\\λ🙂]{0,80}", head in 0usize..4) {
        let start = ["", "min\n x\nst\n", "max\n x + [ x ^2", "min\n x\nbounds\n"][head];
        let _ = read(Format::Lp, format!("{start}{text}").as_bytes());
        let _ = read(Format::ProblemJson, format!("{{\"problem\":\"max-cut\",{text}").as_bytes());
    }
}
