//! The JavaScript face of the crate: translates arguments and errors, nothing else.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

/// A key pair as JavaScript sees it; `free()` wipes the secret half inside the WASM memory.
#[wasm_bindgen(js_name = KeyPair)]
pub struct JsKeyPair(crate::KeyPair);

#[wasm_bindgen(js_class = KeyPair)]
impl JsKeyPair {
    /// The public key, 1312 bytes (a copy).
    #[wasm_bindgen(getter, js_name = publicKey)]
    pub fn public_key(&self) -> Vec<u8> {
        self.0.public_key.to_vec()
    }

    /// The secret key, 2560 bytes (a copy, which the caller should fill with zeros after use).
    #[wasm_bindgen(getter, js_name = secretKey)]
    pub fn secret_key(&self) -> Vec<u8> {
        self.0.secret_key.to_vec()
    }
}

/// Expands a 32-byte seed into a key pair.
#[wasm_bindgen]
pub fn keypair(seed: Vec<u8>) -> Result<JsKeyPair, JsValue> {
    let seed = Zeroizing::new(seed);
    crate::keypair(&seed).map(JsKeyPair).map_err(to_js)
}

/// Signs a message; `randomness` has 32 bytes, fresh for each signature.
#[wasm_bindgen]
pub fn sign(secret_key: Vec<u8>, message: &[u8], context: &[u8], randomness: Vec<u8>) -> Result<Vec<u8>, JsValue> {
    let (secret_key, randomness) = (Zeroizing::new(secret_key), Zeroizing::new(randomness));
    crate::sign(&secret_key, message, context, &randomness).map(|signature| signature.to_vec()).map_err(to_js)
}

/// Says whether the signature holds; wrong lengths are `false`.
#[wasm_bindgen]
pub fn verify(public_key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> bool {
    crate::verify(public_key, message, context, signature)
}

/// An `Error` with our `code` on it.
fn to_js(error: crate::Error) -> JsValue {
    let value: JsValue = js_sys::Error::new(&error.to_string()).into();
    // Setting a property on a fresh Error object cannot fail; the message still says what is wrong if it did.
    let _ = Reflect::set(&value, &"code".into(), &error.code().into());
    value
}
