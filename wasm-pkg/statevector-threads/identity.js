export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "28454c2c527cf8e5ef5eb78221bde6391a6486181005bf8d4a2847f559dbd4ef"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "3b088a9fa01a7221bca7fa03343dd5b4de5a7cb0655d9621caf26d7c59096e32"
  }
};
