//! The reader against the JSON test suite and the rounding of numbers.

use super::*;
use base64::Engine;

/// Reads any value whose objects have only the names of the test suite.
fn value(reader: &mut Reader, depth: usize) -> Result<(), Fault> {
    const NAMES: &[&str] = &["", "a", "b", "asd", "min", "max"];
    if depth > 40 {
        return Err(reader.invalid(0, "is too deep for this test"));
    }
    let offset = reader.offset();
    match reader.kind() {
        Kind::Object => reader.object("an object", NAMES, |reader, _| value(reader, depth + 1)),
        Kind::Array => reader.array("an array", |reader, _| value(reader, depth + 1)).map(|_| ()),
        Kind::String => reader.text("a string").map(|_| ()),
        Kind::Word => {
            let word = reader.word();
            if !is_number(word) && !["true", "false", "null"].contains(&word) {
                return Err(reader.invalid(offset, "is no literal"));
            }
            reader.at += word.len();
            Ok(())
        }
    }
}

#[test]
fn agrees_with_the_json_test_suite() {
    let text = include_str!("../../../../test/vectors/strings/jsontestsuite.b64.json");
    let cases: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for (name, bytes) in &cases {
        let bytes = base64::engine::general_purpose::STANDARD.decode(bytes.as_str().unwrap()).unwrap();
        let read = std::str::from_utf8(&bytes).ok().map(|source| {
            let mut reader = Reader::new(source, None);
            value(&mut reader, 0).and_then(|()| reader.end()).map_err(|fault| fault.message)
        });
        // A name twice in an object is grammar, and still refused: it is nearly always a mistake.
        let is_accepted = read == Some(Ok(()));
        match name.as_bytes()[0] {
            b'y' if name != "y_object_duplicated_key_and_value.json" => {
                assert!(is_accepted, "{name}: {read:?}");
                accepted += 1;
            }
            b'n' | b'y' => {
                assert!(!is_accepted, "{name}");
                refused += 1;
            }
            _ => {}
        }
    }
    assert_eq!((accepted, refused), (46, 93));
}

#[test]
fn strings_are_decoded() {
    let read = |source: &str| Reader::new(source, None).text("a string").map(Cow::into_owned).map_err(|f| f.message);
    assert_eq!(read(r#""a\/b\n\u00e9\ud83d\ude00é""#).unwrap(), "a/b\né😀é");
    for broken in [r#""\ud83d""#, r#""\ud83d\u0041""#, r#""\u+041""#, r#""\x""#, "\"\t\"", r#""abc"#, r#""\u00é""#] {
        assert!(read(broken).is_err(), "{broken}");
    }
}

#[test]
fn numbers_are_rounded_to_nearest() {
    let read = |source: &str| Reader::new(source, None).f32().map_err(|fault| fault.message);
    assert_eq!(read("0.1").unwrap(), 0.1f32);
    assert_eq!(read("-1e-46").unwrap().to_bits(), (-0.0f32).to_bits());
    assert_eq!(read("1e-45").unwrap(), f32::from_bits(1));
    assert_eq!(read("3.4028235e38").unwrap(), f32::MAX);
    assert_eq!(
        read("3.4028236e38"),
        Err("the document is 3.4028236e38, beyond the largest f32, 3.4028235e38; scale it down".into())
    );
}
