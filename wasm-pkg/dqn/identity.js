export const identity = {
  "engine": {
    "name": "dqn",
    "version": "0.1.0",
    "contentHash": "89b4e2c19cffbde3eef14b8c5c92c5ff5428c71e76b34e48be0beddea5d7e12d"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "573777bd65f20734e782628575349963c82596701264327671dfcd591d6e8899"
  }
};
