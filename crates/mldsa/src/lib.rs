//! ML-DSA-44 (FIPS 204) for log checkpoints: key pair, sign, verify, and nothing else.
//!
//! The arithmetic is `libcrux-ml-dsa`'s portable module, which has no `unsafe` and the same results on every target;
//! this crate checks lengths once, at the border, and wipes the copies of secrets that it makes. Randomness is always
//! passed in: the crate has no generator of its own, so every call can be repeated from its arguments.

#[cfg(target_arch = "wasm32")]
mod wasm;

use libcrux_ml_dsa::ml_dsa_44::{MLDSA44Signature, MLDSA44SigningKey, MLDSA44VerificationKey, portable};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of the seed that a key pair is made from (ξ in FIPS 204).
pub const SEED_SIZE: usize = 32;
/// Bytes of randomness that one hedged signature takes; all zeros give the deterministic variant.
pub const RANDOMNESS_SIZE: usize = 32;
/// Bytes of an encoded public key.
pub const PUBLIC_KEY_SIZE: usize = 1312;
/// Bytes of an encoded secret key.
pub const SECRET_KEY_SIZE: usize = 2560;
/// Bytes of a signature.
pub const SIGNATURE_SIZE: usize = 2420;
/// The longest context string that FIPS 204 allows.
pub const MAX_CONTEXT_SIZE: usize = 255;

/// Why a key pair or a signature could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// An argument of fixed length has another length.
    Length {
        /// Which argument.
        field: &'static str,
        /// Bytes that it must have.
        expected: usize,
        /// Bytes that it has.
        actual: usize,
    },
    /// The context string is longer than [`MAX_CONTEXT_SIZE`].
    ContextTooLong {
        /// Bytes that it has.
        actual: usize,
    },
    /// Rejection sampling gave up: FIPS 204 expects 4.25 rounds, libcrux stops at 814 (chance below 2⁻¹²⁸).
    RejectionSampling,
}

impl Error {
    /// The code of the one table of error codes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Error::Length { .. } | Error::ContextTooLong { .. } => "invalid-input",
            Error::RejectionSampling => "internal",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Length { field, expected, actual } => {
                write!(f, "ML-DSA-44 {field} must have {expected} bytes, got {actual}")
            }
            Error::ContextTooLong { actual } => {
                write!(f, "ML-DSA-44 context must have at most {MAX_CONTEXT_SIZE} bytes, got {actual}")
            }
            Error::RejectionSampling => {
                write!(f, "ML-DSA-44 rejection sampling did not end; sign again with other randomness")
            }
        }
    }
}

impl std::error::Error for Error {}

/// A key pair in the encodings of FIPS 204; the secret half is wiped when dropped.
pub struct KeyPair {
    /// `pkEncode`, 1312 bytes.
    pub public_key: [u8; PUBLIC_KEY_SIZE],
    /// `skEncode`, 2560 bytes.
    pub secret_key: Zeroizing<[u8; SECRET_KEY_SIZE]>,
}

/// Expands a 32-byte seed into a key pair (ML-DSA.KeyGen_internal): the same seed always gives the same pair.
///
/// # Errors
/// [`Error::Length`] when the seed has not [`SEED_SIZE`] bytes.
pub fn keypair(seed: &[u8]) -> Result<KeyPair, Error> {
    let mut pair = portable::generate_key_pair(fixed("seed", seed)?);
    let keys =
        KeyPair { public_key: *pair.verification_key.as_ref(), secret_key: Zeroizing::new(*pair.signing_key.as_ref()) };
    pair.signing_key.as_mut_slice().zeroize();
    Ok(keys)
}

/// Signs `message` under `context` (ML-DSA.Sign with an empty or given context, not pre-hashed).
///
/// # Errors
/// [`Error::Length`] for a secret key or randomness of the wrong length, [`Error::ContextTooLong`], and
/// [`Error::RejectionSampling`], which no honest input has ever shown.
pub fn sign(
    secret_key: &[u8],
    message: &[u8],
    context: &[u8],
    randomness: &[u8],
) -> Result<[u8; SIGNATURE_SIZE], Error> {
    if context.len() > MAX_CONTEXT_SIZE {
        return Err(Error::ContextTooLong { actual: context.len() });
    }
    let randomness = fixed("randomness", randomness)?;
    let mut key = MLDSA44SigningKey::new(fixed("secret key", secret_key)?);
    let signed = portable::sign(&key, message, context, randomness);
    key.as_mut_slice().zeroize();
    // The context was checked above, so the only failure left is rejection sampling.
    signed.map(|signature| *signature.as_ref()).map_err(|_| Error::RejectionSampling)
}

/// Says whether `signature` is one of `message` under `context` by the holder of `public_key`.
///
/// Arguments of a wrong length make it `false`, not an error: they come from the same untrusted text as the signature.
#[must_use]
pub fn verify(public_key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (fixed("public key", public_key), fixed("signature", signature)) else {
        return false;
    };
    portable::verify(&MLDSA44VerificationKey::new(key), message, context, &MLDSA44Signature::new(signature)).is_ok()
}

fn fixed<const SIZE: usize>(field: &'static str, bytes: &[u8]) -> Result<[u8; SIZE], Error> {
    bytes.try_into().map_err(|_| Error::Length { field, expected: SIZE, actual: bytes.len() })
}
