//! Files that dimod wrote, with the energies that it computes (`test/vectors/dimod/generate.py`), and broken ones.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_annealer::Vartype;
use ketflow_annealer::read::{Format, Labels, Model, read};
use proptest::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

const NAMES: [&str; 4] = ["labels", "numbers", "single", "float32"];

fn bytes(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test/vectors/dimod");
    fs::read(folder.join(name)).unwrap()
}

fn labels(model: &Model) -> Vec<Value> {
    match &model.labels {
        Labels::From(first) => (0..model.bqm.size()).map(|k| Value::from(k as u64 + u64::from(*first))).collect(),
        Labels::Listed(texts) => texts.iter().map(|text| serde_json::from_str(text).unwrap()).collect(),
    }
}

#[test]
fn files_of_dimod_have_the_energies_that_it_computes() {
    let expected: Value = serde_json::from_slice(&bytes("expected.json")).unwrap();
    for name in NAMES {
        for (format, suffix) in [(Format::DimodJson, "json"), (Format::DimodBqm, "bqm")] {
            let model = read(format, &bytes(&format!("{name}.{suffix}"))).unwrap();
            let wanted = &expected[name];
            let vartype = if wanted["vartype"] == "SPIN" { Vartype::Spin } else { Vartype::Binary };
            assert_eq!(model.bqm.vartype(), vartype, "{name}.{suffix}");
            assert_eq!(Value::from(labels(&model)), wanted["labels"], "{name}.{suffix}");
            let size = model.bqm.size();
            let energies: Vec<f64> = (0..1u32 << size)
                .map(|word| model.bqm.energy(&(0..size).map(|k| word >> k & 1 == 1).collect::<Vec<_>>()))
                .collect();
            assert_eq!(Value::from(energies), wanted["energies"], "{name}.{suffix}");
        }
    }
}

#[test]
fn what_is_no_model_is_refused_with_the_reason() {
    let changed = |from: &str, to: &str| {
        let text = String::from_utf8(bytes("labels.json")).unwrap();
        assert!(text.contains(from), "{from}");
        read(Format::DimodJson, text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string()
    };
    for (from, to, message) in [
        ("\"SPIN\"", "\"QUTRIT\"", "vartype 'QUTRIT' is neither SPIN nor BINARY"),
        ("false", "true", "use_bytes is true: write it with to_serializable(use_bytes=False)"),
        ("[0, 1]", "[0, 7]", "interaction 1 is between variables 7 and 2; give two different ones below 3"),
        ("[0, 1]", "[0, 2]", "interaction 1 is between variables 2 and 2; give two different ones below 3"),
        ("[-1.5, ", "[", "linear_biases has 2 entries; there have to be 3"),
        ("\"b\"", "\"a\"", "the label \"a\" is there twice; name each of the 3 variables once"),
        (
            "\"num_variables\": 3",
            "\"num_variables\": -3",
            "1:155: not a BQM of dimod: invalid value: integer `-3`, expected usize",
        ),
        (", \"info\": {}", ", \"info\": {", "1:271: not a BQM of dimod: key must be a string"),
    ] {
        assert_eq!(changed(from, to), message, "{from}");
    }
    assert!(changed("3.0.0", "2.0.0").contains("write it with dimod 0.10 or newer"));
    let error = read(Format::Coo, &bytes("labels.bqm")).unwrap_err();
    assert_eq!(error.to_string(), "this is a DIMODBQM file; give the format dimod-bqm");
    let error = read(Format::Coo, b"# vartype=SPIN\n0 1 \xff\n").unwrap_err();
    assert_eq!(error.to_string(), "2:1: the text is not UTF-8 from here on");
}

#[test]
fn a_file_that_is_cut_off_anywhere_is_refused() {
    for name in NAMES {
        let whole = bytes(&format!("{name}.bqm"));
        // What comes behind the labels, or the couplings where there are none, is padding.
        let end = whole.windows(4).rposition(|word| word == b"VARS").unwrap_or(whole.len());
        for length in 0..end {
            let error = read(Format::DimodBqm, &whole[..length]).unwrap_err();
            assert_eq!(error.code.as_str(), "invalid-input", "{name} {length}");
        }
    }
}

proptest! {
    #[test]
    fn a_changed_byte_is_read_or_refused(name in prop::sample::select(&NAMES[..]), at: prop::sample::Index, value: u8) {
        for (format, suffix) in [(Format::DimodJson, "json"), (Format::DimodBqm, "bqm")] {
            let mut changed = bytes(&format!("{name}.{suffix}"));
            let place = at.index(changed.len());
            changed[place] = value;
            let _ = read(format, &changed);
        }
    }
}
