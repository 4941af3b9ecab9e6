//! Files that nobody would write: mutations of valid ones. Never a panic, never a hang, and what is accepted can be run.
// Clippy lets tests unwrap, but not the helpers they share.
#![allow(clippy::unwrap_used)]

use ketflow_qnet::{Unmonitored, read, run};

const FILES: &[&str] = &[
    r#"{"format": "ketflow-net/1", "dtype": "f32", "layers": [
      {"kind": "dense", "weights": [[1, -2.5e-1], [3.25, 4]], "bias": [0.5, -1], "activation": "tanh"},
      {"kind": "dense", "weights": [[1, 2], [3, 4], [5, 6]], "bias": [7, 8, 9], "activation": "softmax"},
      {"kind": "dueling", "value": {"weights": [[1, 1, 1]], "bias": [0], "activation": "linear"},
       "advantage": {"kind": "dense", "weights": [[1, 0, 0], [0, 1, 0]], "bias": [0, 1]}}],
      "states": [[1, 2], [3, 4], [1e-3, -1E+2]]}"#,
    r#"{"dtype":"f32","states":{"base64":"AACAPwAAAEAAAEBA","shape":[3,1]},"format":"ketflow-net\/1","layers":[{"bias":
      {"shape":[1],"base64":"AACAPw=="},"weights":{"base64":"AAAAwA==","shape":[1,1]},"kind":"dense","activation":"relu"}]}"#,
];

/// Pieces that a mutation puts in.
const PIECES: &[&str] = &[
    "NaN",
    "Infinity",
    "-",
    "1e39",
    "1e-46",
    "1e400",
    "null",
    "true",
    "[]",
    "{}",
    "[[]]",
    "\"\"",
    "\"",
    "\\",
    "\\u",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "0",
    "-0",
    "01",
    "1.",
    ".5",
    "16777216",
    "99999999999999999999",
    "\"base64\"",
    "\"shape\"",
    "é",
    "\u{feff}",
    "\"dueling\"",
    "\"dense\"",
    "\"softmax\"",
    "=",
    "\0",
];

/// Marsaglia's xorshift64*: enough to choose where to cut.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((u128::from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)) * bound as u128) >> 64) as usize
    }
}

fn tokens(source: &[u8]) -> Vec<&[u8]> {
    source.chunk_by(|x, y| x.is_ascii_alphanumeric() && y.is_ascii_alphanumeric()).collect()
}

fn mutated(source: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..1 + random.below(2) {
        let (at, to) = (random.below(bytes.len()), random.below(bytes.len()));
        let (low, high) = (at.min(to), at.max(to));
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes.truncate(at.max(1)),
            2 => bytes.drain(low..high.min(low + 30)).for_each(drop),
            3 => {
                let piece = bytes[low..high].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.splice(at..at, PIECES[random.below(PIECES.len())].bytes()).for_each(drop),
            choice => {
                let mut list: Vec<Vec<u8>> = tokens(&bytes).into_iter().map(<[u8]>::to_vec).collect();
                let (x, y) = (random.below(list.len()), random.below(list.len()));
                if choice == 5 {
                    list.swap(x, y);
                } else {
                    list[x] = PIECES[random.below(PIECES.len())].as_bytes().to_vec();
                }
                bytes = list.concat();
            }
        }
        if bytes.is_empty() {
            return bytes;
        }
    }
    bytes
}

#[test]
fn mutations_never_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut accepted, mut ran) = (0, 0);
    for file in FILES {
        for _ in 0..40_000 {
            let source = mutated(file.as_bytes(), &mut random);
            match read(&source) {
                Ok(document) => {
                    accepted += 1;
                    let Some(states) = document.states else { continue };
                    if let Ok(result) = run(&document.network, &states, &mut Unmonitored) {
                        ran += 1;
                        assert_eq!(result.outputs.len(), result.argmax.len() * result.actions);
                        result.to_container();
                    }
                }
                Err(error) => {
                    let (line, column) = error.position.unwrap();
                    let lines = source.split(|byte| *byte == b'\n').count();
                    assert!(line >= 1 && column >= 1 && line as usize <= lines, "{error}");
                    assert!(error.message.len() < 400, "{error}");
                }
            }
        }
    }
    // Both kinds are there, or the mutations are too wild or too tame to find anything.
    assert!(accepted > 1_000 && ran > 1_000, "{accepted} accepted, {ran} ran");
}

#[test]
fn deep_nesting_is_refused_at_its_first_level() {
    let source = format!(r#"{{"states": {}"#, "[".repeat(1_000_000));
    let error = read(source.as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "1:14: states[0][0] is an array; give a finite number such as -0.25 or 1e-3");
}
