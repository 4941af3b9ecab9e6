export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "45e05a82f619f27c1048ec75a5fa83a107c57c1e72e7a36eae7484e932e35dfd"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "8a676c031043ffc66fa0a329ed52c56f626da4abffe9dee8d8283e73d3bba01b"
  }
};
