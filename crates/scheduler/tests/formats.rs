//! Problems as people and programs write them, and what is said of the malformed ones.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_scheduler::problem::{Demand, Mode, Resource};
use ketflow_scheduler::read::{Format, read as reading};
use ketflow_scheduler::{Error, Objective, Problem, view};
use proptest::prelude::*;

fn read(format: Format, text: &str) -> Result<Problem, Error> {
    reading(format, text.as_bytes())
}

const RCP: &str = "4 2\n3 2\n0 0 0 2 2 3\n2 1 0 1 4\n3 2 2 1 4\n0 0 0 0\n";
const JSP: &str = "# two jobs\n2 2\n 0 3  1 2\n 1 4  0 1\n";
const FJS: &str = "2 3 1.5\n2 2 1 5 3 4 1 2 3\n1 1 2 2\n";
const JSON: &str = r#"{"format": "ketflow-schedule/1", "objective": "total-weighted-tardiness", "machines": ["saw"],
  "resources": [{"name": "crew", "capacity": 3}],
  "tasks": [{"id": "b", "duration": 2, "after": ["a"], "demands": {"crew": 3}, "release": 1, "due": 4, "weight": 2},
            {"id": "a", "modes": [{"duration": 5}, {"duration": 1, "machine": "saw", "demands": {"crew": 1}}]}]}"#;

fn mode(duration: u32, machine: Option<u32>, demands: &[(u32, u32)]) -> Mode {
    let demands = demands.iter().map(|(resource, amount)| Demand { resource: *resource, amount: *amount }).collect();
    Mode { duration, machine, demands, cost: 0 }
}

#[test]
fn projects_are_read_as_written() {
    let problem = read(Format::Rcp, RCP).unwrap();
    let names: Vec<&str> = problem.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(names, ["1", "2", "3", "4"]);
    assert_eq!(problem.resources.iter().map(|resource| resource.capacity).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(problem.tasks[2].modes, [mode(3, None, &[(0, 2), (1, 2)])]);
    assert_eq!(problem.tasks[3].after, [1, 2]);
    // Line breaks are spaces.
    assert_eq!(read(Format::Rcp, &RCP.replace('\n', " ")).unwrap(), problem);
    assert_eq!(read(Format::Rcp, &RCP.replace('\n', "\r\n")).unwrap(), problem);
}

#[test]
fn shops_are_read_as_written() {
    let problem = read(Format::Jsp, JSP).unwrap();
    assert_eq!(problem.machines, ["0", "1"]);
    assert_eq!(problem.tasks[3].id, "2.2");
    assert_eq!((&problem.tasks[3].after[..], &problem.tasks[3].modes[..]), (&[2][..], &[mode(1, Some(0), &[])][..]));
    assert!(problem.tasks[2].after.is_empty());
    let flexible = read(Format::Fjs, FJS).unwrap();
    assert_eq!(flexible.machines, ["1", "2", "3"]);
    assert_eq!(flexible.tasks[0].modes, [mode(5, Some(0), &[]), mode(4, Some(2), &[])]);
    assert_eq!(flexible.tasks[2].id, "2.1");
    assert_eq!(read(Format::Fjs, &FJS.replace(" 1.5", "")).unwrap(), flexible);
}

#[test]
fn tables_of_times_and_machines_are_the_shop_of_their_pairs() {
    let pairs = read(Format::Jsp, JSP).unwrap();
    for text in [
        "Nb of jobs, Nb of Machines, Time seed, Machine seed, Upper bound, Lower bound\n 2 2 840612802 398197754 7 5\nTimes\n3 2\n4 1\nMachines\n1 2\n2 1\n",
        "2 2\n3 2\n4 1\n1 2\n2 1\n",
    ] {
        assert_eq!(read(Format::Jsp, text).unwrap(), pairs);
    }
    for (text, message) in [
        ("2 2\nTimes\n3 2\n", "3:1: 2 jobs are announced, 1 rows of times follow"),
        ("2 2\nTimes\n3 2\n4 1\nMachines\n1 2\n", "6:1: 2 jobs are announced, 1 rows follow"),
        ("2 2\nTimes\n3 2\n4 1\nMachines\n1 2\n0 1\n", "7:1: machine 0 is not one of 1 to 2"),
        ("2 2\nTimes\n3\n4 1\nMachines\n1 2\n1 2\n", "3:2: a duration is missing here"),
        ("2 2\nTimes\n3 2 5\n4 1\nMachines\n1 2\n1 2\n", "3:5: '5' stands behind the 2 times of job 1"),
        (
            "2 2 1 2 3 4 5\nTimes\n3 2\n4 1\nMachines\n1 2\n2 1\n",
            "1:13: '5' stands behind the sizes, two seeds and two bounds",
        ),
    ] {
        assert_eq!(read(Format::Jsp, text).unwrap_err().to_string(), message);
    }
}

#[test]
fn documents_are_read_as_written() {
    let problem = read(Format::ScheduleJson, JSON).unwrap();
    assert_eq!(problem.objective, Some(Objective::TotalWeightedTardiness));
    assert_eq!(problem.resources, [Resource { name: "crew".to_owned(), capacity: 3 }]);
    assert_eq!(problem.tasks[1].modes, [mode(5, None, &[]), mode(1, Some(0), &[(0, 1)])]);
    let task = &problem.tasks[0];
    assert_eq!((&task.after[..], task.release, task.due, task.weight), (&[1][..], 1, Some(4), 2));
    assert_eq!(problem.task("a"), Some(1));
    assert_eq!(
        view(&problem),
        concat!(
            r#"{"machines":["saw"],"objective":"total-weighted-tardiness","resources":[{"capacity":3,"name":"crew"}],"#,
            r#""tasks":[{"after":[1],"id":"b","modes":1},{"after":[],"id":"a","modes":2}]}"#
        )
    );
}

#[test]
fn formats_have_names() {
    for (name, format) in Format::ALL {
        assert_eq!(Format::named(name), Ok(format));
    }
    let error = Format::named("mpp").unwrap_err();
    assert_eq!(error.message, "format 'mpp' is not known; give one of rcp, jsp, fjs, schedule-json");
}

/// The document with something else in the place of `from`, which occurs once.
fn with(from: &str, to: &str) -> String {
    assert_eq!(JSON.matches(from).count(), 1);
    JSON.replace(from, to)
}

#[test]
fn faults_are_named_with_their_place_and_remedy() {
    let json = |from: &str, to: &str| (Format::ScheduleJson, with(from, to));
    let text = |format: Format, text: &str| (format, text.to_owned());
    for ((format, text), message) in [
        (text(Format::Rcp, ""), "1:1: the number of tasks is missing here"),
        (text(Format::Rcp, "0 1"), "1:1: the number of tasks is 0; give 1 to 10000"),
        (text(Format::Rcp, "10001 1"), "1:1: the number of tasks 10001 is more than 10000"),
        (text(Format::Rcp, "2 1\n3\n1 4 0\n"), "3:3: task 1 demands 4 of resource 1, whose capacity is 3"),
        (text(Format::Rcp, "2 1\n3\n1 x 0\n"), "3:3: demand 'x' is no whole number from 0 to 1000000000"),
        (text(Format::Rcp, "2 1\n3\n1 0 1 3\n"), "3:7: successor 3 is not one of the tasks 1 to 2"),
        (text(Format::Rcp, "2 1\n3\n1 0 1 1\n"), "3:7: task 1 cannot come after itself"),
        (text(Format::Rcp, "2 1\n3\n1 0 1 2\n"), "3:8: the duration of task 2 is missing here"),
        (text(Format::Rcp, "1 0\n1 0\n9\n"), "3:1: '9' stands behind the last of 1 tasks"),
        (
            text(Format::Rcp, "3 0\n1 0\n1 1 3\n1 1 2\n"),
            "3:1: each of these tasks has to wait for the one before it, in a circle: '2' → '3' → '2'; remove one precedence",
        ),
        (text(Format::Jsp, "\n"), "1:1: the file is empty; its first line is 'jobs machines'"),
        (text(Format::Jsp, "1 2 3\n"), "1:5: '3' stands behind 'jobs machines'"),
        (text(Format::Jsp, "1 2\n0 3 2 4\n"), "2:5: machine 2 is not one of 0 to 1"),
        (text(Format::Jsp, "1 2\n0 3 1\n"), "2:6: a duration is missing here"),
        (text(Format::Jsp, "1 1\n0 3 0\n"), "2:5: '0' stands behind the 1 operations of job 1"),
        (text(Format::Jsp, "2 1\n0 3\n"), "2:1: 2 jobs are announced, 1 rows follow"),
        (text(Format::Jsp, "1 1\n0 3\n0 3\n"), "3:1: '0' stands behind the last of 1 jobs"),
        (text(Format::Jsp, "1 1\n0 -3\n"), "2:3: duration '-3' is no whole number from 0 to 1000000000"),
        (text(Format::Fjs, "1 1 x\n"), "1:5: the average of alternatives 'x' is no number"),
        (text(Format::Fjs, "1 1\n1 0\n"), "2:3: the number of alternatives of operation 1.1 is 0; give 1 to 1"),
        (text(Format::Fjs, "1 1\n1 1 0 4\n"), "2:5: machine 0 is not one of 1 to 1"),
        (text(Format::Fjs, "1 1\n0\n"), "2:1: the number of operations of job 1 is 0; give 1 to 10000"),
        (text(Format::ScheduleJson, "{"), "1:1: the document: EOF while parsing an object"),
        (
            json("schedule/1", "schedule/2"),
            "1:1: format is 'ketflow-schedule/2'; this version reads 'ketflow-schedule/1'",
        ),
        (
            json("total-weighted-tardiness", "speed"),
            "1:53: the document: unknown variant `speed`, expected one of `makespan`,",
        ),
        (json("\"capacity\": 3", "\"capacity\": -3"), "2:47: the document: invalid value: integer `-3`, expected u32"),
        (
            json("\"duration\": 2", "\"duration\": 2.5"),
            "3:39: tasks[0]: invalid type: floating point `2.5`, expected u32",
        ),
        (json("\"release\"", "\"relaese\""), "3:88: tasks[0]: unknown field `relaese`, expected one of"),
        (json("[\"a\"]", "[\"x\"]"), "3:13: tasks[0].after[0]: there is no task 'x'"),
        (
            json("{\"crew\": 3}", "{\"crane\": 3}"),
            "3:13: tasks[0].demands: 'crane' is not the name of one of resources",
        ),
        (
            json("{\"crew\": 3}", "{\"crew\": 4}"),
            "3:13: task 'b' demands 4 of resource 'crew', whose capacity is 3; raise it or leave the mode out",
        ),
        (
            json("{\"crew\": 3}", "{\"crew\": 1, \"crew\": 1}"),
            "3:13: task 'b' demands resource 'crew' twice in one mode",
        ),
        (json("\"machine\": \"saw\"", "\"machine\": \"sew\""), "4:13: tasks[1].machine: 'sew' is not one of machines"),
        (json("\"duration\": 2, ", ""), "3:13: tasks[0]: give duration or modes"),
        (json("\"id\": \"a\", ", "\"id\": \"a\", \"duration\": 1, "), "4:13: tasks[1].duration: leave it out"),
        (
            json("\"id\": \"a\", ", "\"id\": \"a\", \"machine\": \"saw\", "),
            "4:13: tasks[1]: give machine, demands and cost inside",
        ),
        (json("\"id\": \"a\"", "\"id\": \"b\""), "3:13: tasks[0].after[0]: there is no task 'a'"),
        (
            json("[\"a\"], ", "[\"b\"], "),
            "3:13: each of these tasks has to wait for the one before it, in a circle: 'b' → 'b'",
        ),
        (json("\"weight\": 2", "\"weight\": 1000000001"), "3:13: weight 1000000001 of task 'b'; at most 1000000000"),
    ] {
        let error = read(format, &text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text}\n{error}\n{message}");
    }
}

#[test]
fn sizes_have_limits() {
    let horizon = r#"{"format":"ketflow-schedule/1","tasks":[{"id":"a","duration":1000000000},{"id":"b","duration":1000000000},
      {"id":"c","duration":1000000000}]}"#;
    let error = read(Format::ScheduleJson, horizon).unwrap_err();
    assert_eq!(error.code.as_str(), "too-large");
    assert!(error.message.contains("add up to 3000000000; at most 2147483647"), "{error}");
    let weights =
        r#"{"format":"ketflow-schedule/1","tasks":[{"id":"a","duration":1000000000,"due":1,"weight":1000000000}]}"#;
    let error = read(Format::ScheduleJson, weights).unwrap_err();
    assert!(error.message.starts_with("weights that add up to 1000000000 over 1000000000"), "{error}");
    let twice = r#"{"format":"ketflow-schedule/1","tasks":[{"id":"a","duration":1},{"id":"a","duration":1}]}"#;
    assert_eq!(read(Format::ScheduleJson, twice).unwrap_err().to_string(), "1:65: tasks 1 and 2 are both called 'a'");
    assert_eq!(reading(Format::Jsp, b"1 1\n\xff").unwrap_err().position, Some((2, 1)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    /// Cut, doubled and exchanged pieces: an answer, never a panic, and every error of a text has a place.
    #[test]
    fn mutations_have_an_answer(which in 0usize..4, at in 0usize..600, size in 0usize..20, to in 0usize..600, piece in 0usize..10) {
        let (format, source) =
            [(Format::Rcp, RCP), (Format::Jsp, JSP), (Format::Fjs, FJS), (Format::ScheduleJson, JSON)][which];
        let pieces = ["", "-1", "4294967296", "1e9", "é", "{", "]", "\"", "\n", "0"];
        let mut bytes = source.as_bytes().to_vec();
        let (from, to) = (at % bytes.len(), to % bytes.len());
        let cut: Vec<u8> = bytes.drain(from..(from + size).min(source.len())).collect();
        let to = to.min(bytes.len());
        bytes.splice(to..to, cut.into_iter().chain(pieces[piece].bytes()));
        if let Err(error) = reading(format, &bytes) {
            prop_assert!(!error.message.is_empty());
            if format != Format::ScheduleJson {
                prop_assert!(error.position.is_some(), "{}", error);
            }
        }
    }
}
