export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "80dd030365017b9bea38a50252b9bb262e2dda0bed4fe8c3b5137665b761e42d"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "f68235d521350c42a078015e2b6aaf4a9cf81122c79afc3c427ec8c8928f0a71"
  }
};
