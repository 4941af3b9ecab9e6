export const identity = {
  "engine": {
    "name": "dqn",
    "version": "0.1.0",
    "contentHash": "01985e9014dc94e4824fceef0e7080413f8f909bfe998880f22c3eb69aac10cd"
  },
  "build": {
    "kind": "wasm-simd128",
    "sha256": "573777bd65f20734e782628575349963c82596701264327671dfcd591d6e8899"
  }
};
