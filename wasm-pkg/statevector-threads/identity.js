export const identity = {
  "engine": {
    "name": "statevector",
    "version": "0.1.0",
    "contentHash": "a0dd91329690405755e01baf85282bbeeddb102facb32befb2cac1062816043e"
  },
  "build": {
    "kind": "wasm-simd128-threads",
    "sha256": "25cc051f06e7aeaa617ac80613a46a4bab7f19620b1509f982b3be8f444b9537"
  }
};
