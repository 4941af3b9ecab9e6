export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "b88c97f5331c41222b754478e34c027e09cb9fbd7e933fef1d5ed42af3a8107e"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "6112d2e75b1e4f1ac1021473991113afcee61399fb02e2a989df6ddeba5ef430"
  }
};
