export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "80dd030365017b9bea38a50252b9bb262e2dda0bed4fe8c3b5137665b761e42d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "62b90645d04c62333a3c77da5b315aff203ef418ef2e161856f86407859e7a68"
  }
};
