export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "1bc3a60f71fefe2c780f90ae6ca00ceaaef8f478b0ada18441d0500d002d56e1"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "ada689fa2b5454ce537e148f48611bce3f8b099c31d4d7e2710e06b99eea034d"
  }
};
