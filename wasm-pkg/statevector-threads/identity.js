export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "45e05a82f619f27c1048ec75a5fa83a107c57c1e72e7a36eae7484e932e35dfd"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "d8a654e2115c5a3fc08d57e5c1f341bdff16fcef5e2e4622cbfe635fa046cb77"
  }
};
