//! The recorded containers of `test/vectors/result-container`, written again from their meaning: the bytes are those that the
//! statevector engine wrote.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_container::{Container, Data};
use serde_json::Value;

/// Values of one section in the type of its dtype.
enum Values {
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

fn values(section: &Value) -> Values {
    let list = section["values"].as_array().unwrap();
    match section["dtype"].as_str().unwrap() {
        "u32" => Values::U32(list.iter().map(|v| v.as_u64().unwrap() as u32).collect()),
        "u64" => Values::U64(list.iter().map(|v| v.as_str().unwrap().parse().unwrap()).collect()),
        "f32" => Values::F32(list.iter().map(|v| v.as_f64().unwrap() as f32).collect()),
        "f64" => Values::F64(list.iter().map(|v| v.as_f64().unwrap()).collect()),
        other => panic!("dtype {other}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn writes_the_recorded_bytes() {
    for text in [
        include_str!("../../../test/vectors/result-container/bell.json"),
        include_str!("../../../test/vectors/result-container/every-section.json"),
        include_str!("../../../test/vectors/result-container/f32-amplitudes.json"),
        include_str!("../../../test/vectors/result-container/two-words-per-outcome.json"),
    ] {
        let case: Value = serde_json::from_str(text).unwrap();
        let sections = case["meaning"]["sections"].as_array().unwrap();
        let values: Vec<Values> = sections.iter().map(values).collect();
        let mut container = Container::default();
        // Backwards, because the writer must order the sections itself.
        for (section, values) in sections.iter().zip(&values).rev() {
            let shape: Vec<usize> =
                section["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
            let data = match values {
                Values::U32(list) => Data::U32(list),
                Values::U64(list) => Data::U64(list),
                Values::F32(list) => Data::F32(list),
                Values::F64(list) => Data::F64(list),
            };
            container.add(section["name"].as_str().unwrap(), &shape, data);
        }
        let bytes = container.to_bytes(case["meaning"]["schema"].as_str().unwrap());
        assert_eq!(hex(&bytes), case["hex"].as_str().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn zero_has_one_form() {
    let bytes = |zero: f32| {
        let zero = [zero];
        let mut container = Container::default();
        container.add("x", &[1], Data::F32(&zero));
        container.to_bytes("test/1")
    };
    assert_eq!(bytes(-0.0), bytes(0.0));
}

#[test]
#[should_panic(expected = "a result is not a number")]
fn stops_on_nan() {
    let mut container = Container::default();
    container.add("x", &[1], Data::F64(&[f64::NAN]));
    container.to_bytes("test/1");
}

#[test]
#[should_panic(expected = "the shape of section x")]
fn stops_on_a_wrong_shape() {
    Container::default().add("x", &[2, 2], Data::U64(&[1, 2, 3]));
}
