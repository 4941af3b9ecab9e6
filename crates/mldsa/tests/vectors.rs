//! Wycheproof vectors and the border: lengths, contexts, flips. (The ACVP key digests are checked from TypeScript, on WASM.)

#![allow(missing_docs, clippy::unwrap_used)]

use ketflow_mldsa::{Error, RANDOMNESS_SIZE, SEED_SIZE, keypair, sign, verify};
use serde_json::Value;

const SIGN: &str = include_str!("../../../test/vectors/mldsa/sign_seed.json");
const VERIFY: &str = include_str!("../../../test/vectors/mldsa/verify.json");

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).unwrap();
    file["tests"].as_array().unwrap().clone()
}

fn hex(case: &Value, field: &str) -> Vec<u8> {
    let text = case[field].as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn wycheproof_sign_from_seed() {
    let mut valid = 0;
    for case in cases(SIGN) {
        let pair = keypair(&hex(&case, "seed"));
        if case["result"] == "invalid" {
            assert!(matches!(pair, Err(Error::Length { field: "seed", .. })), "case {}", case["tcId"]);
            continue;
        }
        let pair = pair.unwrap();
        assert_eq!(pair.public_key.to_vec(), hex(&case, "publicKey"), "case {}", case["tcId"]);
        let (message, context) = (hex(&case, "message"), hex(&case, "context"));
        let signature = sign(&pair.secret_key[..], &message, &context, &hex(&case, "randomness")).unwrap();
        assert_eq!(signature.to_vec(), hex(&case, "signature"), "case {}", case["tcId"]);
        assert!(verify(&pair.public_key, &message, &context, &signature), "case {}", case["tcId"]);
        valid += 1;
    }
    assert_eq!(valid, 36);
}

#[test]
fn wycheproof_verify() {
    let (mut accepted, mut refused) = (0, 0);
    for case in cases(VERIFY) {
        let holds =
            verify(&hex(&case, "publicKey"), &hex(&case, "message"), &hex(&case, "context"), &hex(&case, "signature"));
        assert_eq!(holds, case["result"] == "valid", "case {}: {}", case["tcId"], case["comment"]);
        if holds { accepted += 1 } else { refused += 1 }
    }
    assert_eq!((accepted, refused), (13, 51));
}

#[test]
fn every_flipped_byte_of_a_signature_is_refused() {
    let pair = keypair(&[7; SEED_SIZE]).unwrap();
    let mut signature = sign(&pair.secret_key[..], b"tree head", b"", &[9; RANDOMNESS_SIZE]).unwrap();
    assert!(verify(&pair.public_key, b"tree head", b"", &signature));
    assert!(!verify(&pair.public_key, b"tree heae", b"", &signature));
    assert!(!verify(&pair.public_key, b"tree head", b"context", &signature));
    for at in 0..signature.len() {
        signature[at] ^= 1 << (at % 8);
        assert!(!verify(&pair.public_key, b"tree head", b"", &signature), "byte {at}");
        signature[at] ^= 1 << (at % 8);
    }
}

#[test]
fn wrong_lengths_are_named() {
    let pair = keypair(&[1; SEED_SIZE]).unwrap();
    let short = sign(&pair.secret_key[1..], b"", b"", &[0; RANDOMNESS_SIZE]).unwrap_err();
    assert_eq!(short.to_string(), "ML-DSA-44 secret key must have 2560 bytes, got 2559");
    assert_eq!(short.code(), "invalid-input");
    let short = sign(&pair.secret_key[..], b"", b"", &[0; 31]).unwrap_err();
    assert_eq!(short.to_string(), "ML-DSA-44 randomness must have 32 bytes, got 31");
    let long = sign(&pair.secret_key[..], b"", &[0; 256], &[0; RANDOMNESS_SIZE]).unwrap_err();
    assert_eq!(long, Error::ContextTooLong { actual: 256 });
}
