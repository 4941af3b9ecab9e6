export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "28454c2c527cf8e5ef5eb78221bde6391a6486181005bf8d4a2847f559dbd4ef"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "b1d4e289e39442be79c23a4fa2a7d2e3fb36c3e37a7b9617712184c0087d5caa"
  }
};
